"""Requests that a log says were delayed on purpose, and arrived.

Decides which case they are: one for each destination. Must not know who is harmed by the delay.
Source: Envoy, docs, substitution_formatter (DI); in Istio nothing but `fault` of a VirtualService, or an EnvoyFilter,
configures the filter that does so.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Delayed, Evidence, parse_cluster
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.of_routes import about_unseen_fault
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Source


def cases_of_delays(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each destination whose VirtualServices, if objects were seen, do not tell it already."""
    for reading in evidence.of(Delayed):
        told, line = reading.value, reading.value.example
        name = parse_cluster(told.cluster)
        if mesh.inventory.objects:
            continue
        case = CaseBuilder(f"evidence/delays/{line.file}/{told.cluster}", CaseKind.PIECE)
        case.seen("route.fault", "delay", Source(file=line.file, line=line.line, text=line.text))
        case.detail("service.host", name.host if name else None)
        about_unseen_fault(case, line)
        yield case.build()
