"""Which VirtualService holds the routes for a host, and where they send to."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, mesh_config, thing
from troubleshooter.mesh.routing.routes import routes_of
from troubleshooter.mesh.routing.virtual_services import Destination, VirtualServices

HOST = "web.shop.svc.cluster.local"


def routes(name: str, hosts: str, more: str = "", *, namespace: str = "shop", age: int = 0) -> str:
    """A VirtualService; the least `age` is the oldest."""
    meta = f'creationTimestamp: "20{age:02}-01-01"'
    return thing("VirtualService", name, f"hosts: {hosts}\n{more}", namespace=namespace, meta=meta)


def held(*texts: str) -> VirtualServices:
    """The VirtualServices of a mesh."""
    return mesh(*texts).virtual_services


def names(texts: tuple[str, ...], host: str = HOST, viewer: str = "shop") -> list[str]:
    """Those of which a sidecar in a namespace applies one to a host."""
    return [v.name for v in held(*texts).candidates(host, viewer)]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("[web]", ["v"]),
        (f"[{HOST}]", ["v"]),
        ("['*']", ["v"]),
        ("['*.local']", ["v"]),
        ("[web.shop]", []),
        ("[api]", []),
    ],
)
def test_hosts(hosts: str, expected: list[str]) -> None:
    """A short host is one of the VirtualService's namespace; one with a dot is taken as it is."""
    assert expected == names((routes("v", hosts),))


def test_the_oldest_of_equal_hosts() -> None:
    """All with the host are candidates, the oldest first."""
    texts = (routes("young", "[web]", age=2), routes("old", "[web]", age=1))

    assert ["old", "young"] == names(texts)
    assert "old" == getattr(held(*texts).for_mesh(HOST, "shop"), "name", "")


def test_exact_before_wildcards() -> None:
    """The exact host hides wildcards; of wildcards the longest counts, and of it the first."""
    wide = (routes("all", "['*']", age=1), routes("local", "['*.local']", age=2), routes("two", "['*.local']", age=3))

    assert ["exact"] == names((*wide, routes("exact", "[web]", age=9)))
    assert ["local"] == names(wide)
    assert held(*wide[:0]).for_mesh(HOST, "shop") is None


@pytest.mark.parametrize(
    ("export", "viewer", "expected"),
    [("[.]", "shop", ["v"]), ("[.]", "other", []), ("[other]", "other", ["v"]), ("['*']", "other", ["v"])],
)
def test_export(export: str, viewer: str, expected: list[str]) -> None:
    """A VirtualService counts for whom it is exported to."""
    assert expected == names((routes("v", "[web]", f"exportTo: {export}"),), viewer=viewer)


def test_narrow_export_goes_first() -> None:
    """What is kept to a namespace, then what is exported to it by name, then what everybody sees."""
    texts = (
        routes("public", f"[{HOST}]", age=1),
        routes("named", f"[{HOST}]", "exportTo: [shop]", namespace="other", age=2),
        routes("private", f"[{HOST}]", "exportTo: [.]", age=3),
    )

    assert ["private", "named", "public"] == names(texts)


def test_default_export() -> None:
    """The mesh's default holds for VirtualServices without exportTo."""
    texts = (routes("v", "[web]"), mesh_config("defaultVirtualServiceExportTo: [.]"))

    assert [[], ["v"]] == [names(texts, viewer=v) for v in ("other", "shop")]


def test_bound_elsewhere() -> None:
    """One that is bound to a gateway alone is none of a sidecar's."""
    texts = (routes("v", "[web]", "gateways: [edge/public]"),)

    assert [] == names(texts)
    assert ["v"] == [v.name for v in held(*texts).bound("edge/public", "edge")]


def test_candidates_for_connections() -> None:
    """All whose hosts cover the name, wildcards too."""
    texts = (routes("wide", "['*.local']", age=1), routes("exact", "[web]", age=2), routes("no", "[api]"))

    assert ["wide", "exact"] == [v.name for v in held(*texts).for_connections(HOST, "shop")]


@pytest.mark.parametrize(
    ("mine", "server", "expected"),
    [
        ("[a.example.com]", ["a.example.com"], ["a.example.com"]),
        ("[a.example.com]", ["*.example.com"], ["a.example.com"]),
        ("['*.example.com']", ["a.example.com"], ["a.example.com"]),
        ("[a.example.com]", ["*"], ["a.example.com"]),
        ("['*']", ["*.example.com"], ["*.example.com"]),
        ("[a.example.com]", ["b.example.com"], []),
        ("[A.example.com]", ["a.EXAMPLE.com"], ["a.example.com"]),
        ("[a.example.com]", ["shop/*"], ["a.example.com"]),
        ("[a.example.com]", ["*/a.example.com"], ["a.example.com"]),
        ("[a.example.com]", ["other/*"], []),
    ],
)
def test_hosts_shared_with_a_server(mine: str, server: list[str], expected: list[str]) -> None:
    """The narrower of each pair that meets; a namespace in front takes VirtualServices of it alone."""
    found = held(routes("v", mine, "gateways: [edge/public]"))

    assert expected == found.shared_hosts(found.all[0], server)


def test_routes_that_a_gateway_merges() -> None:
    """Those with the most specific host that they share with a server."""
    found = held(
        routes("one", "[a.com]", "gateways: [edge/public]", age=1),
        routes("two", "[a.com]", "gateways: [edge/public]", age=2),
        routes("wide", "['*']", "gateways: [edge/public]"),
    )

    assert ["one", "two"] == [v.name for v in found.for_gateway("edge/public", "a.com", ["*"], "edge")]
    assert ["wide"] == [v.name for v in found.for_gateway("edge/public", "b.com", ["*"], "edge")]
    assert [] == found.for_gateway("edge/public", "b.com", ["a.com"], "edge")


def destinations(route: str) -> list[Destination]:
    """The destinations of one route."""
    found = held(thing("VirtualService", "v", f"hosts: [web]\nhttp:\n- route: {route}"))
    return found.destinations(routes_of(found.all[0], "http")[0])


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("[{destination: {host: web}}]", [1.0]),
        ("[{destination: {host: web}, weight: 0}]", [1.0]),
        ("[{destination: {host: a}, weight: 3}, {destination: {host: b}, weight: 1}]", [0.75, 0.25]),
        ("[{destination: {host: a}, weight: 100}, {destination: {host: b}, weight: 0}]", [1.0]),
        ("[{destination: {host: a}, weight: 0}, {destination: {host: b}}]", []),
        ("[{destination: {host: a}, weight: '5'}, {destination: {host: b}, weight: 5}]", [1.0]),
        ("[{destination: {host: a}, weight: -5}, {destination: {host: b}, weight: 5}]", [1.0]),
        ("[]", []),
        ("7", []),
        ("[7]", [1.0]),
        ("[null, null]", []),
    ],
)
def test_weights(route: str, expected: list[float]) -> None:
    """A single destination gets everything; of several each gets its part."""
    assert expected == [d.share for d in destinations(route)]


def test_destination() -> None:
    """Host, port and subset with their place."""
    (found,) = destinations("[{destination: {host: api, port: {number: 81}, subset: v1}}]")

    assert ("api.shop.svc.cluster.local", "api", 81, "v1") == (found.host, found.written, found.port, found.subset)
    assert "spec.http[0].route[0].destination" == found.place.field


@pytest.mark.parametrize("port", ["{number: 0}", "{number: x}", "7", "{}", "{name: http}"])
def test_destination_without_a_port(port: str) -> None:
    """A port that is no number is none."""
    assert destinations(f"[{{destination: {{host: api, port: {port}}}}}]")[0].port is None
