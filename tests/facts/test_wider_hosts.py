"""What is known of a VirtualService with a wider host that has the route which a request needs."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts import walk_cases

SERVER = gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: ['*.example.com', '*.example.org']}")
ROUTE = "{match: [{uri: {prefix: %s}}], route: [{destination: {host: payments}}]}"


def routes(name: str, host: str, path: str) -> str:
    """A VirtualService of the gateway with one route."""
    return thing("VirtualService", name, f"hosts: ['{host}']\ngateways: [edge/public]\nhttp: [{ROUTE % path}]")


@pytest.mark.parametrize(
    ("wide", "path", "expected"),
    [
        ("*.example.com", "/refunds", "takes-it"),
        ("*.a.example.com", "/refunds", ""),
        ("*.example.org", "/refunds", ""),
        ("*.example.com", "/other", ""),
        ("shop.example.com", "/refunds", ""),
    ],
)
def test_who_has_the_route(wide: str, path: str, expected: str) -> None:
    """Only a host that covers the one asked for, and is not the same, hides behind it."""
    held = mesh(
        SPACES, INGRESS, app("payments"), SERVER, routes("shop", "shop.example.com", "/pay"), routes("all", wide, path)
    )
    found = walked(held, "http://shop.example.com/refunds", "gateway:edge/public")
    facts = {name: fact.word for case in walk_cases(held, found) for name, fact in case.facts.items()}

    assert expected == facts.get("virtual_service.wider", "")
