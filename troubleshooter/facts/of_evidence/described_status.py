"""Routes of the Gateway API that Istio's controller does not take, or only in part, as kubectl printed them.

Decides: which conditions say so. Where the mesh has the route, its place there is named. Must not know causes.
Source: https://gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype (Accepted, ResolvedRefs and their reasons).
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.pods.described_routes import Condition, DescribedRoute, DescribedRoutes
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Resource, Source

GROUP = "gateway.networking.k8s.io"
REASONS = {"BackendNotFound": "no-backend", "RefNotPermitted": "not-permitted"}
OTHERS = {"ResolvedRefs": "unresolved", "Accepted": "not-accepted"}


def route_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each condition of a route that is False."""
    for reading in evidence.of(DescribedRoutes):
        for route in reading.value.all:
            for one in route.conditions:
                if one.status == "False" and one.type in OTHERS:
                    yield _case(mesh, reading.name, route, one)


def _case(mesh: Mesh, file: str, route: DescribedRoute, one: Condition) -> Case:
    case = CaseBuilder(f"evidence/route/{route.namespace}/{route.kind}/{route.name}/{one.line}", CaseKind.PIECE)
    seen = mesh.index.get(GROUP, route.kind, route.namespace, route.name)
    named = Resource(group=GROUP, kind=route.kind, namespace=route.namespace, name=route.name)
    place = seen.at("spec") if seen else named
    text = f"{one.type} {one.status}, {one.reason}: {one.message}"
    case.role("route", place)
    word = REASONS.get(one.reason) or OTHERS[one.type]
    case.seen("evidence.route_status", word, Source(file=file, line=one.line, text=text), place)
    case.detail("evidence.route_status", text)
    return case.build()
