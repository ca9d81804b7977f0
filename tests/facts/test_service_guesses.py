"""Which workload a selector, and which container port a targetPort, probably mean."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from troubleshooter.facts import audit_cases
from troubleshooter.mesh import Mesh

SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {selector}, ports: [{{name: http-api, port: 8080, targetPort: {target}}}]}}
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: app, ports: {ports}}}]}}}}}}
"""


def said(fact: str, *texts: str) -> object:
    """What an audit says of the only service port: a fact's word or a detail, "" if nothing."""
    cases = [case for case in audit_cases(Mesh(inventory(*texts))) if "service" in case.roles]
    known = cases[0].facts.get(fact)
    return known.word if known else cases[0].details.get(fact, "")


def service(selector: str, name: str = "payments", target: str = "8080") -> str:
    """The Service."""
    return SERVICE.format(name=name, selector=selector, target=target)


def workload(labels: str, name: str = "payments", ports: str = "[]") -> str:
    """A workload."""
    return WORKLOAD.format(name=name, labels=labels, ports=ports)


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("{app: paymnts}", "{app: payments}", "yes"),
        ("{app.kubernetes.io/name: payments}", "{app: payments}", "no"),
        ("{app: payments, role: primary}", "{app: payments}", "no"),
        ("{app: invoices}", "{app: payments}", "yes"),
    ],
)
def test_a_slip_is_missed_and_a_label_to_come_is_not(selector: str, labels: str, expected: str) -> None:
    """Endpoints are missed where a label of the workload that is probably meant differs from the selector, and not
    where the workload lacks it: it may be put on its pods as they run."""
    assert expected == said("service.endpoints_meant", service(selector), workload(labels))


def test_a_shared_tier_is_no_likeness() -> None:
    """A workload that shares some label with a selector is not taken for the one meant."""
    found = said(
        "service.selector_guess",
        service("{app: orders, tier: back}", "orders"),
        workload("{app: pay, tier: back}", "pay"),
    )

    assert "none" == found


def test_of_two_nothing_is_guessed() -> None:
    """Where two workloads are alike, none is guessed."""
    both = (
        workload("{app: payments, color: blue}", "payments-blue"),
        workload("{app: payments, color: green}", "payments-green"),
    )

    assert "none" == said("service.selector_guess", service("{app: paymnts}"), *both)


@pytest.mark.parametrize(
    ("target", "ports", "expected"),
    [
        ("web", "[{name: api, containerPort: 9000}]", "api"),
        ("9090", "[{containerPort: 9000}]", 9000),
        ("api-http", "[{name: http-api, containerPort: 9000}, {name: admin, containerPort: 9001}]", "http-api"),
        ("9090", "[{containerPort: 8080}, {containerPort: 9001}]", 8080),
        ("htp", "[{name: http, containerPort: 9000}, {name: admin, containerPort: 9001}]", "http"),
        ("9090", "[{containerPort: 9000}, {containerPort: 9001}]", ""),
    ],
)
def test_the_container_port_that_is_meant(target: str, ports: str, expected: object) -> None:
    """The only one; else the one with the name or number of the Service port; else one of nearly that name."""
    texts = (service("{app: payments}", target=target), workload("{app: payments}", ports=ports))

    assert expected == said("service.target_guess", *texts)
