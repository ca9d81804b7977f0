"""Whose a pod is: the workload that made it, in its own Kubernetes cluster.

Decides from owner references and the names of ReplicaSets. Must not know what a workload is made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from troubleshooter.mesh.index import APPS, BATCH, CORE, Index
from troubleshooter.mesh.pods import owner_of
from troubleshooter.model import Object

Place: TypeAlias = tuple[str, str, str, str]
"""Kubernetes cluster, kind, namespace and name of a workload."""


def place_of(thing: Object) -> Place:
    """The place of a workload's own object."""
    return thing.cluster, thing.kind, thing.namespace, thing.name


def pods_by_owner(index: Index) -> Mapping[Place, list[Object]]:
    """The pods of every workload."""
    owned: dict[Place, list[Object]] = defaultdict(list)
    for pod in index.all(CORE, "Pod"):
        for kind, name in _controllers(index, pod):
            owned[pod.cluster, kind, pod.namespace, name].append(pod)
    return owned


def _controllers(index: Index, pod: Object) -> list[tuple[str, str]]:
    """The (kind, name) of a pod's controllers: a ReplicaSet's Deployment is found through the ReplicaSet, or, if that
    was not read, through the hash that its name ends in."""
    owner = owner_of(pod)
    if owner is None or owner[0] not in {"ReplicaSet", "Job"}:
        return [owner] if owner else []
    group = APPS if owner[0] == "ReplicaSet" else BATCH
    parent = index.beside(pod, group, owner[0], pod.namespace, owner[1])
    above = owner_of(parent) if parent else None
    pod_hash = pod.labels.get("pod-template-hash")
    if above is None and owner[0] == "ReplicaSet" and pod_hash and owner[1].endswith(f"-{pod_hash}"):
        above = ("Deployment", owner[1].removesuffix(f"-{pod_hash}"))
    return [above or owner]
