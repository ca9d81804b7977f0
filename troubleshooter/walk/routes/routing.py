"""The route stage of a sidecar: which VirtualService's route takes the request, or the service's own.

Must not know destinations beyond their names (`destination` does), or how the request came to this proxy.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/;
https://istio.io/latest/docs/reference/config/networking/virtual-service/; istio/istio
pilot/pkg/networking/core/httproute.go, route/route.go and tls.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import at_stage
from troubleshooter.mesh.routing.delegation import LeftOut, Why, reference
from troubleshooter.mesh.routing.matching import Sender, authority
from troubleshooter.mesh.routing.routes import Attempt, Choice, attempts, decide, nearest, taken_by
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Connection, HopKind, Object, Request, Stage
from troubleshooter.walk.basis.decisions import Routing, Trail, dropped, http
from troubleshooter.walk.caller.listening import hidden
from troubleshooter.walk.caller.sender import bypassed, scope_of
from troubleshooter.walk.routes.answers import aborted, answered, delegated, preflighted
from troubleshooter.walk.routes.connections import Passed, by_connection, to_destinations
from troubleshooter.walk.routes.sidecar_hosts import called, made_by_routes, with_host
from troubleshooter.walk.target.subjects import as_proxies_see


def choose_route(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """route, for a sidecar: a trail for each destination that gets a share."""
    hop = trail.hop
    if bypassed(trail):
        return [trail.decide(routing=Routing()).passes(Stage.ROUTE, "no proxy, no route")]
    touch = touching(mesh, trail, Stage.ROUTE)
    if touch is not None:
        return [touch.decide(routing=Routing())]
    if hop.passthrough:
        return [_passed_through(trail)]
    if hop.family == "http":
        return _by_authority(mesh, replace(request, path=as_proxies_see(mesh, request)), trail)
    assert hop.service is not None  # noqa: S101 - without one it is passed through, or HTTP
    takes = scope_of(mesh, trail).on(request.port).takes
    owners = mesh.virtual_services.for_connections(hop.service.host, hop.party.namespace, takes)
    routed = by_connection(mesh, request, trail, owners, _sender(request, trail))
    if routed is Passed.STRAIGHT:
        return [_straight(mesh, trail, owners, hop.service)]
    if routed is Passed.THROUGH:
        return [_unnamed(mesh, request, trail.decide(routing=Routing(owners=tuple(owners)), passthrough=True))]
    return routed


def _unnamed(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """A TLS connection with a name that no tls route takes, where others are there: what no filter chain is for is
    passed through or, with REGISTRY_ONLY, sent nowhere."""
    owners, scope = trail.hop.routing.owners if trail.hop.routing else (), scope_of(mesh, trail)
    said = f"no tls route of {names(owners)} takes the name {request.sni or request.host}"
    if not scope.closed:
        return trail.passes(Stage.ROUTE, f"{said}: passed through")
    said += ", and the mesh lets nothing else out"
    return trail.fails(Stage.ROUTE, said, dropped(Connection.RESET, "UH"), resource=owners[0].at("spec.tls"))


def _sender(request: Request, trail: Trail) -> Sender:
    return Sender(labels=trail.hop.party.labels, namespace=trail.hop.party.namespace, port=request.port)


def _by_authority(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """HTTP: the virtual host of the authority that the client sends, among those of the port that it dialled. A sniffed
    port has one virtual host for whatever authority."""
    hop = trail.hop
    scope = scope_of(mesh, trail).on(request.port)
    service = with_host(hop.service, request.port, scope) if hop.service else None
    name = host_of(request)
    sniffed = service is not None and hop.port is not None and hop.port.protocol.family == "auto"
    if "host" in request.headers and not sniffed:
        service = called(mesh, name, request.port, scope)
    if service is None:
        return _beyond_registry(mesh, request, trail, name)
    trail = trail.decide(service=service, port=service.port(request.port))
    sender = _sender(request, trail)
    candidates = mesh.virtual_services.candidates(service.host, scope.namespace, scope.takes)
    pattern = service.host
    if not sniffed and (not candidates or service.host.startswith("*")):
        # The very name that is asked for (`web.shop`, or one under a wildcard) may be a virtual host of its own.
        owns, own = made_by_routes(mesh, scope, name, request.port)
        candidates, pattern = (owns, name) if owns and own == name else (candidates, pattern)
    owner, tried = _applied(mesh, candidates, sender)
    if owner is None:
        return [_implicit(trail, _why_implicit(mesh, candidates, service.host), service)]
    choice = chosen(mesh, tried, [owner], request, sender)
    return take(
        mesh, request, trail, Held(owners=(owner,), choice=choice, host=f"{pattern}:{request.port}", sender=sender)
    )


def host_of(request: Request) -> str:
    """The host that the client asks for, without a port."""
    asked = authority(request)
    if asked.startswith("["):
        return asked[1:].partition("]")[0].lower()
    return asked.rpartition(":")[0].lower() if asked.count(":") == 1 else asked.lower()


def _applied(mesh: Mesh, candidates: Iterable[Object], sender: Sender) -> tuple[Object | None, list[Attempt]]:
    """The first VirtualService that has a route for this proxy, with its routes."""
    for owner in candidates:
        tried = attempts(mesh.virtual_services.http_routes([owner]), sender)
        if tried:
            return owner, tried
    return None, []


def chosen(mesh: Mesh, tried: Iterable[Attempt], owners: Iterable[Object], request: Request, sender: Sender) -> Choice:
    """The choice among a proxy's routes; where none takes the request, the nearest miss is also looked for among those
    that this proxy does not have."""
    choice = decide(tried, request)
    if choice.route is not None:
        return choice
    return Choice(route=None, nearest=nearest(mesh.virtual_services.http_routes(owners), request, sender))


def _why_implicit(mesh: Mesh, candidates: Iterable[Object], host: str) -> str:
    idle = [v for v in candidates if mesh.virtual_services.http_routes([v])]
    if idle:
        return f"no route of {names(idle)} is for this proxy: straight to the service"
    return f"no VirtualService for {host}: straight to the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a virtual host holds for a request: the VirtualServices of its routes and the choice among them. `scheme` is
    the one with which it is taken to have come, "" for the client's own."""

    owners: tuple[Object, ...]
    choice: Choice
    host: str
    sender: Sender
    scheme: str = ""


