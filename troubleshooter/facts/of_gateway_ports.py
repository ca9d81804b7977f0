"""Facts about the ports of Gateways: does any port of a Service lead to where a server listens?

Decides which server is meant and which port of the Service it should have. Must not know routes or causes.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/#Port.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server, speaks
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import HopKind, Object, Request
from troubleshooter.walk import Trail
from troubleshooter.walk.routes.routing import host_of

USUAL = {"http": 80, "tls": 443}
"""The ports of a Service that servers usually have."""

PRIVILEGED = 1024
"""Below this a proxy without privileges may not listen."""


def about_gateway_ports(case: CaseBuilder, mesh: Mesh, gateway: Object) -> None:
    """The first server of a Gateway to which no port leads; that all can be reached where that is known."""
    workloads = mesh.gateways.workloads(gateway)
    known = {id(s): _exposed(mesh, s, workloads) for s in mesh.gateways.servers(gateway)}
    hidden = next((s for s in mesh.gateways.servers(gateway) if known[id(s)] is False), None)
    if hidden is not None:
        _not_exposed(case, mesh, hidden, workloads[0], dialled=0)
    elif known and all(known.values()):
        case.fact("gateway.server_port", "exposed", gateway.at("spec.servers"))


def about_port_of_request(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """Whether a port leads to the server that a request from outside means, by scheme and host, at a gateway's pods."""
    hop, workload = trail.hops[0], trail.hops[0].party.workload
    if hop.kind is not HopKind.GATEWAY or workload is None:
        return
    name = host_of(request) if request.scheme == "http" else request.sni or request.host
    if hop.server is not None and hop.server.serves(name):
        case.fact("gateway.server_port", "exposed", hop.server.gateway.at(f"{hop.server.path}.port.number"))
        return
    gateways = mesh.gateways.for_workload(workload)
    meant = [s for g in gateways for s in mesh.gateways.servers(g) if speaks(s, request.scheme)]
    named = [s for s in meant if s.serves(name)]
    hidden = next((s for s in named if _exposed(mesh, s, mesh.gateways.workloads(s.gateway)) is False), None)
    if hidden is not None:
        _not_exposed(case, mesh, hidden, workload, dialled=request.port)


def _exposed(mesh: Mesh, server: Server, workloads: Iterable[Workload]) -> bool | None:
    """Whether any of a Gateway's workloads can be reached at a server."""
    found = [mesh.gateways.exposed(server, w) for w in workloads]
    if True in found:
        return True
    return None if None in found or not found else False


def _not_exposed(case: CaseBuilder, mesh: Mesh, server: Server, workload: Workload, *, dialled: int) -> None:
    service = _in_front(mesh, workload)
    place = server.gateway.at(f"{server.path}.port.number")
    case.role("gateway", server.gateway.at())
    case.role("service", service.object.at())
    case.role("workload", workload.object.at())
    case.fact("gateway.server_port", "not-exposed", place, service.object.at("spec.ports"))
    case.detail("gateway.port_number", server.number)
    case.detail("gateway.port_field", place.field)
    case.detail("gateway.hosts", ", ".join(h.rpartition("/")[2] for h in server.hosts))
    case.detail("service.ports", ", ".join(str(p.number) for p in service.ports))
    case.detail("gateway.port_entry", _entry(server, service))
    guess = _meant(mesh, server, workload, dialled)
    case.fact("gateway.port_guess", "one" if guess else "none", place, service.object.at("spec.ports"))
    case.detail("gateway.port_meant", guess)


def _in_front(mesh: Mesh, workload: Workload) -> Service:
    """The Service by which clients outside come in: one that the world outside reaches before others."""
    held = mesh.gateways.ways_in(workload)
    return next((e for e in held if e.outward), held[0]).service


def _meant(mesh: Mesh, server: Server, workload: Workload, dialled: int) -> int | None:
    """The port of the Service that is probably meant: the one behind the node port that the server names, the one that
    the client dials, or the usual one if no other server has it."""
    ways = mesh.gateways.ways_in(workload)
    behind = [e.port.number for e in ways if server.number == e.node_port or (dialled and e.dialled(dialled))]
    if behind:
        return behind[0]
    usual = USUAL.get(server.protocol.family)
    taken = {s.number for g in mesh.gateways.for_workload(workload) for s in mesh.gateways.servers(g)}
    return next((e.port.number for e in ways if e.port.number == usual and not {usual, e.target} & taken), None)


def _entry(server: Server, service: Service) -> dict[str, object]:
    """The port that the Service lacks, with a container port that is still free."""
    taken = {p.target for p in service.ports}
    wanted = server.number if server.number >= PRIVILEGED else server.number + 8000
    target = next(n for n in range(wanted, 65536) if n not in taken)
    names = {p.name for p in service.ports}
    name = f"{server.protocol}-{server.number}"
    free = next(n for n in (name, f"{name}-gateway") if n not in names)
    return {"name": free, "port": server.number, "targetPort": target}
