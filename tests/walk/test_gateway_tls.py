"""TLS at a gateway: what its servers ask of clients, by which name they are chosen, and what is passed through."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, death, deployment, gateway, mesh, service, step, thing, walked
from troubleshooter.mesh import Mesh
from troubleshooter.walk import Walked

SERVER = "- {port: {number: 443, protocol: %s}, hosts: [%s], tls: {mode: %s%s}}"
HTTP = "http: [{route: [{destination: {host: payments}}]}]"
TLS = "tls: [{match: [{port: 443, sniHosts: [%s]}], route: [{destination: {host: payments}}]}]"
SECURE = "{name: tls, port: 443}"


def server(mode: str, hosts: str = "shop.example.com", protocol: str = "HTTPS") -> str:
    """A TLS server on port 443."""
    return SERVER % (protocol, hosts, mode, ", credentialName: c" if "MUTUAL" in mode or mode == "SIMPLE" else "")


def edge(
    servers: str, routes: str = HTTP, hosts: str = "shop.example.com", port: str = "{name: http, port: 80}"
) -> Mesh:
    """A gateway with these servers, and routes for payments."""
    spec = f"hosts: [{hosts}]\ngateways: [edge/public]\n{routes}"
    return mesh(SPACES, INGRESS, app("payments", port), gateway("public", servers), thing("VirtualService", "v", spec))


def outside(held: Mesh, to: str = "https://shop.example.com/", host: str = "", sni: str = "") -> Walked:
    """A request from outside."""
    return walked(held, to, "gateway:edge/public", headers=[("Host", host)] if host else [], sni=sni)


ASKED = "the client shows a certificate that the gateway trusts"


@pytest.mark.parametrize(("mode", "expected"), [("SIMPLE", False), ("MUTUAL", True), ("OPTIONAL_MUTUAL", False)])
def test_certificates_of_clients(mode: str, *, expected: bool) -> None:
    """Where a server asks for one, that the client has it is taken for granted, and said."""
    found = outside(edge(server(mode)))

    assert ("", expected) == (death(found), ASKED in step(found, "listener").assumes)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("shop.example.com", ""),
        ("shop.example.com:443", ""),
        ("shop.example.com:8443", ""),
        ("SHOP.Example.com", ""),
        ("other.example.com", "route: 404 NR route_not_found"),
    ],
)
def test_host_header(host: str, expected: str) -> None:
    """Its port and its case make no difference."""
    assert expected == death(outside(edge(server("SIMPLE")), host=host))


NOBODY = "route: NR filter_chain_not_found reset"


@pytest.mark.parametrize(
    ("hosts", "sni_hosts", "expected"),
    [
        ("shop.example.com", "shop.example.com", ""),
        ("'*.example.com'", "'*.example.com'", ""),
        ("'*'", "shop.example.com", ""),
        ("shop.example.com", "other.example.com", NOBODY),
        ("other.example.com", "shop.example.com", "listener: NR filter_chain_not_found reset"),
    ],
)
def test_tls_that_is_passed_through(hosts: str, sni_hosts: str, expected: str) -> None:
    """The name in the hello has to fit the server and the match."""
    held = edge(server("PASSTHROUGH", hosts, "TLS"), TLS % sni_hosts, "'*'", SECURE)

    assert expected == death(outside(held))


@pytest.mark.parametrize(
    ("to", "mode"), [("https://shop.example.com/", "SIMPLE"), ("https://raw.example.com/", "PASSTHROUGH")]
)
def test_servers_of_one_port_by_name(to: str, mode: str) -> None:
    """TLS that ends and TLS that is passed through share a port."""
    both = f"{server('SIMPLE')}\n{server('PASSTHROUGH', 'raw.example.com', 'TLS')}"
    held = edge(both, f"{HTTP}\n{TLS % 'raw.example.com'}", "shop.example.com, raw.example.com", SECURE)

    assert mode == step(outside(held, to), "listener").result["tls"]


def through(mode: str, sends: str) -> str:
    """How a request ends that a sidecar sends on to a gateway in TLS."""
    rule = thing(
        "DestinationRule", "e", f"host: ingress.edge.svc.cluster.local\ntrafficPolicy: {{tls: {{mode: {sends}}}}}"
    )
    there = "{host: ingress.edge.svc.cluster.local, port: {number: 443}}"
    inner = f"hosts: [shop.example.com]\ngateways: [mesh]\nhttp: [{{route: [{{destination: {there}}}]}}]"
    known = thing("ServiceEntry", "s", "hosts: [shop.example.com]\nports: [{number: 80, name: http, protocol: HTTP}]")
    outer = thing("VirtualService", "v", f"hosts: ['*']\ngateways: [edge/public]\n{HTTP}")
    held = mesh(
        SPACES, INGRESS, app("payments"), deployment("web"), service("web"), known, rule, outer,
        gateway("public", server(mode, "'*'")), thing("VirtualService", "inner", inner),
    )  # fmt: skip
    return death(walked(held, "http://shop.example.com/")).partition("{")[0]


@pytest.mark.parametrize(
    ("mode", "sends", "expected"),
    [
        ("ISTIO_MUTUAL", "ISTIO_MUTUAL", ""),
        ("SIMPLE", "SIMPLE", ""),
        ("SIMPLE", "ISTIO_MUTUAL", "transport: 503 UF upstream_reset_before_response_started"),
        ("MUTUAL", "ISTIO_MUTUAL", "transport: 503 UF upstream_reset_before_response_started"),
        ("MUTUAL", "SIMPLE", "transport: 503 UC upstream_reset_before_response_started"),
        ("ISTIO_MUTUAL", "SIMPLE", "transport: 503 UC upstream_reset_before_response_started"),
        ("OPTIONAL_MUTUAL", "SIMPLE", ""),
    ],
)
def test_tls_between_a_sidecar_and_a_gateway(mode: str, sends: str, expected: str) -> None:
    """Certificates of the mesh and others do not trust each other; who is asked for one has to have one."""
    assert expected == through(mode, sends)
