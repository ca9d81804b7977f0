"""Pods and events that were printed, joined to the workloads of the mesh.

Decides: whose pod a printed one is, by namespace and name, and by its owner where the mesh has no such pod. A table of
pods names no container and no owner: only a pod that the mesh has is joined. Must not know what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.pods.described import Described
from troubleshooter.evidence.pods.events import Events
from troubleshooter.evidence.pods.pod_tables import PodRow, PodTable
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import APPS, Index
from troubleshooter.mesh.basis.pods import is_ready, owner_of
from troubleshooter.mesh.workload.creation import Creation
from troubleshooter.mesh.workload.trouble import REASONS, Ailment, Trouble, ailment
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Inventory, Object, Resource

_HASHED = re.compile(r"(.+)-[bcdfghjklmnpqrstvwxz2456789]{5,10}-[bcdfghjklmnpqrstvwxz2456789]{5}")
"""How the names of a Deployment's pods are made: letters that spell no words."""
_NUMBERED = re.compile(r"(.+)-[0-9]{1,5}")
"""How those of a StatefulSet's pods are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A pod as it was printed: where, its address ("" if not printed), whether it is ready, what keeps it from being
    so (None where that was not printed), its workload if the mesh has it, and the pod as an object where it was
    described."""

    place: Resource
    address: str
    ready: bool
    ailment: Ailment | None
    workload: Workload | None
    described: Object | None = None


def printed_pods(mesh: Mesh, evidence: Evidence) -> Iterator[Printed]:
    """Every pod that was printed, in the order of the texts; what describes them first."""
    for reading in evidence.of(Described):
        for pod in reading.value.pods:
            yield Printed(
                place=pod.at(),
                address=str(pod.status.get("podIP") or ""),
                ready=is_ready(pod),
                ailment=None if is_ready(pod) else ailment(pod),
                workload=_workload(mesh, pod),
                described=pod,
            )
    for table in evidence.of(PodTable):
        for row in table.value.pods:
            known = mesh.workloads.pod(row.namespace, row.name)
            place = Resource(
                kind="Pod", namespace=row.namespace, name=row.name, file=table.name, field="status", position=row.line
            )
            yield Printed(
                place=place,
                address=row.address,
                ready=_is_ready(row),
                ailment=_ailment(row, place),
                workload=known[0] if known else None,
            )


def made_by(name: str) -> str:
    """What all pods of a workload have in common in their names."""
    hashed, numbered = _HASHED.fullmatch(name), _NUMBERED.fullmatch(name)
    return hashed[1] if hashed else numbered[1] if numbered else name


def printed_events(evidence: Evidence) -> Iterator[Object]:
    """Every event that was printed."""
    for events in evidence.of(Events):
        yield from events.value.objects
    for described in evidence.of(Described):
        yield from described.value.events


def creation_in(mesh: Mesh, evidence: Evidence) -> Creation:
    """What printed events say of pods that cannot be made."""
    owners = mesh.index.all(APPS, "ReplicaSet")
    return Creation(Index(Inventory(objects=(*printed_events(evidence), *owners))))


def _workload(mesh: Mesh, pod: Object) -> Workload | None:
    known = mesh.workloads.pod(pod.namespace, pod.name)
    if known is not None:
        return known[0]
    owner = owner_of(pod)
    if owner is None:
        return None
    hashed = _HASHED.fullmatch(pod.name)
    guess = mesh.workloads.get("Deployment", pod.namespace, hashed[1]) if hashed and owner[0] == "ReplicaSet" else None
    return mesh.workloads.get(owner[0], pod.namespace, owner[1]) or guess


def _is_ready(row: PodRow) -> bool:
    return row.status == "Completed" or (row.status == "Running" and row.ready == row.containers)


def _ailment(row: PodRow, place: Resource) -> Ailment | None:
    """What STATUS says; None where it says nothing that is wrong, or not what."""
    before, colon, rest = row.status.partition(":")
    if before == "Init" and colon and rest in REASONS:
        return Ailment(trouble=Trouble.INIT, place=place, reason=rest)
    if row.status == "Terminating":
        return Ailment(trouble=Trouble.STOPPING, place=place)
    known = REASONS.get(row.status)
    return Ailment(trouble=known, place=place, reason=row.status) if known else None
