"""Pods whose proxies are not ready: a caller's and a gateway's."""

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


GATEWAY = """
apiVersion: v1
kind: Namespace
metadata: {name: gateways}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: gateways}
spec:
  selector: {matchLabels: {istio: ingress}}
  template:
    metadata: {labels: {istio: ingress, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec:
  selector: {istio: ingress}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: front, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [front]
  http: [{route: [{destination: {host: payments, port: {number: 8080}}}]}]
"""


def gateway_pod(name: str, ready: str, more: str = "") -> str:
    """A pod of the gateway."""
    return f"""
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: gateways
  labels: {{istio: ingress, pod-template-hash: abc}}
  ownerReferences: [{{kind: ReplicaSet, name: ingress-abc, controller: true}}]
spec: {{containers: [{{name: istio-proxy}}]{more}}}
status: {{podIP: 10.0.1.1, conditions: [{{type: Ready, status: "{ready}"}}]}}
"""


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ((), None),
        ((gateway_pod("a", "False"),), Stage.LISTENER),
        ((gateway_pod("a", "False"), gateway_pod("b", "True")), None),
        ((gateway_pod("a", "False", ", hostNetwork: true"),), None),
    ],
)
def test_gateway_of_which_no_pod_is_ready(pods: tuple[str, ...], expected: Stage | None) -> None:
    """A client outside gets no further than to the gateway; where no pods were seen, some are taken to be there."""
    request = parse_request("http://shop.example.com/", source="outside")
    failed = walk(Mesh(inventory(SHOP, GATEWAY, *pods)), request).walk.branches[0].failed

    assert expected == (failed.stage if failed else None)
