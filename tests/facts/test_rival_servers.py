"""What is known of servers of Gateways that are left out."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing
from troubleshooter.facts.pieces import gateway_case

WANTED = "gateway.server", "gateway.rival_takes", "gateway.rival_selector"


def server(*hosts: str, tls: str = "{mode: SIMPLE, credentialName: c}") -> str:
    """A server for HTTPS."""
    return f"- {{port: {{number: 443, protocol: HTTPS}}, hosts: [{', '.join(hosts)}], tls: {tls}}}"


def bound(host: str, *gateways: str) -> str:
    """A VirtualService that is bound to Gateways of namespace edge."""
    names = ", ".join(f"edge/{g}" for g in gateways)
    spec = f"hosts: [{host}]\ngateways: [{names}]\nhttp: [{{route: [{{destination: {{host: payments}}}}]}}]"
    return thing("VirtualService", "payments", spec)


@pytest.mark.parametrize(
    ("mine", "routes", "expected"),
    [
        (server("a.com"), bound("a.com", "b"), ["host-taken", "yes", "same"]),
        (server("a.com", "b.com"), bound("b.com", "b"), ["host-taken", "no", "same"]),
        (server("a.com"), bound("a.com", "b", "a"), []),
        (server("b.com"), bound("b.com", "b"), []),
        (server("a.com"), bound("c.com", "b"), []),
    ],
)
def test_the_younger_of_two_gateways_with_one_host(mine: str, routes: str, expected: list[str]) -> None:
    """It is left out, which matters where routes are bound to it alone."""
    held = mesh(SPACES, INGRESS, app("payments"), gateway("a", server("a.com")), gateway("b", mine), routes)
    facts = gateway_case(held, held.gateways.all[1]).facts

    assert expected == [facts[name].word for name in WANTED if name in facts]


def test_the_older_of_two_gateways_with_one_host() -> None:
    """It is opened, and nothing is said about it."""
    held = mesh(SPACES, INGRESS, app("payments"), *(gateway(n, server("a.com")) for n in "ab"), bound("a.com", "b"))

    assert "gateway.server" not in gateway_case(held, held.gateways.all[0]).facts
