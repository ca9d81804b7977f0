"""Whether the name in a TLS hello leads to the server of a gateway that has the host."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts.of_walks import walk_cases

TLS = "- {port: {number: 443, protocol: HTTPS}, hosts: [%s], tls: {mode: SIMPLE, credentialName: %s}}"
ROUTE = "hosts: [%s]\ngateways: [edge/%s]\nhttp: [{route: [{destination: {host: payments}}]}]"


def word(to: str, host: str = "", sni: str = "", *, routes: bool = True, secret: str = "") -> str:
    """The word of the fact, "" where nothing is known. Two Gateways serve one host each, with certificates of their own
    or the one in `secret`."""
    bound = [thing("VirtualService", n, ROUTE % (f"{n}.example.com", n)) for n in ("shop", "docs")]
    servers = [gateway(n, TLS % (f"{n}.example.com", secret or n)) for n in ("shop", "docs")]
    held = mesh(SPACES, INGRESS, app("payments"), *servers, *(bound if routes else ()))
    found = walked(held, to, "gateway:edge/shop", headers=[("Host", host)] if host else [], sni=sni)
    case = walk_cases(held, found)[0]
    return case.facts["request.sni"].word if "request.sni" in case.facts else ""


@pytest.mark.parametrize(
    ("to", "host", "sni", "expected"),
    [
        ("https://shop.example.com/", "", "", "fits"),
        ("https://203.0.113.10/", "shop.example.com", "", "none"),
        ("https://[2001:db8::1]/", "shop.example.com", "", "none"),
        ("https://203.0.113.10/", "shop.example.com", "shop.example.com", "fits"),
        ("https://lb.example.net/", "shop.example.com", "", "other"),
        ("https://shop.example.com/", "", "lb.example.net", "other"),
        ("https://shop.example.com/", "docs.example.com", "", "other-server"),
        ("https://shop.example.com/", "docs.example.com:443", "", "other-server"),
        ("https://shop.example.com/", "else.example.com", "", ""),
        ("https://203.0.113.10/", "", "", ""),
        ("http://203.0.113.10/", "shop.example.com", "", ""),
    ],
)
def test_name_in_the_hello(to: str, host: str, sni: str, expected: str) -> None:
    """Beside the Host header; nothing is said of hosts for which no server has routes."""
    assert expected == word(to, host, sni)


def test_without_routes_the_name_is_not_to_blame() -> None:
    """The right name would not help."""
    assert "" == word("https://203.0.113.10/", "shop.example.com", routes=False)


def test_a_connection_that_is_used_for_another_host() -> None:
    """Where the server of the connection and the one for the host show the same certificate."""
    assert "coalesced" == word("https://shop.example.com/", "docs.example.com", secret="all")  # noqa: S106 - a name
