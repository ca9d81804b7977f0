"""What a walk makes of NetworkPolicies between two pods."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import StageVerdict
from troubleshooter.walk import parse_request, walk

DENY = "{podSelector: {}, policyTypes: [Ingress]}"


ENFORCED = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium, namespace: kube-system}\n"
BLOCK = "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
TEAM = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: bank}}}]}]}"
BESIDE = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: n, namespace: shop}\n"


def _texts(specs: tuple[str, ...]) -> list[str]:
    """Policies of namespace shop."""
    return [
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: n{n}, namespace: shop}}\nspec: {s}\n"
        for n, s in enumerate(specs)
    ]


def _died(*specs: str, more: tuple[str, ...] = (ENFORCED,), source: str = "shop/deployment/web") -> str:
    """How a request to payments ends under policies that are enforced, "" where it is not known to die."""
    held = Mesh(inventory(SHOP, *_texts(specs), *more))
    found = walk(held, parse_request("http://payments.shop:8080/", source=source)).walk.branches[0]
    return f"{found.failed.stage}: {found.outcome.details}" if found.failed else ""


def _unknown(*specs: str, source: str = "shop/deployment/web") -> list[str]:
    """What is unknown on the way to payments, under policies of namespace shop."""
    found = walk(Mesh(inventory(SHOP, *_texts(specs))), parse_request("http://payments.shop:8080/", source=source)).walk
    return [f"{s.stage}: {s.detail}" for s in found.path if s.verdict is StageVerdict.UNKNOWN]


@pytest.mark.parametrize(
    "specs",
    [
        [DENY],
        ["{podSelector: {matchLabels: {app: payments}}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]}"],
        ["{podSelector: {}, ingress: [{ports: [{port: 9090}]}]}"],
        ["{podSelector: {}, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}"],
        [TEAM],
        ["{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}"],
    ],
)
def test_policy_without_a_rule_that_fits(specs: list[str]) -> None:
    """Where a policy takes an end of the way and no rule lets it through, the endpoint stage is unknown, and fails
    where something enforces it: the connection hangs."""
    said = "endpoint: no rule of NetworkPolicy shop/n0 lets a connection to port 8080 through there"

    assert [f"{said}, if the network of the cluster enforces it"] == _unknown(*specs)
    assert "endpoint: upstream_reset_before_response_started{connection_timeout}" == _died(*specs)


def test_block_of_addresses() -> None:
    """Whether it means a pod cannot be told, also where policies are enforced."""
    said = "endpoint: no rule of NetworkPolicy shop/n0 lets a connection to port 8080 through there"

    assert [f"{said}, as far as can be told"] == _unknown(BLOCK)
    assert "" == _died(BLOCK)


def test_what_else_the_network_has() -> None:
    """Rules of the network's own kinds are not read, and may say otherwise."""
    assert "" == _died(DENY, more=(ENFORCED, BESIDE))


def test_client_that_is_assumed() -> None:
    """Nobody knows its labels."""
    assert "" == _died(DENY, source="")


def test_cluster_that_enforces_nothing() -> None:
    """Other DaemonSets are no network plugins."""
    assert "" == _died(DENY, more=(ENFORCED.replace("cilium", "kindnet"),))


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
