"""NetworkPolicies: which hold for a pod, and whether one of their rules surely lets a connection through.

Decides: rules by pods, namespaces and TCP ports; blocks of addresses only where they are all. Must not know whether the
cluster's network enforces any of it: no object tells.
Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh.basis.index import CORE, Index, selects_expressions
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, as_list, as_map

GROUP, KIND = "networking.k8s.io", "NetworkPolicy"
OWN_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A connection to `port` (a container's) of `target`; None is a pod of which nothing is known."""

    caller: Pod | None
    target: Pod | None
    port: int


def doubted_by(index: Index, way: Way) -> Object | None:
    """The first policy that holds for one end, where no rule surely lets the connection through there."""
    return _closed(index, way, "Egress") or _closed(index, way, "Ingress")


def _closed(index: Index, way: Way, direction: str) -> Object | None:
    """The first policy that holds for an end of the way, None where one of them surely lets it through, or none
    holds."""
    own, other = (way.target, way.caller) if direction == "Ingress" else (way.caller, way.target)
    if own is None:
        return None
    held = [p for p in index.inside(GROUP, KIND, own.namespace) if _holds(p, own, direction)]
    rules = ((p, as_map(r)) for p in held for r in as_list(p.spec.get(direction.lower())))
    peers = "from" if direction == "Ingress" else "to"
    if any(_peer(index, p, as_list(r.get(peers)), other) and _port(r, way) for p, r in rules):
        return None
    return next(iter(held), None)


def _holds(policy: Object, pod: Pod, direction: str) -> bool:
    """Whether a policy is for a pod in a direction; without `policyTypes` it is for what comes in, and for what goes
    out if it has rules for that."""
    types = as_list(policy.spec.get("policyTypes")) or ["Ingress", *(["Egress"] if policy.spec.get("egress") else [])]
    return direction in types and selects_expressions(policy.spec.get("podSelector"), pod.labels)


def _peer(index: Index, policy: Object, peers: list[object], pod: Pod | None) -> bool:
    """Whether the other end is surely among the peers of a rule; without any, everyone is."""
    return not peers or any(_fits(index, policy, as_map(p), pod) for p in peers)


def _fits(index: Index, policy: Object, peer: Raw, pod: Pod | None) -> bool:
    block = as_map(peer.get("ipBlock"))
    if block:
        return block.get("cidr") == "0.0.0.0/0" and not block.get("except")
    if pod is None or pod.host_network:
        return False
    spaces = peer.get("namespaceSelector")
    if as_map(spaces).get("matchExpressions") and index.get(CORE, "Namespace", "", pod.namespace) is None:
        return False  # it may ask for a label to be absent, and the labels were not seen
    labels = {OWN_NAME: pod.namespace, **index.namespace_labels(pod.namespace)}
    near = pod.namespace == policy.namespace if spaces is None else selects_expressions(spaces, labels)
    return near and selects_expressions(peer.get("podSelector"), pod.labels)


def _port(rule: Raw, way: Way) -> bool:
    """Whether a rule is for the port; without ports it is for all."""
    ports = as_list(rule.get("ports"))
    return not ports or any(number == way.port for p in map(as_map, ports) for number in _numbers(p, way))


def _numbers(port: Raw, way: Way) -> Iterable[int | None]:
    """The numbers that a TCP port of a rule stands for, a name as the target's containers give it."""
    if str(port.get("protocol") or "TCP") != "TCP":
        return ()
    number, end = port.get("port"), port.get("endPort")
    if isinstance(number, int) and isinstance(end, int):
        return range(number, end + 1)
    if number is None:
        return (way.port,)
    return (number if isinstance(number, int) else way.target.port_named(str(number)) if way.target else None,)
