"""What is said of a destination with a weight that runs no pods."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts.pieces import route_cases
from troubleshooter.mesh import Mesh

RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: payments, namespace: shop}
spec:
  host: payments
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: %s}}
"""
SECOND = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: payments-v2, namespace: shop}
spec:
  replicas: %d
  selector: {matchLabels: {app: payments, version: v2}}
  template:
    metadata: {labels: {app: payments, version: v2}}
    spec: {containers: [{name: payments}]}
"""


def told(weights: tuple[int, int], label: str, replicas: int | None) -> list[tuple[str, str]]:
    """What is said of each destination that gets requests, with its share."""
    routes = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: payments, namespace: shop}}
spec:
  hosts: [payments]
  http:
  - route:
    - {{destination: {{host: payments, subset: v1}}, weight: {weights[0]}}}
    - {{destination: {{host: payments, subset: v2}}, weight: {weights[1]}}}
"""
    mesh = Mesh(inventory(SHOP, RULE % label, routes, *([] if replicas is None else [SECOND % replicas])))
    cases = route_cases(mesh, mesh.virtual_services.all[0])
    facts = ((c.facts.get("destination.canary"), c.details.get("destination.share", "")) for c in cases)
    return [(fact.word if fact else "", str(share)) for fact, share in facts]


@pytest.mark.parametrize(
    ("weights", "label", "replicas", "expected"),
    [
        ((90, 10), "v2", 1, [("alive", ""), ("alive", "")]),
        ((90, 10), "v2", 0, [("alive", ""), ("stopped", "10 %")]),
        ((3, 1), "v2", None, [("alive", ""), ("not-deployed", "25 %")]),
        ((90, 10), '"2"', 1, [("alive", ""), ("", "")]),
        ((100, 0), "v2", 0, [("alone", "")]),
        ((0, 100), "v2", 0, [("alone", "")]),
    ],
)
def test_destinations_with_weights(
    weights: tuple[int, int], label: str, replicas: int | None, expected: list[tuple[str, str]]
) -> None:
    """A destination is dead where it gets requests beside one that runs, and nothing else explains it."""
    assert expected == told(weights, label, replicas)
