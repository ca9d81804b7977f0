"""What a destination could mean whose host, port or subset leads nowhere."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from troubleshooter.facts import audit_cases
from troubleshooter.mesh import Mesh

SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{selector: {{app: {name}}}, ports: {ports}}}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: entry, namespace: shop}}
spec: {{hosts: [{host}], resolution: DNS, ports: [{{number: 80, name: http, protocol: HTTP}}]}}
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: route, namespace: shop}}
spec: {{hosts: [payments], http: [{{route: [{{destination: {destination}}}]}}]}}
"""


def said(fact: str, destination: str, *texts: str) -> object:
    """What an audit says of the only route: a fact's word or a detail, "" if nothing."""
    mesh = Mesh(inventory(ROUTE.format(destination=destination), *texts))
    case = next(case for case in audit_cases(mesh) if case.id.startswith("piece/route/"))
    known = case.facts.get(fact)
    return known.word if known else case.details.get(fact, "")


def service(name: str, namespace: str = "shop", ports: str = "[{port: 8080}]") -> str:
    """A Service."""
    return SERVICE.format(name=name, namespace=namespace, ports=ports)


SHOP = (service("payments"), service("orders-v1"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("paymnets", "payments.shop.svc.cluster.local"),
        ("orders-v2", ""),
        ("payments.shop", "payments.shop.svc.cluster.local"),
        ("payments.shop.svc", "payments.shop.svc.cluster.local"),
        ("paymnets.shop", "payments.shop.svc.cluster.local"),
        ("ledger", "ledger.bank.svc.cluster.local"),
        ("ledger.shop.svc.cluster.local", "ledger.bank.svc.cluster.local"),
        ("card.example.com", "cards.example.com"),
        ("mail.example.org", ""),
    ],
)
def test_the_host_that_is_meant(host: str, expected: str) -> None:
    """The one of that name elsewhere, of the whole of that name, or of nearly that name with the same digits."""
    others = (service("ledger", "bank"), ENTRY.format(host="cards.example.com"))

    assert expected == said("destination.guess_host", f"{{host: {host}}}", *SHOP, *others)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("payments", "found"),
        ("ledger", "not-found"),
        ("ledger.bank.svc.cluster.local", ""),
        ("payments.shop.svc.corp.internal", ""),
        ("payments.shop.svc.cluser.local", "not-found"),
    ],
)
def test_a_host_that_may_not_have_been_seen_is_not_missing(host: str, expected: str) -> None:
    """Nothing is said of a namespace that was not looked at, or of a DNS suffix that the cluster may have."""
    assert expected == said("destination.service", f"{{host: {host}}}", *SHOP)


@pytest.mark.parametrize(
    ("port", "ports", "expected"),
    [
        (9000, "[{port: 80, targetPort: 9000}, {port: 81, targetPort: 9001}]", 80),
        (9000, "[{port: 80, targetPort: 8080}]", 80),
        (9000, "[{port: 80}, {port: 81}]", ""),
        (9000, "[{name: a, port: 80, targetPort: 9000}, {name: b, port: 81, targetPort: 9000}]", ""),
    ],
)
def test_the_port_that_is_meant(port: int, ports: str, expected: object) -> None:
    """The only one that leads to the container port of that number; else the only one there is."""
    destination = f"{{host: payments, port: {{number: {port}}}}}"

    assert expected == said("destination.guess_port", destination, service("payments", ports=ports))


def test_a_port_that_nobody_names_is_not_missing() -> None:
    """A route without a port goes to the port that is called, which an audit does not know."""
    assert not said("destination.port", "{host: payments}", service("payments", ports="[{port: 80}, {port: 81}]"))
