"""Facts about the route stage: which route took the request, and if none, what came nearest."""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh, hosts
from troubleshooter.mesh.matching import Difference, Mismatch
from troubleshooter.mesh.routes import MESH, Near, gateways_of, http_routes, routes_of
from troubleshooter.mesh.services import Port, Service
from troubleshooter.model import Object, Request, as_list
from troubleshooter.walk import Hop, Routing

PATH_DIFFERENCES = frozenset({Difference.URI_EXACT_CHILD, Difference.URI_CASE, Difference.URI_SLASH, Difference.URI})


def about_route(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """What the route stage of a hop decided."""
    routing = hop.routing
    if routing is None:
        return
    for owner in routing.owners[:1]:
        case.role("virtual_service", owner.at())
        held = routes_of(owner, "http")
        case.fact("virtual_service.http_routes", "present" if held else "absent", owner.at("spec.http"))
        names = mesh.virtual_services.hosts_of(owner)
        case.detail(
            "virtual_service.host", hosts.most_specific(hop.service.host if hop.service else request.host, names)
        )
    if not routing.owners and hop.service is not None and hop.family == "http":
        case.fact("virtual_service.http_routes", "absent", hop.service.object.at())
    _match(case, hop, routing)
    if routing.route is None and routing.nearest is not None:
        _nearest(case, mesh, request, routing.nearest)


def about_http_routes(case: CaseBuilder, mesh: Mesh, service: Service, port: Port, owner: Object) -> None:
    """Whether the http routes of a VirtualService are used at the one port that they are for.

    Nothing is said where they may mean another port, another host, or a gateway too.
    """
    held = routes_of(owner, "http")
    named = {match.get("port") for route in held for match in route.matches} - {None, 0}
    meant = [p for p in service.ports if p.protocol.family != "udp" and (not named or p.number in named)]
    elsewhere = [*routes_of(owner, "tcp"), *routes_of(owner, "tls")]
    hosts_ = mesh.virtual_services.hosts_of(owner)
    if not held or elsewhere or meant != [port] or hosts_ != [service.host] or gateways_of(owner) != [MESH]:
        return
    used = port.protocol.family in {"http", "auto"}
    case.fact("service.http_routes", "used" if used else "unused", service.object.at(port.path), owner.at("spec.http"))


def _match(case: CaseBuilder, hop: Hop, routing: Routing) -> None:
    owners = [o.at("spec.http") for o in routing.owners]
    if routing.route is not None:
        case.fact("route.match", "matched", routing.route.owner.at(routing.route.path))
        case.role("route", routing.route.owner.at(routing.route.path))
    elif routing.nearest is not None:
        case.fact("route.match", "none", routing.nearest.place, *owners)
        case.role("route", routing.nearest.place)
    elif routing.owners and hop.family != "http":
        case.fact("route.match", "not-used", *owners)
    elif hop.server is not None:
        case.fact("route.match", "unbound", hop.server.gateway.at(hop.server.path))
    elif hop.service is not None:
        case.fact("route.match", "implicit", hop.service.object.at())
    if routing.owners:
        default = any(r.catch_all for r in http_routes(routing.owners))
        case.fact("route.default", "present" if default else "absent", *owners)


def _nearest(case: CaseBuilder, mesh: Mesh, request: Request, near: Near) -> None:
    """In what the nearest route differs, and what would take the request."""
    missed = near.mismatches
    word = missed[0].difference if len(missed) == 1 else "several"
    places = [near.route.owner.at(_field(near, m)) for m in missed]
    case.fact("route.mismatch", word, *places)
    case.detail("route.match_field", f"{near.route.path}.match[{near.match}]")
    case.detail("route.field", _field(near, missed[0]))
    case.detail("route.index", near.route.index)
    case.detail("route.wanted", ", ".join(f"{m.path} {m.wanted}" for m in missed))
    case.detail("route.had", _had(request, missed[0]))
    if missed[0].difference in PATH_DIFFERENCES:
        wanted = missed[0].wanted.rstrip("/") or "/"
        case.detail("route.prefix", wanted)
    case.detail("route.destinations", _destinations(mesh, near))


def _field(near: Near, missed: Mismatch) -> str:
    return f"{near.route.path}.match[{near.match}].{missed.path}"


def _had(request: Request, missed: Mismatch) -> str:
    if missed.difference in PATH_DIFFERENCES:
        return request.path.partition("?")[0]
    if missed.difference is Difference.METHOD:
        return request.method
    return f"{request.method} {request.to}"


def _destinations(mesh: Mesh, near: Near) -> list[object] | None:
    """The destinations of the nearest route as written, so that a default route can send there too."""
    held: Object = near.route.owner
    written = as_list(near.route.raw.get("route"))
    return list(written) if written and mesh.virtual_services.destinations(near.route) and held else None
