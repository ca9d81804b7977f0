"""In what the nearest route and a request differ, in words, and what would take the request."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from tests.meshes import INGRESS, SPACES, app, gateway, mesh, thing, walked
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments]
  http: [{match: [%s], route: %s}]
"""
STRAIGHT = "[{destination: {host: payments}}]"


def case_of(match: str, route: str = STRAIGHT, url: str = "http://payments:8080/api/a?v=1") -> Case:
    """The case of a request by the shop's web."""
    mesh = Mesh(inventory(SHOP, ROUTES % (match, route)))
    return walk_cases(mesh, walk(mesh, parse_request(url, source="shop/deployment/web")))[0]


@pytest.mark.parametrize(
    ("match", "word", "wanted", "had"),
    [
        ("{uri: {exact: /api}}", "uri-exact-child", "the path /api", "the path /api/a"),
        ("{uri: {prefix: /api/a/}}", "uri-slash", "a path that begins with /api/a/", "the path /api/a"),
        ("{uri: {prefix: /API}}", "uri-case", "a path that begins with /API", "the path /api/a"),
        ("{uri: {regex: /b}}", "uri", "a path like /b", "the path /api/a"),
        ("{method: {exact: PUT}}", "method", "the method PUT", "the method GET"),
        ("{headers: {x-a: {exact: b}}}", "header", "a header x-a: b", "no header x-a"),
        ("{headers: {x-a: {}}}", "header", "a header x-a", "no header x-a"),
        ("{queryParams: {v: {exact: '2'}}}", "query", "a query parameter v=2", "the query v=1"),
        (
            "{method: {exact: PUT}, uri: {exact: /b}}",
            "several",
            "the path /b and the method PUT",
            "the path /api/a and the method GET",
        ),
    ],
)
def test_differences(match: str, word: str, wanted: str, had: str) -> None:
    """Each difference has its word, and says what is wanted and what the request has."""
    case = case_of(match)

    assert (word, wanted, had) == (
        case.facts["route.mismatch"].word,
        case.details["route.wanted"],
        case.details["route.had"],
    )


def test_the_port_at_a_gateway_is_that_of_its_server() -> None:
    """The client dials port 80 of the Service, which leads to the server on 8080."""
    server = gateway("public", "- {port: {number: 8080, protocol: HTTP}, hosts: [shop.example.com]}")
    routes = thing(
        "VirtualService",
        "v",
        "hosts: [shop.example.com]\ngateways: [edge/public]\n"
        "http: [{match: [{port: 80}], route: [{destination: {host: payments}}]}]",
    )
    held = mesh(SPACES, INGRESS, app("payments"), server, routes)
    case = walk_cases(held, walked(held, "http://shop.example.com/", "gateway:edge/public"))[0]

    assert ("port 80", "port 8080, that of the Gateway's server") == (
        case.details["route.wanted"],
        case.details["route.had"],
    )


def test_a_method_more() -> None:
    """A route takes its own method and the request's."""
    assert {"regex": "PUT|GET"} == case_of("{method: {exact: PUT}}").details["route.methods"]


def test_a_default_route_is_for_any_version() -> None:
    """Where the nearest route sends to versions of one host, a default route sends to the host."""
    version = "{destination: {host: payments, subset: v%d}, weight: %d}"
    canary = f"[{version % (1, 90)}, {version % (2, 10)}]"

    assert [{"destination": {"host": "payments"}}] == case_of("{method: {exact: PUT}}", canary).details[
        "route.destinations"
    ]


def test_a_default_route_keeps_hosts_apart() -> None:
    """Where the nearest route sends to several hosts, a default route keeps their shares."""
    two = (
        "[{destination: {host: payments}, weight: 90}, {destination: {host: other, port: {number: 8080}}, weight: 10}]"
    )
    expected = [
        {"destination": {"host": "payments"}, "weight": 90},
        {"destination": {"host": "other", "port": {"number": 8080}}, "weight": 10},
    ]

    assert expected == case_of("{method: {exact: PUT}}", two).details["route.destinations"]
