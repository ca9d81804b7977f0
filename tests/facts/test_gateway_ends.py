"""What is known of the TLS between a proxy of the mesh and a gateway of it."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, deployment, gateway, mesh, thing, walked
from troubleshooter.facts import walk_cases

TLS = "- {port: {number: 443, protocol: HTTPS}, hosts: [%s], tls: {mode: %s}}"
HOST = "ingress.edge.svc.cluster.local"
ENTRY = thing("ServiceEntry", "bank", "hosts: [bank.example]\nresolution: DNS\nports: [{number: 80, protocol: HTTP}]")
ROUTES = thing(
    "VirtualService",
    "bank",
    f"""
    hosts: [bank.example]
    gateways: [mesh, edge/public]
    http:
    - match: [{{gateways: [mesh]}}]
      route: [{{destination: {{host: {HOST}, port: {{number: 443}}}}}}]
    - route: [{{destination: {{host: bank.example, port: {{number: 80}}}}}}]
    """,
)


def rule(tls: str) -> str:
    """A rule for what is sent to the gateway."""
    return thing("DestinationRule", "gateway", f"host: {HOST}\ntrafficPolicy: {{tls: {{{tls}}}}}")


@pytest.mark.parametrize(
    ("server", "rules", "expected"),
    [
        (TLS % ("bank.example", "ISTIO_MUTUAL"), (), "plain-to-tls"),
        (TLS % ("bank.example", "ISTIO_MUTUAL"), (rule("mode: DISABLE"),), "plain-to-tls"),
        (TLS % ("bank.example", "ISTIO_MUTUAL"), (rule("mode: SIMPLE"),), "other-certificates"),
        (TLS % ("bank.example", "ISTIO_MUTUAL"), (rule("mode: ISTIO_MUTUAL"),), "other-name"),
        (TLS % ("bank.example", "ISTIO_MUTUAL"), (rule("mode: ISTIO_MUTUAL, sni: bank.example"),), ""),
        (TLS % ("shop.example", "ISTIO_MUTUAL"), (rule("mode: ISTIO_MUTUAL"),), ""),
        (TLS % ("'*'", "ISTIO_MUTUAL"), (rule("mode: ISTIO_MUTUAL"),), ""),
        ("- {port: {number: 443, protocol: HTTP}, hosts: ['*']}", (rule("mode: SIMPLE"),), "tls-to-plain"),
        ("- {port: {number: 443, protocol: HTTP}, hosts: ['*']}", (), ""),
    ],
)
def test_in_what_the_two_differ(server: str, rules: tuple[str, ...], expected: str) -> None:
    """It is said only where the request dies of it, and the server is for the host that is asked for."""
    held = mesh(SPACES, INGRESS, app("payments"), deployment("web"), gateway("public", server), ENTRY, ROUTES, *rules)
    found = walked(held, "http://bank.example/")
    facts = {name: fact.word for case in walk_cases(held, found) for name, fact in case.facts.items()}

    assert expected == facts.get("gateway.end", "")
