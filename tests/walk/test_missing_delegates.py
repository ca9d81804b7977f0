"""Where a request ends for which a VirtualService delegates to one that is not used."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, death, gateway, mesh, step, thing, walked

HTTP = gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: [shop.example.com]}")
ROUTE = "- route: [{destination: {host: payments}}]"


def root(more: str = "") -> str:
    """A VirtualService of a gateway, of which one route delegates."""
    routes = f"hosts: [shop.example.com]\ngateways: [edge/public]\nhttp:\n- delegate: {{name: pay}}\n{more}"
    return thing("VirtualService", "shop", routes)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((root(),), ("route: 404 NR route_not_found", "spec.http[0].delegate")),
        ((root("- match: [{uri: {prefix: /x}}]\n  route: [{destination: {host: payments}}]"),),
         ("route: 404 NR route_not_found", "spec.http[0].delegate")),
        ((root(ROUTE),), ("", "spec.http[1]")),
        ((root(), thing("VirtualService", "pay", f"http:\n{ROUTE}")), ("", "spec.http[0]")),
        ((root(), thing("VirtualService", "pay", f"hosts: [a.example]\nhttp:\n{ROUTE}")),
         ("route: 404 NR route_not_found", "spec.http[0].delegate")),
    ],
)  # fmt: skip
def test_what_becomes_of_the_request(texts: tuple[str, ...], expected: tuple[str, str]) -> None:
    """The route is left out; to blame is the delegate if no other route takes the request."""
    found = walked(
        mesh(SPACES, INGRESS, app("payments"), HTTP, *texts), "http://shop.example.com/", "gateway:edge/public"
    )
    place = step(found, "route").resource

    assert expected == (death(found), place.field if place else "")
