"""Facts about the door of a gateway: a client that speaks plaintext where TLS is wanted, and ports with nobody behind.

Decides from where and how a request from outside died. Must not know causes.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/#Server.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_new_servers import about_new_server
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Connection, HopKind, Object, Request, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.entering import decrypted, opened
from troubleshooter.walk.routes.routing import host_of

FREE = 8000
"""What is added to a port below 1024 for one that every process may listen on."""


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
        _kept_closed(case, mesh, trail, hop.party.workload)
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
    if not there or any(o.port in inside for o in there):
        return
    if not inside and (not mesh.registry.selecting(workload) or any(o.server.number == request.port for o in there)):
        return
    ways = [e for e in mesh.gateways.ways_in(workload) if e.dialled(request.port)]
    gateway = _meant(request, trail, [o.server for o in there])
    case.role("gateway", gateway.at())
    front = ways[0].service if ways else mesh.registry.selecting(workload)[0]
    case.role("service", front.object.at())
    doors = [e.service.object.at(e.port.path) for e in ways] or [front.object.at("spec.ports")]
    case.fact("gateway.port_server", "none" if inside else "neither", gateway.at("spec.servers"), *doors)
    reached = {e.target: e.port.number for e in reversed(mesh.gateways.ways_in(workload))}
    known = {reached[o.port]: o.server for o in reversed(there) if o.listens and o.port in reached}
    said = (f"{number} ({server.protocol.upper()})" for number, server in sorted(known.items()))
    case.detail("gateway.ports_open", ", ".join(said) or "none")
    if inside:
        about_new_server(case, mesh, request, gateway, workload, plain=plain)


def _kept_closed(case: CaseBuilder, mesh: Mesh, trail: Trail, workload: Workload) -> None:
    """The server that the pods do not open for clients, which the walk found; and, where it is for its container port,
    the Service port that leads there."""
    spot = trail.steps[-1].resource
    kept = next(
        (o for o in opened(mesh, trail) if o.barred and o.server.gateway.at(f"{o.server.path}.{o.barred}") == spot),
        None,
    )
    if kept is None or spot is None:
        return
    case.role("gateway", kept.server.gateway.at())
    case.detail("gateway.port_number", kept.port)
    case.detail("gateway.barred_field", spot.field)
    case.detail("gateway.bind", kept.server.bind)
    ways = [e for e in mesh.gateways.ways_in(workload) if e.target == kept.port]
    case.role("service", ways[0].service.object.at() if ways else None)
    places = [e.service.object.at(f"{e.port.path}.targetPort") for e in ways] if kept.barred != "bind" else []
    word = "loopback" if kept.barred == "bind" else "privileged" if ways else "privileged-itself"
    case.fact("gateway.barred", word, spot, *places)
    if places:
        taken = {p.target for p in ways[0].service.ports}
        case.detail("service.target_field", places[0].field)
        case.detail("service.target_free", next(n for n in range(kept.port + FREE, 65536) if n not in taken))


def _meant(request: Request, trail: Trail, servers: list[Server]) -> Object:
    """The Gateway that the client names, else one that has the host on another port, else any of these pods."""
    having = (s.gateway for s in servers if s.serves(host_of(request)))
    return next((g for held in (trail.hop.party.gateways, having) for g in held), servers[0].gateway)
