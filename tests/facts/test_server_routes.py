"""What is known of routes that the server of a gateway cannot use."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts import walk_cases

TCP = "- {port: {number: 80, protocol: TCP}, hosts: ['*']}"
BOTH = f"{TCP}\n- {{port: {{number: 9001, protocol: TCP}}, hosts: ['*']}}"
ENDED = "- {port: {number: 80, protocol: TLS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop}}"
ROUTE = "route: [{destination: {host: payments}}]"


def routes(text: str, name: str = "shop") -> str:
    """A VirtualService for all hosts at the gateway."""
    return thing("VirtualService", name, f"hosts: ['*']\ngateways: [edge/public]\n{text}")


@pytest.mark.parametrize(
    ("servers", "texts", "expected"),
    [
        (TCP, (routes(f"http: [{{{ROUTE}}}]"),), "other-kind"),
        (TCP, (routes(f"tcp: [{{match: [{{port: 9001}}], {ROUTE}}}]"),), "other-port"),
        (BOTH, (routes(f"tcp: [{{match: [{{port: 9001}}], {ROUTE}}}]"),), "other-server"),
        (TCP, (routes(f"tcp: [{{match: [{{gateways: [edge/other]}}], {ROUTE}}}]"),), ""),
        (TCP, (routes(f"http: [{{{ROUTE}}}]"), routes(f"tls: [{{{ROUTE}}}]", "more")), ""),
        (ENDED, (routes(f"http: [{{{ROUTE}}}]"),), "tls-as-bytes"),
        (ENDED, (routes(f"tls: [{{{ROUTE}}}]"),), "other-kind"),
        (TCP, (), ""),
    ],
)
def test_why_a_server_has_no_use_for_routes(servers: str, texts: tuple[str, ...], expected: str) -> None:
    """They are of another kind or for another port; nothing is said where several could be meant, or none is there."""
    held = mesh(SPACES, INGRESS, app("payments", "{name: tcp, port: 5432}"), gateway("public", servers), *texts)
    scheme = "https" if servers == ENDED else "tcp"
    found = walked(held, f"{scheme}://b.example.com:80", "gateway:edge/public")
    facts = {name: fact.word for case in walk_cases(held, found) for name, fact in case.facts.items()}

    assert expected == facts.get("virtual_service.server_routes", "")


@pytest.mark.parametrize(("port", "expected"), [(443, "other-name"), (8443, "")])
def test_a_tls_route_for_the_name_and_another_port_is_not_for_another_name(port: int, expected: str) -> None:
    """Where the name stands among the sniHosts, it is not what is missing."""
    server = "- {port: {number: 443, protocol: TLS}, hosts: ['*.example.com'], tls: {mode: PASSTHROUGH}}"
    name = "b.example.com" if port != 443 else "a.example.com"
    match = f"match: [{{port: {port}, sniHosts: [{name}]}}]"
    own = f"hosts: [b.example.com]\ngateways: [edge/public]\ntls: [{{{match}, {ROUTE}}}]"
    parts = (SPACES, INGRESS, app("payments", "{name: tls, port: 443}"), gateway("public", server))
    held = mesh(*parts, thing("VirtualService", "shop", own))
    found = walked(held, "https://b.example.com/", "gateway:edge/public")
    facts = {name: fact.word for case in walk_cases(held, found) for name, fact in case.facts.items()}

    assert expected == facts.get("gateway.tls_route", "")
