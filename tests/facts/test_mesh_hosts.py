"""What is said of VirtualServices for the mesh whose host is nearly the name of a Service."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.facts.pieces import binding_case
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request, walk

ELSEWHERE = """
apiVersion: v1
kind: Namespace
metadata: {name: config}
"""
WEB = """
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80}]
"""


def meshed(namespace: str, hosts: str, more: str = "") -> Mesh:
    """A mesh with one VirtualService in a namespace, for some hosts."""
    routes = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: routes, namespace: {namespace}}}
spec:
  hosts: {hosts}
  {more}
  http: [{{route: [{{destination: {{host: payments.shop.svc.cluster.local}}}}]}}]
"""
    return Mesh(inventory(SHOP, ELSEWHERE, WEB, routes))


@pytest.mark.parametrize(
    ("namespace", "hosts", "more", "expected"),
    [
        ("config", "[payments]", "", "short"),
        ("shop", "[payments.shop]", "", "partial"),
        ("shop", "[payments.shop.svc]", "gateways: [mesh]", "partial"),
        ("shop", "[payments.config.svc.cluster.local]", "", "full"),
        ("shop", "[payments]", "", ""),
        ("config", "[payments]", "gateways: [istio-system/public]", ""),
        ("config", "[payments]", 'exportTo: ["."]', ""),
        ("config", "[refunds]", "", ""),
        ("shop", "[payments.example]", "", ""),
        ("shop", "[orders.shop]", "", ""),
    ],
)
def test_hosts_without_a_request(namespace: str, hosts: str, more: str, expected: str) -> None:
    """A host is told of where it stands for no Service, and exactly one Service could be meant."""
    mesh = meshed(namespace, hosts, more)
    found = binding_case(mesh, mesh.virtual_services.all[0]).facts.get("virtual_service.mesh_host")

    assert expected == (found.word if found else "")


@pytest.mark.parametrize(
    ("hosts", "url", "expected"),
    [
        ("[payments]", "http://payments:8080/", "short"),
        ("[payments]", "http://orders/", ""),
        ("[orders]", "http://orders/", "short"),
        ("[payments.shop.svc.cluster.local]", "http://payments:8080/", "met"),
    ],
)
def test_hosts_with_a_request(hosts: str, url: str, expected: str) -> None:
    """With a request, the VirtualService is told of that means the very Service."""
    mesh = meshed("config", hosts)
    facts = walk_cases(mesh, walk(mesh, parse_request(url, source="shop/deployment/web")))[0].facts

    assert expected == (facts["virtual_service.mesh_host"].word if "virtual_service.mesh_host" in facts else "")


@pytest.mark.parametrize(("url", "expected"), [("http://orders.shop/", "met"), ("http://orders/", "partial")])
def test_name_with_a_dot_on_port_80(url: str, expected: str) -> None:
    """On port 80 sidecars know the very name too, so that calls by that name follow the routes."""
    mesh = meshed("shop", "[orders.shop]")
    facts = walk_cases(mesh, walk(mesh, parse_request(url, source="shop/deployment/web")))[0].facts

    assert expected == (facts["virtual_service.mesh_host"].word if "virtual_service.mesh_host" in facts else "")
