"""Facts about the way to an endpoint of another network, where the walk found it closed.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk import Trail
from troubleshooter.walk.network import way_closed


def about_networks(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Why no way leads to the other network, and what stands between."""
    died = trail.failed and trail.steps[-1].stage is Stage.ENDPOINT and trail.hop.kind is HopKind.SENDER
    closed = way_closed(mesh, trail) if died else None
    if closed is None:
        return
    case.role("gateway", closed.place)
    case.fact("connection.way", str(closed.why), *([closed.place] if closed.place else []))
    case.detail("caller.network", closed.near)
    case.detail("target.network", closed.far)
    case.detail("target.cluster_name", trail.hop.endpoint.cluster if trail.hop.endpoint else "")
    case.detail("caller.cluster_name", trail.hop.party.cluster)
