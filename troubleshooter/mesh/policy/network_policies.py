"""NetworkPolicies: which hold for a pod, and whether their rules let a connection through.

Decides: by pods, namespaces, blocks of addresses and TCP ports, in three values: they do, they do not, or it cannot be
told (None). It cannot of an end that is no pod of this Kubernetes cluster or is on the network of its node, by labels
of a namespace that was not seen, and by a block that holds the address of a pod: plugins differ in whether such a block
means pods. Must not know whether the cluster's network enforces any of it (`network_plugins` does, as far as can be).
Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.hosts import in_range
from troubleshooter.mesh.basis.index import CORE, Index, selects_expressions
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

GROUP, KIND = "networking.k8s.io", "NetworkPolicy"
OWN_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace carries."""
EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


class Direction(StrEnum):
    """Which end's policies: those for what leaves the caller, or for what comes to the target."""

    EGRESS = "egress"
    INGRESS = "ingress"


class Miss(StrEnum):
    """What the rule lacks that comes nearest."""

    PORT = "port"
    PEER = "peer"
    RULE = "rule"
    """No rule has the port or the other end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A connection to `port` (a container's) of `target`; None is a pod of which nothing is known."""

    caller: Pod | None
    target: Pod | None
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The policy of one end that lets a connection not through, or (`sure` False) of which that cannot be told: what is
    missing, and the place where it would stand."""

    policy: Object
    direction: Direction
    miss: Miss
    place: Resource
    sure: bool


def stopped_by(index: Index, way: Way) -> Stop | None:
    """The first end at which no rule surely lets the connection through; a sure stop goes before a doubtful one."""
    found = [s for s in (_stop(index, way, Direction.EGRESS), _stop(index, way, Direction.INGRESS)) if s]
    return next((s for s in found if s.sure), next(iter(found), None))


def _stop(index: Index, way: Way, direction: Direction) -> Stop | None:
    """What stops the connection at one end, None where a rule surely lets it through or no policy holds for it."""
    own, other = (way.target, way.caller) if direction is Direction.INGRESS else (way.caller, way.target)
    if own is None or own.host_network:
        return None
    held = [p for p in index.inside(GROUP, KIND, own.namespace) if _holds(p, own, direction)]
    rules = [_Rule(p, number, rule) for p in held for number, rule in _rules(p, direction)]
    fits = [_fits(index, rule, direction, other, way) for rule in rules]
    if not held or any(peer and port for peer, port in fits):
        return None
    pods = other is not None and not other.host_network
    sure = pods and all(peer is False or port is False for peer, port in fits)
    missing = [r for r, (peer, port) in zip(rules, fits, strict=True) if peer and port is False]
    near = max(missing, key=_narrowness, default=None)
    half = next((r for r, (peer, port) in zip(rules, fits, strict=True) if port and peer is False), None)
    chosen, miss = near or half, Miss.PORT if near else Miss.PEER if half else Miss.RULE
    policy = chosen.policy if chosen else held[0]
    field = f"spec.{direction}[{chosen.number}]" if chosen else "spec"
    return Stop(policy=policy, direction=direction, miss=miss, place=policy.at(field), sure=sure)


@dataclass(frozen=True, slots=True)
class _Rule:
    policy: Object
    number: int
    raw: Raw


def _narrowness(rule: _Rule) -> int:
    """How many labels a rule asks of pods: one that names these pods means them, one for all pods may be for DNS."""
    peers = [as_map(p) for key in ("from", "to") for p in as_list(rule.raw.get(key))]
    chosen = [as_map(p.get("podSelector")) for p in peers]
    return sum(len(as_map(s.get("matchLabels"))) + len(as_list(s.get("matchExpressions"))) for s in chosen)


def _rules(policy: Object, direction: Direction) -> Iterator[tuple[int, Raw]]:
    return enumerate(map(as_map, as_list(policy.spec.get(direction))))


def _holds(policy: Object, pod: Pod, direction: Direction) -> bool:
    """Whether a policy is for a pod in a direction; without `policyTypes` it is for what comes in, and for what goes
    out if it has rules for that."""
    types = as_list(policy.spec.get("policyTypes")) or ["Ingress", *(["Egress"] if policy.spec.get("egress") else [])]
    same = policy.cluster == pod.owner.cluster
    return same and direction.capitalize() in types and selects_expressions(policy.spec.get("podSelector"), pod.labels)


def _fits(
    index: Index, rule: _Rule, direction: Direction, other: Pod | None, way: Way
) -> tuple[bool | None, bool | None]:
    """Whether the other end is among the peers of a rule, and the port among its ports; without any, all are."""
    peers = as_list(rule.raw.get("from" if direction is Direction.INGRESS else "to"))
    told = [_peer(index, rule.policy, as_map(p), other) for p in peers]
    return (True if not peers or True in told else None if None in told else False), _port(rule.raw, way)


def _peer(index: Index, policy: Object, peer: Raw, pod: Pod | None) -> bool | None:
    block = as_map(peer.get("ipBlock"))
    if block:
        return _in_block(block, pod)
    if pod is None or pod.host_network or pod.owner.cluster != policy.cluster:
        return None
    if not selects_expressions(peer.get("podSelector"), pod.labels):
        return False
    spaces = peer.get("namespaceSelector")
    return pod.namespace == policy.namespace if spaces is None else _in_space(index, as_map(spaces), pod)


def _in_space(index: Index, selector: Raw, pod: Pod) -> bool | None:
    """Whether a selector matches the namespace of a pod; one that was not seen has its name alone for a label."""
    space = index.beside(pod.owner, CORE, "Namespace", "", pod.namespace)
    asked = set(as_map(selector.get("matchLabels"))) | {
        str(as_map(e).get("key")) for e in as_list(selector.get("matchExpressions"))
    }
    if space is None and asked - {OWN_NAME}:
        return None
    return selects_expressions(selector, {OWN_NAME: pod.namespace, **(space.labels if space else {})})


def _in_block(block: Raw, pod: Pod | None) -> bool | None:
    cidr, excepted = str(block.get("cidr")), [str(e) for e in as_list(block.get("except"))]
    if cidr in EVERYWHERE and not excepted:
        return True
    if pod is None or pod.host_network or not pod.address:
        return None
    inside = in_range(cidr, pod.address) and not any(in_range(e, pod.address) for e in excepted)
    return None if inside else False


def _port(rule: Raw, way: Way) -> bool | None:
    """Whether a rule is for the port; without ports it is for all. A name means the port that the target's containers
    give it."""
    ports = [as_map(p) for p in as_list(rule.get("ports"))]
    if not ports or any(number == way.port for p in ports for number in _numbers(p, way)):
        return True
    named = any(isinstance(p.get("port"), str) for p in ports)
    return None if named and way.target is None else False


def _numbers(port: Raw, way: Way) -> Iterable[int | None]:
    """The numbers that a TCP port of a rule stands for."""
    if str(port.get("protocol") or "TCP") != "TCP":
        return ()
    number, end = port.get("port"), port.get("endPort")
    if isinstance(number, int) and isinstance(end, int):
        return range(number, end + 1)
    if number is None:
        return (way.port,)
    return (number if isinstance(number, int) else way.target.port_named(str(number)) if way.target else None,)
