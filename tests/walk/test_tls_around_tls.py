"""TLS that a proxy makes around TLS that the client made."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, death, deployment, gateway, mesh, thing, walked

ENTRY = thing(
    "ServiceEntry",
    "api",
    """
    hosts: [api.example.com]
    resolution: DNS
    ports: [{number: 80, name: http, protocol: HTTP, targetPort: 443}, {number: 443, name: tls, protocol: HTTPS}]
    """,
)
MADE = thing("DestinationRule", "api", "host: api.example.com\ntrafficPolicy: {tls: {mode: SIMPLE}}")


@pytest.mark.parametrize(
    ("to", "expected"), [("https://api.example.com/", "transport: tls-error"), ("http://api.example.com/", "")]
)
def test_what_the_client_makes(to: str, expected: str) -> None:
    """Around plain HTTP it is right; around TLS of the client it is not."""
    assert expected == death(walked(mesh(SPACES, deployment("web"), ENTRY, MADE), to))


@pytest.mark.parametrize(("mode", "expected"), [("SIMPLE, credentialName: a", ""), ("PASSTHROUGH", "tls-error")])
def test_what_a_gateway_ends(mode: str, expected: str) -> None:
    """A gateway that ends the client's TLS makes it once; one that passes it on makes it twice."""
    server = f"- {{port: {{number: 443, protocol: TLS}}, hosts: [in.example.com], tls: {{mode: {mode}}}}}"
    route = "route: [{destination: {host: api.example.com, port: {number: 443}}}]"
    kind = "tls" if mode == "PASSTHROUGH" else "tcp"
    match = "match: [{sniHosts: [in.example.com]}], " if kind == "tls" else ""
    service = f"hosts: [in.example.com]\ngateways: [edge/public]\n{kind}: [{{{match}{route}}}]"
    held = mesh(
        SPACES, INGRESS, app("web"), gateway("public", server), ENTRY, MADE, thing("VirtualService", "v", service)
    )

    assert death(walked(held, "https://in.example.com/", "gateway:edge/public")).endswith(expected)
