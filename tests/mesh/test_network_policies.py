"""What NetworkPolicies let through, what they stop, and what cannot be told."""

from __future__ import annotations

import pytest

from tests.meshes import deployment, mesh, thing
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.network_policies import Stop, Way, stopped_by
from troubleshooter.mesh.workload.workloads import Pod

SPACES = [thing("Namespace", name, namespace="", meta=f"labels: {{team: {name}}}") for name in ("shop", "front")]


def policy(spec: str, name: str = "p", namespace: str = "shop") -> str:
    """A NetworkPolicy."""
    text = thing("NetworkPolicy", name, spec, namespace=namespace)
    return text.replace("apiVersion: v1\n", "apiVersion: networking.k8s.io/v1\n")


PAYMENTS = deployment("payments").replace("{name: app}", "{name: app, ports: [{name: web, containerPort: 8080}]}")
DENY = "{podSelector: {}, policyTypes: [Ingress]}"


def pod(held: Mesh, name: str, namespace: str = "shop") -> Pod:
    """The pod of a Deployment."""
    found = held.workloads.get("Deployment", namespace, name)
    assert found is not None
    return found.representative


def stop(*texts: str, caller: str = "shop", port: int = 8080) -> Stop | None:
    """What stops a connection of web to payments; web is in namespace `caller`."""
    held = mesh(*SPACES, PAYMENTS, deployment("web", namespace=caller), *texts)
    way = Way(caller=pod(held, "web", caller), target=pod(held, "payments"), port=port)
    return stopped_by(held.index, way)


@pytest.mark.parametrize(
    ("rule", "caller", "expected"),
    [
        ("{from: [{podSelector: {}}]}", "shop", "through"),
        ("{from: [{podSelector: {}}]}", "front", "peer"),
        ("{from: [{namespaceSelector: {}}]}", "front", "through"),
        ("{from: [{namespaceSelector: {matchLabels: {team: front}}}]}", "front", "through"),
        ("{from: [{namespaceSelector: {matchLabels: {team: bank}}}]}", "front", "peer"),
        ("{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}", "front", "through"),
        ("{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: x}}}]}", "front", "peer"),
        ("{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: x}}}]}", "front", "through"),
        ("{from: []}", "front", "through"),
        ("{ports: [{port: 8080}]}", "front", "through"),
        ("{ports: [{port: web}]}", "front", "through"),
        ("{ports: [{port: http}]}", "front", "port"),
        ("{ports: [{port: 8080, protocol: UDP}]}", "front", "port"),
        ("{ports: [{protocol: TCP}]}", "front", "through"),
        ("{ports: [{port: 8000, endPort: 8100}]}", "front", "through"),
        ("{ports: [{port: 8000, endPort: 8079}]}", "front", "port"),
        ("{ports: []}", "front", "through"),
        ("{from: [{podSelector: {}}], ports: [{port: 80}]}", "front", "rule"),
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "front", "through"),
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}", "front", "not told"),
    ],
)
def test_rules_for_what_comes_in(rule: str, caller: str, expected: str) -> None:
    """Everything within a peer has to fit, any peer and any port of a rule is enough."""
    found = stop(policy(f"{{podSelector: {{}}, ingress: [{rule}]}}"), caller=caller)

    assert expected == ("through" if found is None else found.miss if found.sure else "not told")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}", "egress"),
        ("{podSelector: {matchLabels: {app: web}}, egress: [{ports: [{port: 53, protocol: UDP}]}]}", "egress"),
        ("{podSelector: {matchLabels: {app: web}}, egress: [{}]}", ""),
        ("{podSelector: {matchLabels: {app: web}}}", ""),
        ("{podSelector: {matchLabels: {app: payments}}}", "ingress"),
        ("{podSelector: {matchLabels: {app: payments}}, policyTypes: [Egress]}", ""),
        ("{podSelector: {matchExpressions: [{key: app, operator: In, values: [payments]}]}}", "ingress"),
        ("{policyTypes: [Ingress]}", "ingress"),
    ],
)
def test_for_what_a_policy_is(spec: str, expected: str) -> None:
    """Without policyTypes it limits what comes in, and what goes out if it has rules for that."""
    found = stop(policy(spec))

    assert expected == (found.direction if found else "")


def test_policies_add_up() -> None:
    """One that lets it through is enough."""
    assert stop(policy(DENY), policy("{podSelector: {}, ingress: [{}]}", "q")) is None


def test_policies_of_other_namespaces() -> None:
    """They are for pods of their own namespace."""
    assert stop(policy(DENY, namespace="front")) is None


def test_labels_of_a_namespace_that_was_not_seen() -> None:
    """They may be what a rule asks for; its name is known."""
    team = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}"
    name = team.replace("team", "kubernetes.io/metadata.name")
    doubted, sure = stop(policy(team), caller="unseen"), stop(policy(name), caller="unseen")

    assert doubted is not None and not doubted.sure  # noqa: PT018 - one fact
    assert sure is not None and sure.sure  # noqa: PT018 - one fact


def test_ends_on_the_network_of_their_node() -> None:
    """No policy is for them, and whether nodes get in depends on the plugin."""
    closed = policy("{policyTypes: [Ingress, Egress]}")
    held = mesh(*SPACES, PAYMENTS, deployment("web", pod="hostNetwork: true"), closed)
    found = stopped_by(held.index, Way(caller=pod(held, "web"), target=pod(held, "payments"), port=8080))

    assert found is not None
    assert ("ingress", False) == (found.direction, found.sure)


def test_the_rule_that_names_the_pods_is_the_nearest() -> None:
    """A rule for everybody may be there for something else, such as DNS."""
    dns = "{to: [{namespaceSelector: {}}], ports: [{port: 53}]}"
    own = "{to: [{podSelector: {matchLabels: {app: payments}}}], ports: [{port: 80}]}"
    found = stop(policy(f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{dns}, {own}]}}"))

    assert found is not None
    assert "spec.egress[1]" == found.place.field
