"""What is said of VirtualServices that compete for one host."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import audit_cases, walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

PAY = "{match: [{uri: {prefix: /pay}}], route: [{destination: {host: payments}}]}"
REFUND = "{match: [{uri: {prefix: /refund}}], route: [{destination: {host: refunds}}]}"
PAY_ELSEWHERE = "{match: [{uri: {prefix: /pay}}], route: [{destination: {host: refunds}}]}"
REST = "{route: [{destination: {host: payments}}]}"
REST_ELSEWHERE = "{route: [{destination: {host: refunds}}]}"
OTHERS = "{match: [{sourceLabels: {app: batch}}], route: [{destination: {host: refunds}}]}"
GATEWAY = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: istio-system}
spec:
  template:
    metadata: {labels: {istio: edge}}
    spec: {containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: edge}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""
OUTSIDE = "hosts: [a.example], gateways: [istio-system/public]"


def routes(name: str, http: str, more: str = "hosts: [payments]") -> str:
    """A VirtualService."""
    return f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec: {{{more}, http: [{http}]}}
"""


def told(cases: Iterable[Case]) -> list[tuple[str, ...]]:
    """What is said of pairs: how they compete, whether they can be put together, who is used, who is not."""
    held = [case for case in cases if "rival" in case.roles and "virtual_service.rival" in case.facts]
    facts, roles = ("virtual_service.rival", "virtual_service.rival_mend"), ("virtual_service", "rival")
    return [(*(case.facts[f].word for f in facts), *(case.roles[r].name for r in roles)) for case in held]


@pytest.mark.parametrize(
    ("one", "other", "path", "expected"),
    [
        (PAY, REFUND, "/refund", [("left-out", "merge", "a", "b")]),
        (REST, REFUND, "/refund", [("left-out", "merge", "a", "b")]),
        (REST, REST_ELSEWHERE, "/", [("left-out", "by-hand", "a", "b")]),
        (PAY, REFUND, "/pay", []),
        (REST, PAY, "/pay", []),
        (OTHERS, REFUND, "/refund", []),
    ],
)
def test_request_of_a_sidecar(one: str, other: str, path: str, expected: list[tuple[str, ...]]) -> None:
    """A rival is told of where it would do something else with the request."""
    mesh = Mesh(inventory(SHOP, routes("a", one), routes("b", other)))
    request = parse_request(f"http://payments.shop:8080{path}", source="shop/deployment/web")

    assert expected == told(walk_cases(mesh, walk(mesh, request)))


@pytest.mark.parametrize(
    ("one", "other", "path", "expected"),
    [
        (PAY, PAY_ELSEWHERE, "/pay", [("same-match", "by-hand", "a", "b")]),
        (REST, REST_ELSEWHERE, "/x", [("same-match", "by-hand", "a", "b")]),
        (REST, PAY_ELSEWHERE, "/pay", []),
        (PAY, REST_ELSEWHERE, "/pay", []),
        (PAY, REFUND, "/refund", []),
    ],
)
def test_request_at_a_gateway(one: str, other: str, path: str, expected: list[tuple[str, ...]]) -> None:
    """Gateways put routes together: only two that ask for the same compete."""
    mesh = Mesh(inventory(SHOP, GATEWAY, routes("a", one, OUTSIDE), routes("b", other, OUTSIDE)))
    request = parse_request(f"http://a.example{path}", source="outside")

    assert expected == told(walk_cases(mesh, walk(mesh, request)))


@pytest.mark.parametrize(
    ("one", "other", "more", "expected"),
    [
        (PAY, REFUND, "hosts: [payments]", [("left-out", "merge", "a", "b")]),
        (PAY, PAY, "hosts: [payments]", []),
        (OTHERS, REST, "hosts: [payments]", []),
        (PAY, PAY_ELSEWHERE, OUTSIDE, [("same-match", "by-hand", "a", "b")]),
        (PAY, REFUND, OUTSIDE, []),
        (REST, REST_ELSEWHERE, OUTSIDE, [("same-match", "by-hand", "a", "b")]),
    ],
)
def test_pairs_in_an_audit(one: str, other: str, more: str, expected: list[tuple[str, ...]]) -> None:
    """Without a request, a pair is told of where all clients without labels of their own lose the routes of one."""
    mesh = Mesh(inventory(SHOP, GATEWAY, routes("a", one, more), routes("b", other, more)))

    assert expected == told(audit_cases(mesh))


def test_own_routes_of_a_namespace() -> None:
    """What a namespace keeps to itself is meant to count first: without a request that misses something, nothing is
    told."""
    own = routes("b", REST_ELSEWHERE, 'hosts: [payments], exportTo: ["."]')
    mesh = Mesh(inventory(SHOP, routes("a", REST), own))
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")

    assert [] == told([*walk_cases(mesh, walk(mesh, request)), *audit_cases(mesh)])
