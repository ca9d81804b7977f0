"""What is said of a Host header that a client sets itself."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request, walk

BARE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: batch, namespace: shop}
spec:
  template:
    metadata: {labels: {app: batch, sidecar.istio.io/inject: "false"}}
    spec: {containers: [{name: batch}]}
"""
ROUTED = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec:
  hosts: [pay.example, payments]
  http: [{route: [{destination: {host: payments}}]}]
"""


@pytest.mark.parametrize(
    ("caller", "header", "expected"),
    [
        ("web", "pay.example", "unknown"),
        ("web", "payments.shop:8080", "known"),
        ("web", "", ""),
        ("batch", "pay.example", ""),
    ],
)
def test_header_of_a_client(caller: str, header: str, expected: str) -> None:
    """A header is judged where a proxy reads it."""
    headers = [("host", header)] if header else []
    request = parse_request("http://payments:8080/", source=f"shop/deployment/{caller}", headers=headers)
    mesh = Mesh(inventory(SHOP, BARE))
    facts = walk_cases(mesh, walk(mesh, request))[0].facts

    assert expected == (facts["request.host_header"].word if "request.host_header" in facts else "")


def test_header_that_a_virtual_service_has() -> None:
    """A header that a VirtualService has, one that also stands for a Service of this port, is known."""
    request = parse_request("http://payments:8080/", source="shop/deployment/web", headers=[("host", "pay.example")])
    mesh = Mesh(inventory(SHOP, ROUTED))

    assert "known" == walk_cases(mesh, walk(mesh, request))[0].facts["request.host_header"].word
