"""Facts about routes that are bound to a gateway's server which can use none of them.

Decides whether they are of a kind that such a server has no use for, or for another port alone. Must not know causes.
Sources: `buildGatewayHTTPRouteConfig` and `createGatewayTCPFilterChainOpts` in istio/istio
pilot/pkg/networking/core/gateway.go; https://istio.io/latest/docs/reference/config/networking/virtual-service/.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.routes import MESH, Route, gateways_of, routes_of
from troubleshooter.model import HopKind, Object, Request, Resource, Stage, as_list, as_map
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.filter_chains import family_of

KINDS = ("http", "tls", "tcp")


def kind_used(server: Server) -> str:
    """The kind of routes that a server goes by."""
    return "http" if family_of(server) == "http" else "tls" if server.tls == "PASSTHROUGH" else "tcp"


def about_server_routes(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """Why a server of a gateway can use none of the routes of the only VirtualService that is bound to it for the name
    in question. Routes for HTTP at a server that passes TLS on are not looked at here."""
    server = hop.server
    died = trail.failed and trail.hop is hop and trail.steps[-1].stage is Stage.ROUTE
    if hop.kind is not HopKind.GATEWAY or not died or server is None or (hop.routing and hop.routing.left_out):
        return
    meant = _meant(mesh, request, server, hop.party.namespace)
    if len(meant) != 1:
        return
    owner, kind = meant[0], kind_used(server)
    held = [k for k in KINDS if any(True for _ in routes_of(owner, k))]
    if kind in held:
        _of_other_port(case, mesh, server, owner, list(routes_of(owner, kind)))
    elif held and not (kind == "tls" and "http" in held):
        _of_other_kind(case, mesh, server, owner, held)


def _meant(mesh: Mesh, request: Request, server: Server, namespace: str) -> list[Object]:
    """The VirtualServices that are bound to a server and have the name that is asked for; a server for plain TCP sees
    no names."""
    known = mesh.virtual_services
    bound = [(v, known.shared_hosts(v, server.hosts)) for v in known.bound(server.reference, namespace)]
    if not server.tls and family_of(server) != "http":
        return [v for v, shared in bound if shared]
    name = (request.sni or request.host).lower()
    return [v for v, shared in bound if hosts.most_specific(name, shared) is not None]


def _of_other_kind(case: CaseBuilder, mesh: Mesh, server: Server, owner: Object, held: list[str]) -> None:
    kind, place = kind_used(server), owner.at(f"spec.{held[0]}")
    ended = "tls-as-bytes" if kind == "tcp" and server.tls and "http" in held else "other-kind"
    word = "other-server" if _used(mesh, owner, held) else ended
    _told(case, server, owner, word, place)
    case.detail("virtual_service.kinds_held", " and ".join(held))
    targets = _destinations(routes_of(owner, held[0]))
    case.detail("virtual_service.kind_routes", [_route(kind, server, owner, targets)] if targets else None)


def _route(kind: str, server: Server, owner: Object, targets: list[dict[str, Any]]) -> dict[str, Any]:
    """A route of a kind to these destinations, for everything that comes to the server."""
    names = [str(h) for h in as_list(owner.spec.get("hosts"))]
    match = {"match": [{"port": server.number, **({"sniHosts": names} if kind == "tls" else {})}]}
    return {**match, "route": targets}


def _destinations(routes: Iterable[Route]) -> list[dict[str, Any]]:
    """Where the last of these routes that sends anywhere sends to."""
    sending = [as_list(r.raw.get("route")) for r in routes if as_list(r.raw.get("route"))]
    targets = map(as_map, sending[-1]) if sending else ()
    return [{key: target[key] for key in ("destination", "weight") if key in target} for target in targets]


def _of_other_port(case: CaseBuilder, mesh: Mesh, server: Server, owner: Object, routes: list[Route]) -> None:
    """That all matches of the routes of the right kind name other ports."""
    named = [(r, n, m.get("port")) for r in routes for n, m in enumerate(r.matches)]
    if server.protocol.family == "http" or not named or any(port in (None, 0, server.number) for *_, port in named):
        return
    route, number, _ = named[0]
    ports = sorted({str(port) for *_, port in named})
    numbers = {s.number for reference in gateways_of(owner) for s in _servers(mesh, reference)}
    elsewhere = MESH in gateways_of(owner) or any(port in numbers for *_, port in named)
    place = route.at(f"match[{number}].port")
    _told(case, server, owner, "other-server" if elsewhere else "other-port", place)
    case.fact("virtual_service.port_matches", "one" if len(named) == 1 else "several", place)
    case.detail("virtual_service.kinds_held", route.kind)
    case.detail("virtual_service.ports_matched", ", ".join(ports))
    case.detail("virtual_service.port_field", place.field)


def _used(mesh: Mesh, owner: Object, held: Iterable[str]) -> bool:
    """Whether routes of these kinds are used by a sidecar or by another server that the VirtualService is bound to."""
    bound = gateways_of(owner)
    there = [s for reference in bound for s in _servers(mesh, reference)]
    return MESH in bound or any(
        kind_used(s) in held and mesh.virtual_services.shared_hosts(owner, s.hosts) for s in there
    )


def _servers(mesh: Mesh, reference: str) -> Iterable[Server]:
    gateway = mesh.gateways.get(reference)
    return mesh.gateways.servers(gateway) if gateway is not None else ()


def _told(case: CaseBuilder, server: Server, owner: Object, word: str, place: Resource) -> None:
    kind = kind_used(server)
    spot = server.gateway.at(f"{server.path}.port.protocol")
    case.role("virtual_service", owner.at())
    case.role("gateway", server.gateway.at())
    servers = word in ("other-server", "tls-as-bytes")
    case.fact("virtual_service.server_routes", word, *((spot, place) if servers else (place, spot)))
    case.detail("virtual_service.kind_used", kind)
    case.detail("virtual_service.kind_field", f"spec.{kind}")
    case.detail("gateway.port_number", server.number)
    case.detail("gateway.protocol_field", spot.field)
    case.detail("gateway.protocol", " in TLS mode ".join(filter(None, (str(server.protocol).upper(), server.tls))))
