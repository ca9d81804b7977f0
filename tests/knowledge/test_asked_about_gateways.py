"""What no object tells about a gateway is asked, and the answer settles it."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.knowledge.knowledge_base import book
from tests.meshes import INGRESS, SPACES, app, gateway, thing
from troubleshooter.consult import Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.remedy import Situation
from troubleshooter.walk import parse_request

REDIRECTING = "- {port: {number: 80, protocol: HTTP}, hosts: [shop.example.com], tls: {httpsRedirect: true}}"
ROUTES = "hosts: [shop.example.com]\ngateways: [edge/public]\nhttp: [{route: [{destination: {host: payments}}]}]"


def consultation() -> Consultation:
    """About https to a gateway that has nothing but a server that redirects to https."""
    texts = (SPACES, INGRESS, app("payments"), gateway("public", REDIRECTING), thing("VirtualService", "v", ROUTES))
    request = parse_request("https://shop.example.com/", source="gateway:edge/public")
    held = inventory("\n---\n".join(texts))
    return Consultation(book(), PlainEvaluator(), Situation(inventory=held, request=request))


def test_it_is_asked_where_tls_ends() -> None:
    """The gateway has no TLS server for the host, and redirects plain requests to https."""
    assert "connection.tls_ends" in consultation().open_questions()


@pytest.mark.parametrize(
    ("answer", "expected"), [("load-balancer", "gateway-https-redirect-loop"), ("gateway", "unexplained")]
)
def test_where_tls_ends_settles_it(answer: str, expected: str) -> None:
    """Where it ends in front of the gateway, the redirect goes round in a circle."""
    asked = consultation()
    asked.tell("connection.tls_ends", answer)

    assert [expected] == [f.cause for f in asked.diagnosis().findings if f.root]
