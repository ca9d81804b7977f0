"""What a walk makes of NetworkPolicies between two pods."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import StageVerdict
from troubleshooter.walk import parse_request, walk

DENY = "{podSelector: {}, policyTypes: [Ingress]}"


def _unknown(*specs: str, source: str = "shop/deployment/web") -> list[str]:
    """What is unknown on the way to payments, under policies of namespace shop."""
    texts = [
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: n{n}, namespace: shop}}\nspec: {s}\n"
        for n, s in enumerate(specs)
    ]
    found = walk(Mesh(inventory(SHOP, *texts)), parse_request("http://payments.shop:8080/", source=source)).walk
    return [f"{s.stage}: {s.detail}" for s in found.path if s.verdict is StageVerdict.UNKNOWN]


@pytest.mark.parametrize(
    "specs",
    [
        [DENY],
        ["{podSelector: {matchLabels: {app: payments}}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]}"],
        ["{podSelector: {}, ingress: [{ports: [{port: 9090}]}]}"],
        ["{podSelector: {}, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}"],
        ["{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"],
        ["{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: bank}}}]}]}"],
        ["{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}"],
    ],
)
def test_policy_without_a_rule_that_fits(specs: list[str]) -> None:
    """Where a policy takes an end of the way and no rule surely lets it through, the endpoint stage is unknown."""
    assert ["endpoint: NetworkPolicy shop/n0 is not modelled yet"] == _unknown(*specs)


def test_assumed_client() -> None:
    """Without a caller, a policy that takes everyone of the namespace takes the client that is assumed there."""
    assert [] == _unknown("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", source="")


@pytest.mark.parametrize(
    "specs",
    [
        ["{podSelector: {}, ingress: [{}]}"],
        ["{podSelector: {}, egress: [{}], policyTypes: [Egress]}"],
        ["{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}"],
        [DENY, "{podSelector: {matchLabels: {app: payments}}, ingress: [{from: [{podSelector: {}}]}]}"],
        [DENY, "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: web}]}]}"],
        [DENY, "{podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8100}]}]}"],
        [DENY, "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}"],
        [
            DENY,
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {NAME: shop}}}]}]}".replace(
                "NAME", "kubernetes.io/metadata.name"
            ),
        ],
        [
            DENY,
            "{podSelector: {}, ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: Exists}]}}]}]}",
        ],
    ],
)
def test_policy_that_lets_it_through(specs: list[str]) -> None:
    """Rules add up: one that surely takes the connection is enough, whatever the other policies deny."""
    assert [] == _unknown(*specs)
