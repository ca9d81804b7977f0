"""Facts about a Host header of a client's own, with which it asks for another host than it dials.

A sidecar chooses the route by the header. Where it knows no such host on the port, it treats the request as one to
somewhere outside the mesh, though it was dialled a Service. Must not know what follows from it.
Source: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Request
from troubleshooter.walk import Hop
from troubleshooter.walk.routes.routing import host_of


def about_host_header(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Whether the caller's proxy knows the host in the header, where it knows the Service that is dialled."""
    service = hop.service
    http = hop.kind is HopKind.SENDER and hop.family == "http" and hop.routing is not None
    if not http or service is None or hop.port is None or "host" not in request.headers:
        return
    if not hop.party.proxied or not mesh.sidecars.scope(hop.party.namespace, hop.party.labels).has(service):
        return
    case.fact("request.host_header", "unknown" if hop.passthrough else "known", service.object.at())
    case.detail("request.host_asked", host_of(request))
    case.detail("request.host_dialled", service.host)
