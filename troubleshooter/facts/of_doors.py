"""Facts about the door of a gateway: a client that speaks plaintext where TLS is wanted, and ports with nobody behind.

Decides from where and how a request from outside died. Must not know causes.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/#Server.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_new_servers import about_new_server
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.model import Connection, HopKind, Object, Request, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.entering import decrypted, opened
from troubleshooter.walk.routes.routing import host_of


def about_door(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """What is wrong with how a client outside knocks, if that is what it dies of."""
    died = trail.failed and len(trail.hops) == 1 and trail.steps[-1].stage is Stage.LISTENER
    if hop.kind is not HopKind.GATEWAY or not died or hop.party.workload is None:
        return
    plain = request.scheme == "http" or decrypted(mesh, request, trail)
    if hop.server is not None:
        if plain and hop.server.tls:
            _wants_tls(case, hop.server)
    elif trail.outcome.connection is Connection.REFUSED:
        _nobody(case, mesh, request, trail, plain=plain)


def _wants_tls(case: CaseBuilder, server: Server) -> None:
    case.role("gateway", server.gateway.at())
    case.fact("gateway.server_takes", "tls-only", server.gateway.at(f"{server.path}.port.protocol"))
    case.detail("gateway.port", server.number)
    case.detail("gateway.protocol", server.protocol.upper())
    case.detail("gateway.hosts", ", ".join(server.hosts))


def _nobody(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, *, plain: bool) -> None:
    """A port of the Service that leads to container ports on which no server is opened, not even in vain. Servers that
    would have been opened elsewhere are named, as the client may mean one of them."""
    workload = trail.hop.party.workload
    assert workload is not None  # noqa: S101 - the caller looked
    inside = mesh.gateways.dialled(workload, request.port)
    there = opened(mesh, trail)
    if not inside or not there or any(o.port in inside for o in there):
        return
    ways = [e for e in mesh.gateways.ways_in(workload) if e.dialled(request.port)]
    gateway = _meant(request, trail, [o.server for o in there])
    case.role("gateway", gateway.at())
    case.role("service", ways[0].service.object.at() if ways else None)
    case.fact(
        "gateway.port_server", "none", gateway.at("spec.servers"), *(e.service.object.at(e.port.path) for e in ways)
    )
    reached = {e.target: e.port.number for e in reversed(mesh.gateways.ways_in(workload))}
    known = {reached[o.port]: o.server for o in reversed(there) if o.listens and o.port in reached}
    said = (f"{number} ({server.protocol.upper()})" for number, server in sorted(known.items()))
    case.detail("gateway.ports_open", ", ".join(said) or "none")
    about_new_server(case, mesh, request, gateway, workload, plain=plain)


def _meant(request: Request, trail: Trail, servers: list[Server]) -> Object:
    """The Gateway that the client names, else one that has the host on another port, else any of these pods."""
    having = (s.gateway for s in servers if s.serves(host_of(request)))
    return next((g for held in (trail.hop.party.gateways, having) for g in held), servers[0].gateway)
