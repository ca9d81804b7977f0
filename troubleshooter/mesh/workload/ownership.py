"""Whose a pod is: the workload that made it, in its own Kubernetes cluster.

Decides from owner references and the names of ReplicaSets; where these do not tell, from selectors, as a controller
that finds a pod of nobody takes it for its own. Must not know what a workload is made of.
Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from troubleshooter.mesh.basis.index import APPS, BATCH, CORE, Index, selects_expressions
from troubleshooter.mesh.basis.pods import owner_of
from troubleshooter.model import Object, as_map, as_words

Place: TypeAlias = tuple[str, str, str, str]
"""Kubernetes cluster, kind, namespace and name of a workload."""
KINDS: tuple[tuple[str, str], ...] = (
    (APPS, "Deployment"),
    (APPS, "StatefulSet"),
    (APPS, "DaemonSet"),
    (APPS, "ReplicaSet"),
    (CORE, "ReplicationController"),
    (BATCH, "Job"),
    (BATCH, "CronJob"),
    ("argoproj.io", "Rollout"),
)
"""What makes pods, by itself or through another of these."""
MAKERS = frozenset(kind for _, kind in KINDS)
ADOPTERS = ((APPS, "Deployment"), (APPS, "StatefulSet"), (APPS, "DaemonSet"), ("argoproj.io", "Rollout"))
OF_REPLICA_SETS = frozenset({"Deployment", "Rollout"})


def place_of(thing: Object) -> Place:
    """The place of a workload's own object."""
    return thing.cluster, thing.kind, thing.namespace, thing.name


def maker_of(thing: Object) -> tuple[str, str] | None:
    """The (kind, name) of the workload that made another, as a Deployment its ReplicaSets. What an operator made, or
    istiod for a Gateway, is a workload by itself: pods come from its template."""
    owner = owner_of(thing)
    return owner if owner and owner[0] in MAKERS else None


def maker_by_name(pod: Object) -> tuple[str, str] | None:
    """The (kind, name) of what makes a pod, as far as its own references and names tell; None for a pod of nobody. Of a
    ReplicaSet whose name ends in the hash of its pods that is a Deployment."""
    owner, pod_hash = owner_of(pod), pod.labels.get("pod-template-hash")
    if owner and owner[0] == "ReplicaSet" and pod_hash and owner[1].endswith(f"-{pod_hash}"):
        return "Deployment", owner[1].removesuffix(f"-{pod_hash}")
    return owner


def pods_by_owner(index: Index) -> Mapping[Place, list[Object]]:
    """The pods of every workload."""
    owned: dict[Place, list[Object]] = defaultdict(list)
    adopters = _Adopters(index)
    for pod in index.all(CORE, "Pod"):
        found = _controller(index, pod, adopters)
        if found is not None:
            owned[pod.cluster, found[0], pod.namespace, found[1]].append(pod)
    return owned


def _controller(index: Index, pod: Object, adopters: _Adopters) -> tuple[str, str] | None:
    """The (kind, name) of a pod's controller: a ReplicaSet's Deployment is found through the ReplicaSet, or, if that
    was not read, through the hash that its name ends in, else through its selector."""
    owner = owner_of(pod)
    if owner is None:
        return adopters.of(pod)
    if owner[0] not in {"ReplicaSet", "Job"}:
        return owner
    parent = index.beside(pod, APPS if owner[0] == "ReplicaSet" else BATCH, owner[0], pod.namespace, owner[1])
    above = maker_of(parent) if parent else None
    if parent is not None or owner[0] == "Job":
        return above or owner
    by_name = maker_by_name(pod)
    if by_name != owner:
        return by_name
    adopter = adopters.of(pod)
    return adopter if adopter and adopter[0] in OF_REPLICA_SETS else owner


class _Adopters:
    """The controllers that would take a pod of nobody, by one pair of the labels that they select."""

    def __init__(self, index: Index) -> None:
        self._by_label: dict[tuple[str, str, str, str], list[Object]] = defaultdict(list)
        for group, kind in ADOPTERS:
            for thing in index.all(group, kind):
                for key, value in sorted(as_words(_selector(thing).get("matchLabels")).items())[:1]:
                    self._by_label[thing.cluster, thing.namespace, key, value].append(thing)

    def of(self, pod: Object) -> tuple[str, str] | None:
        """The (kind, name) of the only one that selects a pod; of several, the one whose name its name begins with."""
        near = (t for k, v in pod.labels.items() for t in self._by_label.get((pod.cluster, pod.namespace, k, v), ()))
        held = [thing for thing in near if selects_expressions(_selector(thing), pod.labels)]
        if len(held) > 1:
            held = [thing for thing in held if pod.name.startswith(f"{thing.name}-")]
        return (held[0].kind, held[0].name) if len(held) == 1 else None


def _selector(thing: Object) -> Mapping[str, object]:
    """What it selects; a template written by hand without a selector stands for one."""
    labels = as_map(as_map(thing.spec.get("template")).get("metadata")).get("labels")
    return as_map(thing.spec.get("selector")) or {"matchLabels": labels}
