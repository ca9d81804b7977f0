"""Routes of a VirtualService: what they are bound to, their order, the choice among them."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import (
    Attempt,
    Choice,
    attempts,
    decide,
    gateways_of,
    merged,
    nearest,
    qualified,
    routes_of,
)
from troubleshooter.model import Object
from troubleshooter.walk import parse_request


def virtual_service(spec: str, name: str = "web") -> Object:
    """A VirtualService of namespace shop."""
    return inventory(thing("VirtualService", name, spec)).objects[0]


def taken(spec: str, path: str = "/api", *, port: int = 80, gateway: str = "mesh") -> Choice:
    """The route of a VirtualService that takes a GET of a path; else the nearest miss, also of other proxies."""
    sender = Sender(namespace="shop", port=port, gateway=gateway)
    routes, request = routes_of(virtual_service(spec), "http"), parse_request(f"http://web{path}")
    found = decide(attempts(routes, sender), request)
    return found if found.route is not None else Choice(route=None, nearest=nearest(routes, request, sender))


def chosen(spec: str, path: str = "/api", *, port: int = 80, gateway: str = "mesh") -> str:
    """The name of that route, "" if there is none."""
    found = taken(spec, path, port=port, gateway=gateway).route
    return found.name if found else ""


THREE = """
http:
- {name: v1, match: [{uri: {exact: /api}}, {uri: {prefix: /v1}}]}
- {name: v2, match: [{uri: {prefix: /v}}]}
- {name: rest}
"""


@pytest.mark.parametrize(("path", "expected"), [("/api", "v1"), ("/v1/x", "v1"), ("/v2", "v2"), ("/other", "rest")])
def test_first_match(path: str, expected: str) -> None:
    """The first route of which some block takes the request."""
    assert expected == chosen(THREE, path)


def test_block_that_took_it() -> None:
    """The position of the block is told; a route without any has none."""
    assert [0, 1, None] == [taken(THREE, p).match for p in ("/api", "/v1", "/other")]


def test_what_follows_a_route_for_everything() -> None:
    """Routes after one that takes everything are never reached."""
    assert "all" == chosen(
        "http: [{name: all, match: [{uri: {prefix: /}}]}, {name: api, match: [{uri: {exact: /api}}]}]"
    )


def test_blocks_for_other_proxies() -> None:
    """A block for another port or gateway is none of this proxy's; a route of which no block is left is not there."""
    spec = (
        "http: [{name: admin, match: [{port: 9090}]}, {name: edge, match: [{gateways: [edge/public]}]}, {name: rest}]"
    )

    assert ["admin", "edge", "rest"] == [
        chosen(spec, port=9090), chosen(spec, gateway="edge/public"), chosen(spec),
    ]  # fmt: skip


def test_gateway_in_a_match_of_its_own_namespace() -> None:
    """A short name of a gateway is one of the VirtualService's namespace."""
    assert "a" == chosen("http: [{name: a, match: [{gateways: [public]}]}]", gateway="shop/public")


def test_nothing_takes_it() -> None:
    """The block with the fewest differences is told."""
    spec = """
    http:
    - match: [{uri: {exact: /other}, method: {exact: POST}}, {uri: {exact: /API}}]
    - match: [{uri: {exact: /else}}]
    """
    found = taken(spec)

    assert found.route is None
    assert found.nearest is not None
    assert "spec.http[0].match[1].uri.exact" == found.nearest.place.field


def test_nearest_may_be_for_another_proxy() -> None:
    """A block that is not for this proxy may come nearest."""
    found = taken("http: [{match: [{uri: {exact: /api}, port: 9090}]}]").nearest

    assert ["port"] == [str(m.difference) for m in (found.mismatches if found else ())]


@pytest.mark.parametrize("spec", ["http: []", "hosts: [a]", "http: 7", "http: {a: b}"])
def test_no_routes(spec: str) -> None:
    """Without routes there is neither choice nor a near one."""
    assert (None, None) == (taken(spec).route, taken(spec).nearest)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("hosts: [web]", ["mesh"]),
        ("gateways: []", ["mesh"]),
        ("gateways: [mesh]", ["mesh"]),
        ("gateways: [public]", ["shop/public"]),
        ("gateways: [mesh, edge/public, edge/public]", ["mesh", "edge/public"]),
        ("http: [{match: [{gateways: [public]}]}]", ["mesh"]),
    ],
)
def test_bindings(spec: str, expected: list[str]) -> None:
    """What a VirtualService is bound to; gateways in its matches bind nothing."""
    assert expected == gateways_of(virtual_service(spec))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mesh", "mesh"),
        ("public", "shop/public"),
        ("edge/public", "edge/public"),
        ("./public", "shop/public"),
        ("public.edge.svc.cluster.local", "edge/public"),
        ("public.edge", "edge/public"),
    ],
)
def test_full_names_of_gateways(written: str, expected: str) -> None:
    """Every form of a reference."""
    assert expected == qualified(written, "shop")


def test_merged_routes() -> None:
    """Where a gateway merges VirtualServices, routes for everything go last."""
    one = virtual_service("http: [{name: a, match: [{uri: {exact: /a}}]}, {name: all}]", "one")
    two = virtual_service("http: [{name: b, match: [{uri: {exact: /b}}]}]", "two")
    held = attempts([*routes_of(one, "http"), *routes_of(two, "http")], Sender())

    assert ["a", "all", "b"] == [a.route.name for a in held]
    assert ["a", "b", "all"] == [a.route.name for a in merged(held)]


def test_decide_tells_the_nearest() -> None:
    """Among the routes of a proxy alone."""
    held: list[Attempt] = attempts(
        routes_of(virtual_service("http: [{match: [{uri: {exact: /API}}]}]"), "http"), Sender()
    )
    found = decide(held, parse_request("http://web/api"))

    assert (None, "uri-case") == (found.route, str(found.nearest.mismatches[0].difference) if found.nearest else "")


def test_kinds_of_routes() -> None:
    """Http, tcp and tls routes have places of their own; a match of another shape takes everything."""
    thing_ = virtual_service("tls: [{match: [7]}]\ntcp: [7, {route: []}]")

    assert ["spec.tcp[0]", "spec.tcp[1]"] == [r.path for r in routes_of(thing_, "tcp")]
    assert [True, True] == [r.catch_all for r in routes_of(thing_, "tcp")]
    assert [{}] == routes_of(thing_, "tls")[0].matches
    assert not routes_of(virtual_service("http: [{match: [{uri: {exact: /}}]}]"), "http")[0].catch_all
