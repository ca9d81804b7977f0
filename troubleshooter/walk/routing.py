"""The route stage of a sidecar: which VirtualService's route takes the request, or the service's own.

Must not know destinations beyond their names (`destination` does), or how the request came to this proxy.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/;
https://istio.io/latest/docs/reference/config/networking/virtual-service/; istio/istio
pilot/pkg/networking/core/httproute.go, route/route.go and tls.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.matching import Sender, authority
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routes import Attempt, Choice, attempts, decide, http_routes, nearest
from troubleshooter.mesh.services import Port, Service
from troubleshooter.mesh.unmodelled import at_stage
from troubleshooter.model import HopKind, Object, Request, Stage
from troubleshooter.walk.answers import aborted, answered, delegated
from troubleshooter.walk.connections import Passed, by_connection, to_destinations
from troubleshooter.walk.decisions import Routing, Trail, http
from troubleshooter.walk.sender import bypassed, scope_of

WEB = 80
"""The port on which sidecars also have virtual hosts for hosts of VirtualServices that no service has.

Source: `selectVirtualServices` and `dedupeDomains` in istio/istio pilot/pkg/networking/core/httproute.go.
"""


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
        return _by_authority(mesh, request, trail)
    assert hop.service is not None  # noqa: S101 - without one it is passed through, or HTTP
    takes = scope_of(mesh, trail).on(request.port).takes
    owners = mesh.virtual_services.for_connections(hop.service.host, hop.party.namespace, takes)
    routed = by_connection(mesh, request, trail, owners, _sender(request, trail))
    if routed is Passed.STRAIGHT:
        return [_straight(trail, owners, hop.service)]
    if routed is Passed.THROUGH:
        said = f"no tls route of {names(owners)} takes the name {request.sni or request.host}: passed through"
        return [trail.decide(routing=Routing(owners=tuple(owners)), passthrough=True).passes(Stage.ROUTE, said)]
    return routed


def _sender(request: Request, trail: Trail) -> Sender:
    return Sender(labels=trail.hop.party.labels, namespace=trail.hop.party.namespace, port=request.port)


def _by_authority(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """HTTP: the virtual host of the authority that the client sends, among those of the port that it dialled. A sniffed
    port has one virtual host for whatever authority."""
    hop = trail.hop
    viewer, scope = hop.party.namespace, scope_of(mesh, trail).on(request.port)
    service = hop.service if _reads_http(hop.port) and hop.service and scope.has(hop.service) else None
    name = host_of(request)
    sniffed = service is not None and hop.port is not None and hop.port.protocol.family == "auto"
    if "host" in request.headers and not sniffed:
        full = hosts.dialled(name, viewer, mesh.registry.hosts, mesh.settings.domain)
        found = mesh.registry.at_address(name) or mesh.registry.find(full, viewer)
        known = found if found is not None and scope.has(found) else None
        service = known if known is not None and _reads_http(known.port(request.port)) else None
    if service is None:
        return _beyond_registry(mesh, request, trail, name)
    trail = trail.decide(service=service, port=service.port(request.port))
    sender = _sender(request, trail)
    # Under a wildcard ServiceEntry a VirtualService may be for the very name.
    asked = name if service.host.startswith("*") else service.host
    candidates = mesh.virtual_services.candidates(asked, viewer, scope.takes)
    if not candidates and request.port == WEB and not sniffed:
        # `web.shop` in a VirtualService is no name of the registry, but on this port a virtual host of its own.
        candidates = [v for v in mesh.virtual_services.candidates(name, viewer, scope.takes) if _names(mesh, v, name)]
    owner, tried = _applied(candidates, sender)
    if owner is None:
        return [_implicit(trail, _why_implicit(candidates, asked), service)]
    choice = chosen(tried, [owner], request, sender)
    return take(mesh, request, trail, Held(owners=(owner,), choice=choice, host=f"{asked}:{request.port}"))


def _names(mesh: Mesh, thing: Object, name: str) -> bool:
    """Whether a VirtualService has this very name among its hosts."""
    return name in (h.lower() for h in mesh.virtual_services.hosts_of(thing))


def host_of(request: Request) -> str:
    """The host that the client asks for, without a port."""
    asked = authority(request)
    if asked.startswith("["):
        return asked[1:].partition("]")[0].lower()
    return asked.rpartition(":")[0].lower() if asked.count(":") == 1 else asked.lower()


def _applied(candidates: Iterable[Object], sender: Sender) -> tuple[Object | None, list[Attempt]]:
    """The first VirtualService that has a route for this proxy, with its routes."""
    for owner in candidates:
        tried = attempts(http_routes([owner]), sender)
        if tried:
            return owner, tried
    return None, []


def chosen(tried: Iterable[Attempt], owners: Iterable[Object], request: Request, sender: Sender) -> Choice:
    """The choice among a proxy's routes; where none takes the request, the nearest miss is also looked for among those
    that this proxy does not have."""
    choice = decide(tried, request)
    if choice.route is not None:
        return choice
    return Choice(route=None, nearest=nearest(http_routes(owners), request, sender))


def _why_implicit(candidates: Iterable[Object], host: str) -> str:
    idle = [v for v in candidates if http_routes([v])]
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
    scheme: str = ""


def take(mesh: Mesh, request: Request, trail: Trail, held: Held) -> list[Trail]:
    """What follows from the choice among http routes."""
    choice = held.choice
    if choice.route is None:
        near = choice.nearest
        said = f"no route of {names(held.owners)} takes {request.method} {request.path}"
        result = {"virtual_host": held.host, "name": ""}
        trail = trail.decide(routing=Routing(owners=held.owners, nearest=near))
        spot = near.place if near else held.owners[0].at("spec.http") if held.owners else None
        outcome = http(404, "NR", details="route_not_found")
        return [trail.fails(Stage.ROUTE, said, outcome, resource=spot, result=result)]
    route = choice.route
    trail = trail.decide(routing=Routing(owners=held.owners, route=route, nearest=choice.nearest))
    match = route.matches[choice.match] if choice.match is not None else {}
    result = {"virtual_host": held.host, "name": route.named_with(match)}
    if "delegate" in route.raw:
        return [delegated(trail, route)]
    lost, left = aborted(trail, route, result)
    if left is None:
        return lost
    done = answered(request, left, route, result, held.scheme or request.scheme)
    if done is not None:
        return [*lost, done]
    return [*lost, *to_destinations(mesh, request, left, route, match=match, result=result)]


def _straight(trail: Trail, owners: list[Object], service: Service) -> Trail:
    """No route for a connection: straight to the service. http routes of a VirtualService are not used then."""
    ignored = [o for o in owners if http_routes([o])]
    said = "straight to the service"
    if ignored:
        said = f"the port is no HTTP port: http routes of {names(ignored)} are not used"
    return _implicit(trail, said, service, owners=tuple(owners[:1]))


def _implicit(trail: Trail, said: str, service: Service, owners: tuple[Object, ...] = ()) -> Trail:
    result = {"virtual_host": service.host if trail.hop.family == "http" else "", "name": "default"}
    routing = Routing(owners=owners)
    return trail.decide(routing=routing).passes(Stage.ROUTE, said, resource=service.object.at(), result=result)


def _passed_through(trail: Trail) -> Trail:
    said = "passed through: the mesh lets unknown destinations out"
    return trail.decide(routing=Routing()).passes(Stage.ROUTE, said)


def _beyond_registry(mesh: Mesh, request: Request, trail: Trail, name: str) -> list[Trail]:
    """A host outside the registry on a listener that others made: routed by a VirtualService that has it, passed
    through, or (REGISTRY_ONLY) refused.

    On ports other than 80 only VirtualServices count that also have a service with that port.
    Source: `selectVirtualServices` in istio/istio pilot/pkg/networking/core/httproute.go.
    """
    viewer = trail.hop.party.namespace
    sender = _sender(request, trail)
    scope = scope_of(mesh, trail).on(request.port)
    known = mesh.virtual_services.candidates(name, viewer, scope.takes)
    candidates = [v for v in known if _on_port(mesh, v, request.port, viewer)]
    owner, tried = _applied(candidates, sender)
    if owner is not None:
        choice = chosen(tried, [owner], request, sender)
        return take(mesh, request, trail, Held(owners=(owner,), choice=choice, host=f"{name}:{request.port}"))
    unused = tuple(known) if trail.hop.port is not None else ()
    trail = trail.decide(routing=Routing(owners=unused), passthrough=True)
    if scope.closed:
        said = f"the proxy knows nothing of {name} port {request.port}, and the mesh lets nothing else out"
        spot = scope.closed_by
        result = {"virtual_host": "block_all", "name": "block_all"}
        outcome = http(502, details="direct_response")
        return [trail.fails(Stage.ROUTE, said, outcome, resource=spot, result=result)]
    result = {"virtual_host": "allow_any", "name": "allow_any"}
    return [trail.passes(Stage.ROUTE, "passed through: the mesh lets unknown destinations out", result=result)]


def _on_port(mesh: Mesh, thing: Object, number: int, viewer: str) -> bool:
    """Whether a VirtualService is used for hosts on a port: one of them has it, and HTTP is read there."""
    found = (mesh.registry.find(host, viewer) for host in mesh.virtual_services.hosts_of(thing))
    return number == WEB or any(service is not None and _reads_http(service.port(number)) for service in found)


def _reads_http(port: Port | None) -> bool:
    """Whether a port is declared HTTP, or not declared at all: only such ports have virtual hosts.

    Source: `buildSidecarVirtualHostsForService` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    return port is not None and port.protocol.family in {"http", "auto"}


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
