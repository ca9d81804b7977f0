"""What is said of hosts at a gateway: those of VirtualServices that it does not take, and those that nobody has."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.facts.pieces import binding_case
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

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
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: %s}]
"""
ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: %s
  gateways: %s
  http: [{route: [{destination: {host: payments}}]}]
"""
BOUND = "[istio-system/public]"


def meshed(served: str, held: str, gateways: str = BOUND) -> Mesh:
    """A mesh with one Gateway and one VirtualService."""
    return Mesh(inventory(SHOP, GATEWAY % served, ROUTES % (held, gateways)))


def asked(mesh: Mesh, host: str) -> Case:
    """The case of a request from outside."""
    request = parse_request(f"http://{host}/", source="gateway:istio-system/public")
    return walk_cases(mesh, walk(mesh, request))[0]


@pytest.mark.parametrize(
    ("served", "held", "gateways", "expected"),
    [
        ("[a.example.com]", "[b.example.com]", BOUND, ("apart", "none")),
        ("[shop.example.com]", "[shopp.example.com]", BOUND, ("apart", "here")),
        ("[istio-system/a.example.com]", "[a.example.com]", BOUND, ("other-namespace", "none")),
        ('["*.example.com"]', "[a.example.com]", BOUND, ("", "")),
        ("[a.example.com]", '["*.example.com"]', BOUND, ("", "")),
        ("[a.example.com]", "[b.example.com]", "[istio-system/public, mesh]", ("", "")),
        ("[a.example.com]", "[b.example.com]", "[istio-system/public, unseen/other]", ("", "")),
    ],
)
def test_hosts_without_a_request(served: str, held: str, gateways: str, expected: tuple[str, str]) -> None:
    """A VirtualService is told apart from its Gateway where it is of no use anywhere, if that is known."""
    mesh = meshed(served, held, gateways)
    facts = binding_case(mesh, mesh.virtual_services.all[0]).facts
    names = ("virtual_service.gateway_hosts", "virtual_service.host_mend")

    assert expected == tuple(facts[name].word if name in facts else "" for name in names)


@pytest.mark.parametrize(
    ("served", "held", "host", "expected"),
    [
        ("[a.example.com]", "[a.example.com, b.example.com]", "b.example.com", ("not-served", "gateway")),
        ("[a.example.com]", "[b.example.com]", "b.example.com", ("apart", "gateway")),
        ("[a.example.com]", "[b.example.com]", "a.example.com", ("apart", "here")),
        ("[other/a.example.com]", "[a.example.com]", "a.example.com", ("other-namespace", "gateway")),
        ("[a.example.com]", "[a.example.com]", "a.example.com", ("met", "")),
        ("[a.example.com]", "[a.example.com]", "c.example.com", ("", "")),
    ],
)
def test_hosts_with_a_request(served: str, held: str, host: str, expected: tuple[str, str]) -> None:
    """With a request it is told which of the two should get the other's host."""
    facts = asked(meshed(served, held), host).facts
    names = ("virtual_service.gateway_hosts", "virtual_service.host_mend")

    assert expected == tuple(facts[name].word if name in facts else "" for name in names)


@pytest.mark.parametrize(
    ("host", "gateways", "expected"),
    [
        ("b.example.com", BOUND, "none"),
        ("a.example.com", BOUND, "here"),
        ("a.example.com", "[istio-system/public, istio-system/missing]", "here"),
        ("b.example.com", "[istio-system/missing]", ""),
    ],
)
def test_host_that_nobody_has(host: str, gateways: str, expected: str) -> None:
    """A host is said to be unknown only where the gateway has some VirtualService."""
    facts = asked(meshed('["*"]', "[a.example.com]", gateways), host).facts

    assert expected == (facts["request.host_routes"].word if "request.host_routes" in facts else "")


@pytest.mark.parametrize(
    ("held", "host", "expected"),
    [
        ("[shop.example.com]", "www.shop.example.com", "shop.example.com"),
        ("[shop.example.com, api.example.com]", "shop.example.co", "shop.example.com"),
        ("[shop.example.com, api.example.com]", "192.0.2.7", None),
        ('["*.example.com"]', "example.com", None),
    ],
)
def test_host_that_a_client_means(held: str, host: str, expected: str | None) -> None:
    """The host meant is the only one that is nearly the same, else the only one there is; a wildcard is none."""
    assert expected == asked(meshed('["*"]', held), host).details.get("request.host_guess")