def take(mesh: Mesh, request: Request, trail: Trail, held: Held) -> list[Trail]:
    """What follows from the choice among http routes."""
    choice = held.choice
    if choice.route is None:
        return [_not_taken(mesh, request, trail, held)]
    route = choice.route
    trail = trail.decide(routing=Routing(owners=held.owners, route=route, nearest=choice.nearest))
    match = route.matches[choice.match] if choice.match is not None else {}
    result = {"virtual_host": held.host, "name": route.named_with(match)}
    if "delegate" in route.raw:
        return [delegated(trail, route)]
    lost, left = aborted(trail, route, result)
    if left is None:
        return lost
    done = answered(request, left, route, result, came=held.scheme, port=held.sender.port) or preflighted(
        request, left, route, result
    )
    if done is not None:
        return [*lost, done]
    return [*lost, *to_destinations(mesh, request, left, route, match=match, result=result)]


def _not_taken(mesh: Mesh, request: Request, trail: Trail, held: Held) -> Trail:
    """404. To blame is a route that would take the request if its delegate were there, else the nearest miss."""
    near = held.choice.nearest
    gone = without_delegate(mesh, request, held.owners, held.sender)
    trail = trail.decide(routing=Routing(owners=held.owners, nearest=near, left_out=gone))
    said = f"no route of {names(held.owners)} takes {request.method} {request.path}"
    spot = near.place if near else held.owners[0].at("spec.http")
    if gone is not None:
        said, spot = f"{said}: its delegate {unused(gone)}", gone.route.at("delegate")
    result = {"virtual_host": held.host, "name": ""}
    return trail.fails(Stage.ROUTE, said, http(404, "NR", details="route_not_found"), resource=spot, result=result)


