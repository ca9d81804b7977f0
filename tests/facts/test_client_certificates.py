"""What is known of the certificates that servers of gateways ask of clients."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts.of_walks import walk_cases

SECRET = thing("Secret", "shop", namespace="edge", rest="type: kubernetes.io/tls")
ROUTES = "hosts: [a.example.com]\ngateways: [edge/public]\nhttp: [{route: [{destination: {host: payments}}]}]"


@pytest.mark.parametrize(
    ("mode", "texts", "expected"),
    [
        ("ISTIO_MUTUAL", (SECRET,), ["of-the-mesh", "one"]),
        ("ISTIO_MUTUAL", (), ["of-the-mesh", "none"]),
        ("MUTUAL, credentialName: shop", (SECRET,), []),
        ("SIMPLE, credentialName: shop", (SECRET,), []),
    ],
)
def test_what_a_server_asks_of_a_client_outside(mode: str, texts: tuple[str, ...], expected: list[str]) -> None:
    """A certificate of the mesh is one that it cannot have."""
    server = f"- {{port: {{number: 443, protocol: HTTPS}}, hosts: [a.example.com], tls: {{mode: {mode}}}}}"
    routes = thing("VirtualService", "v", ROUTES)
    held = mesh(SPACES, INGRESS, app("payments"), gateway("public", server), routes, *texts)
    facts = walk_cases(held, walked(held, "https://a.example.com/", "gateway:edge/public"))[0].facts
    wanted = "gateway.client_certificate", "gateway.own_secret"

    assert expected == [facts[name].word for name in wanted if name in facts]
