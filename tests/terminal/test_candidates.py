"""Which requests a mesh offers."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.terminal.candidates import destinations, senders
from troubleshooter.walk import parse_request

SYSTEM = """
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: kube-system}
spec:
  ports: [{name: dns, port: 53, protocol: UDP}, {name: metrics, port: 9153}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec:
  ports: [{name: mysql, port: 3306}, {name: https, port: 443}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: shop}
spec:
  hosts: [api.example.com, "*.example.org"]
  ports: [{name: https, number: 443, protocol: HTTPS}]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: c}
    hosts: [shop.example.com, "*.shop.example.com"]
  - port: {number: 8080, name: http, protocol: HTTP}
    hosts: [shop.example.com]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ab, namespace: bank}
spec:
  selector: {matchLabels: {app: ab}}
  template: {metadata: {labels: {app: ab}}, spec: {containers: [{name: a}]}}
"""
MESH = Mesh(inventory(SHOP, SYSTEM))


def test_destinations() -> None:
    """Every host and port is a URL in its scheme: what gateways serve first, the system's services last; what no
    request can name (wildcards, UDP) is left out."""
    assert [
        "https://shop.example.com",
        "http://shop.example.com:8080",
        "https://api.example.com:443",
        "tcp://db.shop:3306",
        "https://db.shop:443",
        "http://payments.shop:8080",
        "http://dns.kube-system:9153",
    ] == [choice.value for choice in destinations(MESH)]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (
            "http://payments.shop:8080",
            ["shop/deployment/web", "bank/statefulset/ab", "shop/deployment/payments", "outside"],
        ),
        (
            "https://shop.example.com",
            ["outside", "bank/statefulset/ab", "shop/deployment/payments", "shop/deployment/web"],
        ),
    ],
)
def test_senders(to: str, expected: list[str]) -> None:
    """Workloads of the destination's namespace come first, the called one itself last; the world outside is the very
    first where a gateway serves the host."""
    assert expected == [choice.value for choice in senders(MESH, parse_request(to))]