def without_delegate(mesh: Mesh, request: Request, owners: Iterable[Object], sender: Sender) -> LeftOut | None:
    """The first route that would take the request if its delegate were there."""
    lost = (out for owner in owners for out in mesh.virtual_services.left_out(owner))
    return next((o for o in lost if o.why is not Why.CONFLICT and taken_by(o.route, request, sender)), None)


def unused(gone: LeftOut) -> str:
    """Which delegate is not used, and why."""
    why = "is missing" if gone.why is Why.MISSING else f"is not exported to {gone.route.owner.namespace}"
    return f"{'/'.join(reference(gone.route) or ())} {why}"


def _straight(mesh: Mesh, trail: Trail, owners: list[Object], service: Service) -> Trail:
    """No route for a connection: straight to the service. http routes of a VirtualService are not used then."""
    ignored = [o for o in owners if mesh.virtual_services.http_routes([o])]
    said = "straight to the service"
    if ignored:
        said = f"the port is no HTTP port: http routes of {names(ignored)} are not used"
    return _implicit(trail, said, service, owners=tuple(owners[:1]))


def _implicit(trail: Trail, said: str, service: Service, owners: tuple[Object, ...] = ()) -> Trail:
    port = trail.hop.port
    virtual_host = f"{service.host}:{port.number}" if trail.hop.family == "http" and port else ""
    result = {"virtual_host": virtual_host, "name": "default"}
    routing = Routing(owners=owners)
    return trail.decide(routing=routing).passes(Stage.ROUTE, said, resource=service.object.at(), result=result)


def _passed_through(trail: Trail) -> Trail:
    said = "passed through: the mesh lets unknown destinations out"
    return trail.decide(routing=Routing()).passes(Stage.ROUTE, said)


def _beyond_registry(mesh: Mesh, request: Request, trail: Trail, name: str) -> list[Trail]:
    """A host outside the registry on a listener that others made: routed by a VirtualService that has it, passed
    through, or (REGISTRY_ONLY) refused."""
    sender, scope = _sender(request, trail), scope_of(mesh, trail).on(request.port)
    candidates, pattern = made_by_routes(mesh, scope, name, request.port)
    owner, tried = _applied(mesh, candidates, sender)
    if owner is not None:
        choice = chosen(mesh, tried, [owner], request, sender)
        return take(
            mesh, request, trail, Held(owners=(owner,), choice=choice, host=f"{pattern}:{request.port}", sender=sender)
        )
    known = mesh.virtual_services.candidates(name, scope.namespace, scope.takes)
    unused = tuple(known) if trail.hop.port is not None else ()
    trail = trail.decide(routing=Routing(owners=unused), passthrough=True)
    if scope.closed:
        said = f"the proxy knows nothing of {name} port {request.port}, and the mesh lets nothing else out"
        spot = scope.closed_by
        result = {"virtual_host": "block_all", "name": "block_all"}
        outcome = http(502, details="direct_response")
        return [trail.fails(Stage.ROUTE, said, outcome, resource=spot, result=result)]
    said, place, dialled = "passed through: the mesh lets unknown destinations out", None, trail.hop.service
    if dialled is not None and "host" not in request.headers and not scope.has(dialled):
        said, place = hidden(dialled, scope)
        said += ": the proxy passes the request on as it is, without mutual TLS"
    result = {"virtual_host": "allow_any", "name": "allow_any"}
    return [trail.passes(Stage.ROUTE, said, resource=place, result=result)]


def touching(mesh: Mesh, trail: Trail, stage: Stage) -> Trail | None:
    """The trail after an object that is not modelled, if one may change this stage."""
    party, service = trail.hop.party, trail.hop.service
    gateway = trail.hop.kind is HopKind.GATEWAY
    touches = mesh.unmodelled.of_proxy(party.namespace, party.labels, gateway=gateway)
    if service is not None:
        touches += mesh.unmodelled.of_service(service.object)
    touch = at_stage(touches, stage, trail.hop.context)
    if touch is None:
        return None
    return trail.unknown(stage, f"{touch.object} is not modelled yet", resource=touch.resource)


def names(owners: Iterable[Object]) -> str:
    """VirtualServices in people's words."""
    return " and ".join(str(o) for o in owners)
