"""A caller whose own proxy is not ready cannot connect to anything."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Connection, Stage
from troubleshooter.walk import parse_request, walk


def pod(name: str, ready: str, *, proxy: bool = True) -> str:
    """A pod of web whose application is well; `ready` says whether its proxy is."""
    containers = "[{name: web}, {name: istio-proxy}]" if proxy else "[{name: web}]"
    states = f"{{name: istio-proxy, ready: {ready}, state: {{running: {{}}}}}}" if proxy else ""
    held = f"[{{name: web, ready: true, state: {{running: {{}}}}}}, {states}]"
    return f"""
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: shop
  labels: {{app: web, pod-template-hash: abc}}
  ownerReferences: [{{kind: ReplicaSet, name: web-abc, controller: true}}]
spec: {{containers: {containers}}}
status: {{podIP: 10.0.0.1, containerStatuses: {held}, conditions: [{{type: Ready, status: "{ready.title()}"}}]}}
"""


def died(*pods: str) -> tuple[Stage | None, Connection]:
    """Where a call from web to payments dies, and what becomes of its connection."""
    shop = SHOP + "---" + PAYMENTS
    found = walk(
        Mesh(inventory(shop, *pods)), parse_request("http://payments:8080/", source="shop/deployment/web")
    ).walk
    failed = found.branches[0].failed
    return failed.stage if failed else None, found.outcome.connection


PAYMENTS = """
apiVersion: v1
kind: Pod
metadata:
  name: payments-0
  namespace: shop
  labels: {app: payments, pod-template-hash: abc}
  ownerReferences: [{kind: ReplicaSet, name: payments-abc, controller: true}]
spec: {containers: [{name: payments, ports: [{name: web, containerPort: 8080}]}, {name: istio-proxy}]}
status: {podIP: 10.0.0.2, conditions: [{type: Ready, status: "True"}]}
"""


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ((pod("a", "false"),), (Stage.LISTENER, Connection.REFUSED)),
        ((pod("a", "true"),), (None, Connection.OK)),
        ((pod("a", "false"), pod("b", "true")), (None, Connection.OK)),
        ((pod("a", "false", proxy=False),), (None, Connection.OK)),
    ],
)
def test_proxy_that_is_not_ready(pods: tuple[str, ...], expected: tuple[Stage | None, Connection]) -> None:
    """Where no pod's proxy is ready the connection is refused; one that is ready, or has no proxy, gets through."""
    assert expected == died(*pods)
