"""As what the proxies read a connection, and where they cannot.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.service.services import Port
from troubleshooter.model import HopKind, Request, Resource, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.basis.client_tls import keeps_client_tls
from troubleshooter.walk.target.framing import speaks_grpc


def about_reading(case: CaseBuilder, request: Request, trail: Trail, hop: Hop) -> None:
    """`unreadable` where a port is declared HTTP and the client speaks no HTTP, `http1` where gRPC is sent on in
    HTTP/1.1, else the family that was read."""
    died = trail.steps[-1] if trail.failed else None
    if died is not None and _unreadable(request, trail, hop):
        case.fact("request.read_as", "unreadable", _declaring(trail, hop) or died.resource)
    elif died is not None and died.stage is Stage.APPLICATION and speaks_grpc(request):
        case.fact("request.read_as", "http1", died.resource)
    elif hop.family in {"http", "tls", "tcp"}:
        case.fact("request.read_as", hop.family, hop.service.object.at() if hop.service else None)
    if hop.cluster is not None and (hop.party.proxied or hop.kind is HopKind.GATEWAY):
        kept = keeps_client_tls(request, trail.hops[: trail.hops.index(hop) + 1])
        place = hop.service.object.at(hop.port.path) if hop.service and hop.port else None
        case.fact("connection.client_tls", "kept" if kept else "none", place)
    if hop.kind is HopKind.GATEWAY and hop.server is not None:
        case.detail("gateway.server_field", hop.server.path)
        case.detail("gateway.port", hop.server.number)
        case.detail("gateway.protocol", str(hop.server.protocol))


def _unreadable(request: Request, trail: Trail, hop: Hop) -> bool:
    """Whether the request died of a proxy that reads HTTP and gets something else: there, or, where that proxy passed
    it on as it was, for want of mutual TLS at the far end."""
    died = trail.steps[-1].stage
    if request.scheme == "http":
        return False
    if hop.kind is HopKind.GATEWAY:
        return died is Stage.LISTENER and hop.server is not None and hop.server.protocol.family == "http"
    port = _port(trail, hop)
    if port is None or port.protocol.family != "http":
        return False
    return died is Stage.LISTENER or (died is Stage.TRANSPORT and hop.passthrough and hop.party.proxied)


def _port(trail: Trail, hop: Hop) -> Port | None:
    """The port of the proxy that could not read the connection: the target's, or the one that was dialled."""
    sent = hop.cluster.service_port if hop.cluster else None
    return sent or hop.port if trail.hop.kind is HopKind.TARGET else hop.port or sent


def _declaring(trail: Trail, hop: Hop) -> Resource | None:
    """What declares the port that a proxy beside an application could not read as HTTP."""
    port, cluster = _port(trail, hop), hop.cluster
    at_target = trail.hop.kind is HopKind.TARGET and cluster is not None and cluster.service is not None
    service = cluster.service if cluster is not None and at_target else hop.service
    if hop.kind is HopKind.GATEWAY or port is None or service is None:
        return None
    return service.object.at(f"{port.path}.{port.declared_by or 'name'}")
