"""Whether a subset has endpoints, and which labels it means if it has none."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from troubleshooter.facts import audit_cases
from troubleshooter.mesh import Mesh

MESH = """
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec: {selector: {app: payments}, ports: [{port: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec: {hosts: [payments], http: [{route: [{destination: {host: payments, subset: v2}}]}]}
"""
RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: payments, namespace: shop}}
spec: {{host: payments, subsets: [{{name: v1, labels: {{version: v1}}}}, {{name: v2, labels: {labels}}}]}}
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: app}}]}}}}}}
"""


def said(fact: str, labels: str, *pods: str) -> object:
    """What an audit says of the subset with these labels, where the Service's pods have those: a fact's word or a
    detail, "" if nothing."""
    workloads = [WORKLOAD.format(name=f"payments-{n}", labels=held) for n, held in enumerate(pods)]
    mesh = Mesh(inventory(MESH, RULE.format(labels=labels), *workloads))
    case = next(case for case in audit_cases(mesh) if case.id.startswith("piece/route/"))
    known = case.facts.get(fact)
    return known.word if known else case.details.get(fact, "")


@pytest.mark.parametrize(
    ("labels", "held", "expected"),
    [
        ("{version: '2'}", "{app: payments, version: v2}", {"version": "v2"}),
        ("{version: canary}", "{app: payments, version: v2}", {"version": "v2"}),
        ("{ver: v2}", "{app: payments, version: v2}", {"version": "v2"}),
        ("{app: payment, version: v2}", "{app: payments, version: v2}", {"app": "payments", "version": "v2"}),
        ("{version: v3}", "{app: payments, version: v4}", ""),
        ("{version: '1'}", "{app: payments, version: v3}", ""),
    ],
)
def test_the_labels_that_are_meant(labels: str, held: str, expected: object) -> None:
    """The labels of pods that differ by a slip, that the subset is called by, or that stand under another key; never
    those of another subset, or with other digits."""
    assert expected == said("destination.subset_guess_labels", labels, "{app: payments, version: v1}", held)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("{version: v1}", "some"),
        ("{version: v2}", "none"),
        ("{topology.kubernetes.io/zone: west}", ""),
        ("{pod-template-hash: 7d9f8b6c5}", ""),
    ],
)
def test_a_label_that_no_manifest_shows_is_not_missing(labels: str, expected: str) -> None:
    """Nothing is said of labels that istiod or a controller adds."""
    assert expected == said("destination.subset_endpoints", labels, "{app: payments, version: v1}")


@pytest.mark.parametrize(("labels", "expected"), [("{version: v2}", "yes"), ("{role: primary}", "no")])
def test_a_label_to_come_is_not_missed(labels: str, expected: str) -> None:
    """Without a request, endpoints are missed where pods have another value of the label, not where they lack it."""
    assert expected == said("destination.subset_meant", labels, "{app: payments, version: v1}")


def test_a_service_without_endpoints_has_no_empty_subset() -> None:
    """Nothing is said of the subset where no endpoint of the Service is ready."""
    assert not said("destination.subset_endpoints", "{version: v2}", "{app: ledger}")
