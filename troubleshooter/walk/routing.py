"""The route stage of a sidecar: which VirtualService's route takes the request, or the service's own.

Must not know destinations beyond their names (`destination` does), or how the request came to this proxy.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/;
https://istio.io/latest/docs/reference/config/networking/virtual-service/.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh import hosts
from troubleshooter.mesh.matching import Sender
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routes import Choice, Route, attempts, choose, http_routes, routes_of
from troubleshooter.mesh.services import Service
from troubleshooter.mesh.unmodelled import at_stage
from troubleshooter.model import HopKind, Object, Raw, Request, Stage, as_list, as_map
from troubleshooter.walk.decisions import Routing, Trail, http
from troubleshooter.walk.sender import bypassed

HTTP_PORT = 80


def choose_route(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """route, for a sidecar: a trail for each destination that gets a share."""
    hop = trail.hop
    if bypassed(trail):
        return [trail.decide(routing=Routing()).passes(Stage.ROUTE, "no proxy, no route")]
    touch = touching(mesh, trail, Stage.ROUTE)
    if touch is not None:
        return [touch.decide(routing=Routing())]
    if hop.service is None:
        return _unregistered(mesh, request, trail)
    sender = Sender(labels=hop.party.labels, namespace=hop.party.namespace, port=request.port)
    if hop.family != "http":
        owner = mesh.virtual_services.for_mesh(hop.service.host, hop.party.namespace)
        owners = (owner,) if owner else ()
        return by_connection(mesh, request, trail, owners, sender) or [_straight(trail, owners, hop.service)]
    owner = _with_routes(mesh, hop.service.host, sender)
    if owner is None:
        said = f"no VirtualService has routes to {hop.service.host} for this proxy: straight to the service"
        return [_implicit(trail, said, hop.service)]
    choice = choose(http_routes([owner]), request, sender)
    return take(mesh, request, trail, (owner,), choice, f"{hop.service.host}:{request.port}")


def _with_routes(mesh: Mesh, host: str, sender: Sender) -> Object | None:
    """The VirtualService that a sidecar applies to a host: the first that has an http route for this sidecar."""
    held = mesh.virtual_services.candidates(host, sender.namespace)
    return next((v for v in held if attempts(http_routes([v]), sender)), None)


def take(
    mesh: Mesh, request: Request, trail: Trail, owners: tuple[Object, ...], choice: Choice, virtual_host: str
) -> list[Trail]:
    """What follows from the choice among http routes."""
    if choice.route is None:
        nearest = choice.nearest
        said = f"no route of {_names(owners)} takes {request.method} {request.path}"
        result = {"virtual_host": virtual_host, "name": ""}
        trail = trail.decide(routing=Routing(owners=owners, nearest=nearest))
        spot = nearest.place if nearest else owners[0].at("spec.http")
        return [
            trail.fails(Stage.ROUTE, said, http(404, "NR", details="route_not_found"), resource=spot, result=result)
        ]
    route = choice.route
    trail = trail.decide(routing=Routing(owners=owners, route=route, nearest=choice.nearest))
    result = {"virtual_host": virtual_host, "name": route.name}
    answered = _answers(trail, route, result)
    if answered is not None:
        return [answered]
    return _to_destinations(mesh, request, trail, route, result)


def _answers(trail: Trail, route: Route, result: dict[str, str]) -> Trail | None:
    """A route by which the proxy answers itself: fault, redirect, direct response; or one not modelled (delegate)."""
    raw, spot = route.raw, route.owner.at(route.path)
    if "delegate" in raw:
        return trail.unknown(Stage.ROUTE, "a delegate VirtualService is not modelled yet", resource=spot).ends(
            trail.outcome
        )
    abort = as_map(as_map(raw.get("fault")).get("abort"))
    status = abort.get("httpStatus")
    if isinstance(status, int) and as_map(abort.get("percentage")).get("value") in (100, 100.0):
        said = f"{route.owner} aborts every request with {status}"
        place_ = route.owner.at(f"{route.path}.fault.abort")
        return trail.fails(
            Stage.ROUTE, said, http(status, "FI", details="fault_filter_abort"), resource=place_, result=result
        )
    if "redirect" in raw:
        code = as_map(raw["redirect"]).get("redirectCode")
        code = code if isinstance(code, int) else 301
        done = trail.passes(Stage.ROUTE, f"{route.owner} redirects with {code}", resource=spot, result=result)
        return done.ends(http(code, details="direct_response"))
    direct = as_map(raw.get("directResponse")).get("status")
    if isinstance(direct, int):
        outcome = http(direct, details="direct_response")
        said = f"{route.owner} answers {direct} itself"
        if direct >= 400:
            return trail.fails(Stage.ROUTE, said, outcome, resource=spot, result=result)
        return trail.passes(Stage.ROUTE, said, resource=spot, result=result).ends(outcome)
    return None


def _to_destinations(mesh: Mesh, request: Request, trail: Trail, route: Route, result: dict[str, str]) -> list[Trail]:
    targets = mesh.virtual_services.destinations(route)
    if not targets:
        said = f"{route.owner}, route {route.index}: it sends to no destination with a weight"
        outcome = http(503, "NC", details="cluster_not_found")
        return [trail.fails(Stage.ROUTE, said, outcome, resource=route.owner.at(f"{route.path}.route"), result=result)]
    name = f" ({route.name})" if route.name else ""
    what = f"{request.method} {request.path} takes" if route.kind == "http" else "the connection takes"
    said = f"{what} route {route.index}{name} of {route.owner}"
    routing = trail.hop.routing or Routing()
    return [
        trail.splits("weight", target.share)
        .decide(routing=Routing(owners=routing.owners, route=route, nearest=routing.nearest, destination=target))
        .passes(Stage.ROUTE, said, resource=route.owner.at(route.path), result=result)
        for target in targets
    ]


def by_connection(
    mesh: Mesh, request: Request, trail: Trail, owners: Iterable[Object], sender: Sender
) -> list[Trail] | None:
    """Tcp and tls routes: by port and SNI; None where none takes the connection."""
    held = tuple(owners)
    for owner in held:
        route = next(iter(connection_routes(owner, request, sender)), None)
        if route is not None:
            trail = trail.decide(routing=Routing(owners=held, route=route))
            return _to_destinations(mesh, request, trail, route, {"virtual_host": "", "name": route.name})
    return None


def _straight(trail: Trail, owners: tuple[Object, ...], service: Service) -> Trail:
    """No route for a connection: straight to the service. http routes of a VirtualService are not used then."""
    ignored = [o for o in owners if routes_of(o, "http")]
    said = (
        f"the port is no HTTP port: http routes of {_names(ignored)} are not used"
        if ignored
        else "straight to the service"
    )
    return _implicit(trail, said, service, owners=owners)


def connection_routes(owner: Object, request: Request, sender: Sender) -> Iterable[Route]:
    """The tls routes whose SNI hosts take the request (TLS only), then the tcp routes whose port does."""
    if request.scheme == "https":
        for route in routes_of(owner, "tls"):
            for match in route.matches:
                names = [str(h) for h in as_list(match.get("sniHosts"))]
                if any(hosts.covers(n, request.sni or request.host) for n in names) and _port_fits(match, sender):
                    yield route
    for route in routes_of(owner, "tcp"):
        if not route.matches or any(_port_fits(m, sender) for m in route.matches):
            yield route


def _port_fits(match: Raw, sender: Sender) -> bool:
    port = match.get("port")
    gateways = [str(g) for g in as_list(match.get("gateways"))]
    return (not port or port == sender.port) and (not gateways or sender.gateway in gateways)


def _implicit(trail: Trail, said: str, service: Service, owners: tuple[Object, ...] = ()) -> Trail:
    result = {"virtual_host": service.host if trail.hop.family == "http" else "", "name": "default"}
    return trail.decide(routing=Routing(owners=owners)).passes(
        Stage.ROUTE, said, resource=service.object.at(), result=result
    )  # fmt: skip


def _unregistered(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """A host that this proxy does not have: on a listener that other services made, or passed through.

    On port 80 alone a VirtualService counts for a host that is in no registry.
    Source: `buildSidecarVirtualHostsForVirtualService` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    party, http_ = trail.hop.party, trail.hop.family == "http"
    shared = trail.steps[-1].result.get("name") != "virtualOutbound"
    sender = Sender(labels=party.labels, namespace=party.namespace, port=request.port)
    owner = _with_routes(mesh, request.host, sender) if http_ and shared and request.port == HTTP_PORT else None
    if owner is not None:
        choice = choose(http_routes([owner]), request, sender)
        return take(mesh, request, trail, (owner,), choice, f"{request.host}:{request.port}")
    trail = trail.decide(routing=Routing())
    if mesh.settings.registry_only and http_:
        said = f"the proxy knows nothing of {request.host} port {request.port}, and the mesh lets nothing else out"
        spot = mesh.settings.at("outboundTrafficPolicy")
        result = {"virtual_host": "block_all", "name": "block_all"}
        return [trail.fails(Stage.ROUTE, said, http(502, details="direct_response"), resource=spot, result=result)]
    result = {"virtual_host": "allow_any", "name": "allow_any"} if http_ else {}
    return [trail.passes(Stage.ROUTE, "passed through: the mesh lets unknown destinations out", result=result)]


def touching(mesh: Mesh, trail: Trail, stage: Stage) -> Trail | None:
    """The trail after an object that is not modelled, if one may change this stage."""
    party, service = trail.hop.party, trail.hop.service
    gateway = trail.hop.kind is HopKind.GATEWAY
    touches = mesh.unmodelled.of_proxy(party.namespace, party.labels, gateway=gateway)
    if service is not None and not service.entry:
        touches += mesh.unmodelled.of_service(service.object)
    touch = at_stage(touches, stage)
    if touch is None:
        return None
    return trail.unknown(stage, f"{touch.object} is not modelled yet", resource=touch.resource)


def _names(owners: Iterable[Object]) -> str:
    return " and ".join(str(o) for o in owners)
