"""Facts about the route stage: which route took the request, and if none, what came nearest."""

from __future__ import annotations

from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.differences import had, path_of, wanted
from troubleshooter.facts.of_claims import about_claims
from troubleshooter.facts.of_faults import about_fault
from troubleshooter.facts.of_own_answers import about_own_answer
from troubleshooter.facts.of_rewrites import about_rewrite
from troubleshooter.facts.of_rivals import about_rivals
from troubleshooter.facts.of_shadowed import about_taken
from troubleshooter.facts.of_timeouts import about_timeout
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.matching import Difference, Mismatch, Sender
from troubleshooter.mesh.routing.routes import MESH, Near, gateways_of, routes_of, taken_by
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Object, Request, as_list, as_map
from troubleshooter.walk import Hop, Routing

PATH_DIFFERENCES = frozenset({Difference.URI_EXACT_CHILD, Difference.URI_CASE, Difference.URI_SLASH, Difference.URI})


def about_route(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """What the route stage of a hop decided."""
    routing = hop.routing
    if routing is None:
        return
    for owner in routing.owners[:1]:
        case.role("virtual_service", _writer(routing, owner).at())
        held = routes_of(owner, "http")
        case.fact("virtual_service.http_routes", "present" if held else "absent", owner.at("spec.http"))
        names = mesh.virtual_services.hosts_of(owner)
        case.detail(
            "virtual_service.host", hosts.most_specific(hop.service.host if hop.service else request.host, names)
        )
    if not routing.owners and hop.service is not None and hop.family == "http":
        case.fact("virtual_service.http_routes", "absent", hop.service.object.at())
    _match(case, mesh, hop, routing)
    if routing.route is None and routing.nearest is not None:
        _nearest(case, request, routing.nearest, _sender(request, hop).port)
        about_claims(case, mesh, hop, routing.nearest)
    if routing.route is not None and routing.route.kind == "http":
        about_fault(case, routing.route)
        about_own_answer(case, hop, routing.route)
        about_timeout(case, routing.route)
        taken = taken_by(routing.route, request, _sender(request, hop))
        if taken is not None:
            about_rewrite(case, mesh, request, hop, taken)


def _writer(routing: Routing, owner: Object) -> Object:
    """The VirtualService in which the route stands that decided: the one for the host, or its delegate."""
    if routing.route is not None:
        return routing.route.owner
    near = routing.nearest
    return near.route.written(f"match[{near.match}]")[0].owner if near is not None else owner


def about_competition(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """What keeps a request from a route that would take it too: a route in front, or another VirtualService. Nothing is
    said where something else competes in this case already."""
    route = hop.routing.route if hop.routing else None
    if route is not None and route.kind == "http" and "rival" not in case.roles:
        about_taken(case, request, route, _sender(request, hop))
    if "rival" not in case.roles:
        about_rivals(case, mesh, request, hop, _sender(request, hop))


def _sender(request: Request, hop: Hop) -> Sender:
    gateway, port = (hop.server.reference, hop.server.number) if hop.server else (MESH, request.port)
    return Sender(labels=hop.party.labels, namespace=hop.party.namespace, gateway=gateway, port=port)


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


def _match(case: CaseBuilder, mesh: Mesh, hop: Hop, routing: Routing) -> None:
    owners = [o.at("spec.http") for o in routing.owners]
    if routing.route is not None:
        case.fact("route.match", "matched", routing.route.at())
        case.role("route", routing.route.at())
    elif routing.nearest is not None:
        case.fact("route.match", "none", routing.nearest.place, *owners)
        case.role("route", routing.nearest.place)
    elif routing.owners and (hop.family != "http" or hop.passthrough):
        case.fact("route.match", "not-used", *owners)
    elif hop.server is not None:
        case.fact("route.match", "unbound", hop.server.gateway.at(hop.server.path))
    elif hop.service is not None:
        case.fact("route.match", "implicit", hop.service.object.at())
    if routing.owners:
        missed = routing.route is None and routing.nearest is not None
        default = not missed and any(r.catch_all for r in mesh.virtual_services.http_routes(routing.owners))
        case.fact("route.default", "present" if default else "absent", *owners)


def _nearest(case: CaseBuilder, request: Request, near: Near, port: int) -> None:
    """In what the nearest route differs, and what would take the request."""
    missed = near.mismatches
    only = missed[0].difference if len(missed) == 1 else None
    places = [near.route.at(f"match[{near.match}].{m.path}") for m in missed]
    case.fact("route.mismatch", only or "several", *places)
    case.detail("route.route_field", near.route.path)
    case.detail("route.match_field", near.route.at(f"match[{near.match}]").field)
    case.detail("route.field", _field(near, missed[0]))
    case.detail("route.wanted", wanted(missed))
    case.detail("route.had", had(missed, request, port))
    if only in PATH_DIFFERENCES:
        case.detail("route.prefix", missed[0].wanted.rstrip("/") or "/")
        case.detail("route.match_path", _with_path(near, path_of(request)))
    if only is Difference.METHOD:
        case.detail("route.methods", _with_method(near, request.method))
    case.detail("route.destinations", _destinations(near))


def _field(near: Near, missed: Mismatch) -> str:
    return near.route.at(f"match[{near.match}].{missed.path}").field


def _with_path(near: Near, path: str) -> dict[str, Any]:
    """The nearest match block for this path instead of its own, as it is written otherwise."""
    written = as_map(as_list(near.route.raw.get("match"))[near.match])
    return {**{k: v for k, v in written.items() if k != "name"}, "uri": {"exact": path}}


def _with_method(near: Near, method: str) -> dict[str, str] | None:
    """A method match that takes what the nearest one takes, and this method too."""
    held = as_map(near.route.matches[near.match].get("method"))
    known = held.get("exact") or held.get("regex")
    return {"regex": f"{known}|{method}"} if isinstance(known, str) else None


def _destinations(near: Near) -> list[dict[str, Any]] | None:
    """Where the nearest route sends to, for a default route: the same hosts and ports with their weights, whatever the
    version. None if it sends to nothing."""
    weights: dict[tuple[str, int | None], int] = {}
    for item in map(as_map, as_list(near.route.raw.get("route"))):
        target = as_map(item.get("destination"))
        port, weight = as_map(target.get("port")).get("number"), item.get("weight")
        key = (str(target.get("host") or ""), port if is_number(port) else None)
        weights[key] = weights.get(key, 0) + (weight if is_number(weight) else 0)
    found = [_destination(host, port, weight if len(weights) > 1 else 0) for (host, port), weight in weights.items()]
    return found or None


def _destination(host: str, port: int | None, weight: int) -> dict[str, Any]:
    target = {"host": host, **({"port": {"number": port}} if port else {})}
    return {"destination": target, **({"weight": weight} if weight else {})}
