"""Whether a request ends where `--expect SERVICE[:SUBSET]` says.

Decides by service and subset of the last cluster. Must not know why.
"""

from __future__ import annotations

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import selects
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Request
from troubleshooter.walk.decisions import Trail


def arrives_as_expected(mesh: Mesh, request: Request, trail: Trail) -> bool:
    """Whether the service (and subset) at the end of a trail is the expected one.

    A subset counts as met where the route names it, or where every pod of that kind of endpoint carries its labels.
    """
    name, _, subset = request.expect.partition(":")
    cluster = next((h.cluster for h in reversed(trail.hops) if h.cluster is not None), None)
    if cluster is None or cluster.service is None:
        return False
    namespace = cluster.service.namespace
    if hosts.dialled(name, namespace, {cluster.service.host}, mesh.settings.domain) != cluster.service.host:
        return False
    if not subset or cluster.subset == subset:
        return True
    return not cluster.subset and _endpoint_is_in(trail, subset)


def _endpoint_is_in(trail: Trail, name: str) -> bool:
    hop = next(h for h in reversed(trail.hops) if h.cluster is not None)
    cluster = hop.cluster
    if cluster is None or hop.endpoint is None:
        return False
    wanted = cluster.rule.subset(name) if cluster.rule else None
    return wanted is not None and selects(wanted.labels, hop.endpoint.all_labels)
