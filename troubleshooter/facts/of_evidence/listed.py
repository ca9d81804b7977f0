"""What tables of kubectl say where the objects themselves are not there.

Decides: that a service has no endpoint, where its Endpoints are listed without one, and what the labels of a namespace
say of injection. A table of EndpointSlices names endpoints that are not ready, too: what it names proves nothing. Must
not know causes.
Source: pkg/printers/internalversion/printers.go in kubernetes/kubernetes (formatEndpoints takes ready addresses alone,
printEndpointSlice all).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.pods.object_tables import Listed, ObjectTable
from troubleshooter.evidence.pods.transcripts import transcript
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import service_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_workloads import about_namespace
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import APPS, CORE
from troubleshooter.mesh.injection.decision import overruled_in_namespace
from troubleshooter.model import Case, CaseKind, Inventory, Object, Resource, Source

ZERO = re.compile(r"0/0")


def about_listed(case: CaseBuilder, scene: Scene) -> None:
    """Whether the service that a failed line names has an endpoint, where no mesh tells."""
    entry = scene.observation.entry if scene.observation else None
    cluster = entry.cluster if entry is not None else None
    service = service_of(cluster) if cluster is not None else None
    if scene.trail is not None or service is None or cluster is None or cluster.subset:
        return
    lists = scene.evidence.of(ObjectTable)
    found = [(table, one) for table in lists for one in table.value.objects if _is_of(one, service)]
    ready = next(((t, one) for t, one in found if one.kind == "Endpoints" and one.cells.get("ENDPOINTS")), None)
    if ready is not None:
        case.seen("service.endpoints", "some", _source(*ready))
    elif found and not any(one.cells.get("ENDPOINTS") for _, one in found):
        _about_none(case, lists, service, _source(*found[0]))
        case.detail("service.port", cluster.port)


def _about_none(case: CaseBuilder, lists: Iterable[Reading[ObjectTable]], service: Resource, source: Source) -> None:
    case.role("service", service)
    stopped = next(_stopped(lists, service), None)
    if stopped is not None:
        table, one = stopped
        source = _source(table, one)
        case.role("target", Resource(group=APPS, kind=one.kind, namespace=service.namespace, name=one.name))
    case.seen("service.endpoints", "none", source)
    case.seen("service.endpoints_meant", "yes", source)
    case.seen("service.no_endpoints_because", "scaled-to-zero" if stopped else "not-told", source)


def namespace_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each namespace that the mesh does not have, and whose labels contradict each other."""
    found = [_namespace(table, one) for table in evidence.of(ObjectTable) for one in table.value.of("Namespace")]
    spaces = [one for one in found if one is not None and mesh.index.get(CORE, "Namespace", "", one.name) is None]
    shown = Mesh(Inventory(objects=tuple(spaces)))
    for space in spaces:
        if overruled_in_namespace(shown.index, space):
            case = CaseBuilder(f"evidence/namespace/{space.name}", CaseKind.PIECE)
            about_namespace(case, shown, space)
            yield case.build()


def _namespace(table: Reading[ObjectTable], one: Listed) -> Object | None:
    if one.labels is None:
        return None
    raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": one.name, "labels": dict(one.labels)}}
    return transcript(raw, table.name, {}, one.line)


def _is_of(one: Listed, service: Resource) -> bool:
    """Whether these are the endpoints of a service. The names of its slices begin like its own."""
    if one.namespace not in ("", service.namespace):
        return False
    of_slice = one.kind == "EndpointSlice" and re.fullmatch(rf"{re.escape(service.name)}-[a-z0-9]{{5}}", one.name)
    return bool(of_slice) or (one.kind == "Endpoints" and one.name == service.name)


def _stopped(lists: Iterable[Reading[ObjectTable]], service: Resource) -> Iterator[tuple[Reading[ObjectTable], Listed]]:
    """The rows of Deployments without a pod whose selector has all that of the service in it."""
    rows = [(table, one) for table in lists for one in table.value.objects if _same_space(one, service)]
    for _, own in rows:
        wanted = set(own.cells.get("SELECTOR", "").split(",")) - {""}
        if own.kind != "Service" or own.name != service.name or not wanted:
            continue
        for table, one in rows:
            held = set(one.cells.get("SELECTOR", "").split(","))
            if one.kind == "Deployment" and held >= wanted and ZERO.fullmatch(one.cells.get("READY", "")):
                yield table, one


def _same_space(one: Listed, service: Resource) -> bool:
    return one.namespace in ("", service.namespace)


def _source(table: Reading[ObjectTable], one: Listed) -> Source:
    return Source(file=table.name, line=one.line, text=one.text)
