"""What is known of the routes of a server that passes TLS on."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts import walk_cases

SERVER = "- {port: {number: 443, protocol: TLS}, hosts: ['*.example.com'], tls: {mode: PASSTHROUGH}}"
TLS = "tls: [{match: [{sniHosts: [%s]}], route: [{destination: {host: payments}}]}]"
HTTP = "http: [{route: [{destination: {host: payments}}]}]"


def routes(text: str, name: str = "shop") -> str:
    """A VirtualService for two hosts."""
    return thing("VirtualService", name, f"hosts: [a.example.com, b.example.com]\ngateways: [edge/public]\n{text}")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((routes(TLS % "a.example.com"),), "other-name"),
        ((routes(HTTP),), ""),
        ((routes(HTTP), routes(TLS % "a.example.com", "more")), "other-name"),
        ((routes(TLS % "b.example.com"),), ""),
        ((), ""),
    ],
)
def test_why_a_name_has_no_tls_route(texts: tuple[str, ...], expected: str) -> None:
    """The tls routes are for another name; nothing is said where one takes it, or there is none."""
    held = mesh(SPACES, INGRESS, app("payments", "{name: tls, port: 443}"), gateway("public", SERVER), *texts)
    found = walked(held, "https://b.example.com/", "gateway:edge/public")
    facts = {name: fact.word for case in walk_cases(held, found) for name, fact in case.facts.items()}

    assert expected == facts.get("gateway.tls_route", "")
