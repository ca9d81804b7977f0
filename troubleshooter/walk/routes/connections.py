"""Tcp and tls routes, and the destinations of any route: a trail for each that gets a share.

Decides by port, SNI and weights. Must not know how the connection came to this proxy.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSMatchAttributes; `matchTLS` and
`matchTCP` in istio/istio pilot/pkg/networking/core/tls.go; gateway.go there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Literal

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import MESH, Route, routes_of
from troubleshooter.model import Connection, Object, Raw, Request, Stage, as_list, as_map, as_words
from troubleshooter.walk.basis.decisions import Routing, Trail, dropped, http
from troubleshooter.walk.routes.answers import held_up
from troubleshooter.walk.routes.rewriting import rewritten

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Passed(Enum):
    """What becomes of a connection that no route takes."""

    STRAIGHT = "straight"
    """No route is there for it: it goes to the service that was dialled."""
    THROUGH = "through"
    """Routes by name are there, and none is for its name: it is passed through."""


def by_connection(
    mesh: Mesh, request: Request, trail: Trail, owners: Iterable[Object], sender: Sender
) -> list[Trail] | Literal[Passed.STRAIGHT, Passed.THROUGH]:
    """The trails of the tls or tcp route that takes a connection: tls routes on ports that are declared so (and where a
    gateway passes TLS through), tcp routes on all others."""
    held = tuple(owners)
    hop = trail.hop
    by_name = hop.server.tls == "PASSTHROUGH" if hop.server else bool(hop.port and hop.port.protocol.family == "tls")
    route = None
    if by_name:
        named = dict(_by_name(held, sender))
        pattern = hosts.most_specific(request.sni or request.host, named) if request.scheme == "https" else None
        route = named[pattern] if pattern is not None else None
        if named and route is None:
            return Passed.THROUGH
    else:
        addresses = _addresses(request, trail)
        ranged = None if addresses else next((o for o in held if _by_range(o, sender)), None)
        if ranged is not None:
            said = f"the address of {request.host} was not seen, and tcp routes go by it"
            trail = trail.decide(routing=Routing(owners=held))
            return [trail.unknown(Stage.ROUTE, said, resource=ranged.at("spec.tcp"))]
        route = _by_address(held, sender, addresses)
    if route is None:
        return Passed.STRAIGHT
    trail = trail.decide(routing=Routing(owners=(route.owner,), route=route))
    return to_destinations(mesh, request, trail, route, result={"virtual_host": "", "name": route.name})


def has_route(owners: Iterable[Object], sender: Sender, *, by_name: bool) -> bool:
    """Whether any connection at all would find a tls (`by_name`) or tcp route of these VirtualServices."""
    held = tuple(owners)
    if by_name:
        return any(True for _ in _by_name(held, sender))
    routes = (route for owner in held for route in routes_of(owner, "tcp"))
    return any(not route.matches or any(fits(m, sender) for m in route.matches) for route in routes)


def _by_name(owners: Iterable[Object], sender: Sender) -> Iterable[tuple[str, Route]]:
    """(SNI host, tls route) for this proxy; of several for one name the first comes last, so that it counts."""
    found = [
        (str(name).lower(), route)
        for owner in owners
        for route in routes_of(owner, "tls")
        for match in route.matches
        if fits(match, sender)
        for name in as_list(match.get("sniHosts"))
    ]
    return reversed(found)


def _addresses(request: Request, trail: Trail) -> list[str]:
    """The addresses that a connection may go to, as far as they are known."""
    if hosts.is_address(request.host):
        return [request.host.strip("[]")]
    return list(trail.hop.service.addresses) if trail.hop.service else []


def _by_address(owners: Iterable[Object], sender: Sender, addresses: Iterable[str]) -> Route | None:
    """The tcp route for a connection: among those in front of the first that takes every address, the one with the
    narrowest range that the address is in, else that first one. Gateways do not look at addresses.

    Sources: `buildSidecarOutboundTCPFilterChainOpts` in istio/istio pilot/pkg/networking/core/tls.go;
    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto#envoy-v3-api-msg-config-listener-v3-filterchainmatch.
    """
    known = [ipaddress.ip_address(address) for address in addresses]
    best: tuple[int, Route | None] = (-1, None)
    for route in (r for owner in owners for r in routes_of(owner, "tcp")):
        fitting = [m for m in route.matches if fits(m, sender)]
        ranges = [[] if sender.gateway != MESH else _ranges(match) for match in fitting]
        if not route.matches or not all(ranges):
            return best[1] or route
        for network in (n for held in ranges for n in held if any(a in n for a in known)):
            best = max(best, (network.prefixlen, route), key=lambda found: found[0])
    return best[1]


def _by_range(owner: Object, sender: Sender) -> bool:
    """Whether some tcp route for a sidecar is for a range of addresses."""
    matches = (m for route in routes_of(owner, "tcp") for m in route.matches)
    return sender.gateway == MESH and any(_ranges(m) for m in matches if fits(m, sender))


def _ranges(match: Raw) -> list[Network]:
    """The destinationSubnets of a match; what is no range is left out."""
    found: list[Network] = []
    for text in as_list(match.get("destinationSubnets")):
        with suppress(ValueError):
            found.append(ipaddress.ip_network(str(text), strict=False))
    return found


def fits(match: Raw, sender: Sender) -> bool:
    """Whether a tls or tcp match is for this proxy and listener: gateways and port count and, at a sidecar, labels and
    namespace.

    Source: `matchTCP` in istio/istio pilot/pkg/networking/core/tls.go; `l4SingleMatch` in gateway.go there.
    """
    port, namespace = match.get("port"), match.get("sourceNamespace")
    gateways = [str(g) for g in as_list(match.get("gateways"))]
    if (port and port != sender.port) or (gateways and sender.gateway not in gateways):
        return False
    if sender.gateway != MESH:
        return True
    return (not namespace or namespace == sender.namespace) and selects(
        as_words(match.get("sourceLabels")), sender.labels
    )


def to_destinations(
    mesh: Mesh,
    request: Request,
    trail: Trail,
    route: Route,
    *,
    result: Mapping[str, str],
    match: Raw | None = None,
) -> list[Trail]:
    """A trail for each destination of a route that has a weight."""
    targets = mesh.virtual_services.destinations(route)
    place = route.at("route")
    if not targets:
        said = f"{route.owner}, route {route.index}: it sends to no destination with a weight"
        outcome = http(503, "NC", details="cluster_not_found")
        if trail.hop.family != "http":
            outcome = dropped(Connection.RESET, "NC")
        return [trail.fails(Stage.ROUTE, said, outcome, resource=place, result=result)]
    name = f" ({route.name})" if route.name else ""
    what = f"{request.method} {request.path} takes" if route.kind == "http" else "the connection takes"
    said = f"{what} route {route.index}{name} of {route.owner}{held_up(route) if route.kind == 'http' else ''}"
    routing = trail.hop.routing or Routing()
    written = as_list(route.raw.get("route"))
    found = []
    for target in targets:
        sends = request
        if route.kind == "http":
            sends = rewritten(request, route.raw, match or {}, as_map(written[target.number]))
        chosen = Routing(owners=routing.owners, route=route, nearest=routing.nearest, destination=target)
        way = trail.splits("weight", target.share).decide(routing=chosen, sends=sends if sends != request else None)
        found.append(way.passes(Stage.ROUTE, said, resource=route.at(), result=result))
    return found
