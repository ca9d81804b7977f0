"""The route stage of a gateway: the routes that all VirtualServices bound to it merge for a host.

Must not know how the request came in, or destinations.
Source: istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.virtual_hosts import VirtualHost, serving, virtual_hosts
from troubleshooter.model import Object, Request, Stage
from troubleshooter.walk.basis.decisions import Routing, Trail, http
from troubleshooter.walk.gateway.entering import opened
from troubleshooter.walk.gateway.filter_chains import family_of, no_chain, refused
from troubleshooter.walk.gateway.receiving import as_received
from troubleshooter.walk.routes.answers import looping
from troubleshooter.walk.routes.connections import Passed, by_connection, has_route
from troubleshooter.walk.routes.routing import Held, chosen, host_of, take, touching, unused, without_delegate
from troubleshooter.walk.target.subjects import as_proxies_see


def choose_gateway_route(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """route: the routes that all VirtualServices bound to this gateway merge for the host."""
    hop = trail.hop
    touched = touching(mesh, trail, Stage.ROUTE)
    if touched is not None:
        return [touched.ends(touched.outcome)]
    server = hop.server
    if server is None:
        return [trail.unknown(Stage.ROUTE, "without a server there is no telling which routes").ends(trail.outcome)]
    if hop.passes_on:
        result = {"virtual_host": "", "name": ""}
        return [trail.passes(Stage.ROUTE, "by the name in its TLS hello", resource=server.gateway.at(), result=result)]
    if hop.family != "http":
        return _of_connection(mesh, request, trail, server)
    request = replace(request, path=as_proxies_see(mesh, request))
    held = held_hosts(mesh, trail)
    host = serving(held, host_of(request))
    received = as_received(mesh, request, trail)
    if hop.credentials is not None:
        received = replace(received, claims=hop.credentials.claims or {})
    if host is not None and host.redirect is not None and received.scheme != "https":
        return [_to_https(request, trail, host, host.redirect)]
    owners = host.owners if host is not None and host.attempts else _idle(mesh, request, trail)
    if not owners:
        return [_unbound(mesh, request, trail, server, held)]
    sender = _sender(trail, server)
    choice = chosen(mesh, host.attempts if host is not None else (), owners, received, sender)
    named = f"{host.pattern}:{server.number}" if host is not None else _nobodys(held, server)
    held_here = Held(owners=tuple(owners), choice=choice, host=named, sender=sender, scheme=received.scheme)
    return take(mesh, request, trail, held_here)


def _to_https(request: Request, trail: Trail, host: VirtualHost, server: Server) -> Trail:
    """A plain request at a server that redirects to https. A client outside that asked for https already, and whose TLS
    ends in front of the gateway, is sent round in a circle."""
    spot = server.gateway.at(f"{server.path}.tls.httpsRedirect")
    result = {"virtual_host": f"{host.pattern}:{server.number}", "name": ""}
    if request.scheme == "https" and len(trail.hops) == 1:
        said = "redirected to https, which the client asked for: TLS ended in front of the gateway"
        return looping(trail, said, 301, spot, result)
    done = trail.decide(redirect="elsewhere").passes(Stage.ROUTE, "redirected to https", resource=spot, result=result)
    return done.ends(http(301, details="direct_response"))


def held_hosts(mesh: Mesh, trail: Trail) -> dict[str, VirtualHost]:
    """The virtual hosts behind the server at this hop: its own where TLS tells servers apart, else those of all
    plaintext servers of the port."""
    server, party = trail.hop.server, trail.hop.party
    if server is None:
        return {}
    return virtual_hosts(mesh.virtual_services, _sharing(mesh, trail, server), party.namespace, party.labels)


def _sharing(mesh: Mesh, trail: Trail, server: Server) -> list[Server]:
    """The servers whose virtual hosts stand together."""
    return [server] if server.tls else [s for s in _beside(mesh, trail, server) if s.protocol.family == "http"]


def _idle(mesh: Mesh, request: Request, trail: Trail) -> list[Object]:
    """The VirtualServices that are bound for the host and have http routes, none of them for this gateway: they make no
    virtual host.

    Source: `buildGatewayHTTPRouteConfig` in istio/istio pilot/pkg/networking/core/gateway.go.
    """
    server, known = trail.hop.server, mesh.virtual_services
    if server is None:
        return []
    held = [(s, v) for s in _sharing(mesh, trail, server) for v in known.bound(s.reference, trail.hop.party.namespace)]
    meant = [v for s, v in held if hosts.most_specific(host_of(request), known.shared_hosts(v, s.hosts)) is not None]
    return [v for v in dict.fromkeys(meant) if known.http_routes([v])]


def _nobodys(held: Mapping[str, VirtualHost], server: Server) -> str:
    """The virtual host that answers for a host which has none: a port without any has one for all of them."""
    return "" if held else f"blackhole:{server.number}"


def _beside(mesh: Mesh, trail: Trail, server: Server) -> list[Server]:
    """The servers that are open on the port of one of them, itself among them."""
    there = [o for o in opened(mesh, trail) if o.listens]
    port = next((o.port for o in there if o.server is server), 0)
    return [o.server for o in there if o.port == port]


def _bound(mesh: Mesh, trail: Trail, server: Server) -> list[Object]:
    """The VirtualServices of which a server may have tls and tcp routes."""
    bound = mesh.virtual_services.bound(server.reference, trail.hop.party.namespace)
    return [v for v in bound if mesh.virtual_services.shared_hosts(v, server.hosts)]


def _sender(trail: Trail, server: Server) -> Sender:
    party = trail.hop.party
    return Sender(labels=party.labels, namespace=party.namespace, port=server.number, gateway=server.reference)


def _leads(mesh: Mesh, trail: Trail, server: Server) -> bool:
    """Whether a server has a filter chain at all: one that passes connections on has one for each route."""
    if family_of(server) == "http" or server.tls == "AUTO_PASSTHROUGH":
        return True
    return has_route(_bound(mesh, trail, server), _sender(trail, server), by_name=server.tls == "PASSTHROUGH")


def _unbound(mesh: Mesh, request: Request, trail: Trail, server: Server, held: Mapping[str, VirtualHost]) -> Trail:
    """No VirtualService is bound for the host: 404. Those that mean it but are bound elsewhere are remembered."""
    meant, sender = overlooked(mesh, request), _sender(trail, server)
    bound = [v for v in mesh.virtual_services.bound(server.reference, sender.namespace) if v in meant]
    gone = without_delegate(mesh, request, bound, sender)
    trail = trail.decide(routing=Routing(overlooked=meant, left_out=gone))
    result = {"virtual_host": _nobodys(held, server), "name": ""}
    served = server.serves(host_of(request))
    said = f"no VirtualService for {host_of(request)} is bound to {server.gateway}"
    spot = server.gateway.at(server.path if served else f"{server.path}.hosts")
    if not served:
        said = f"no server of {server.gateway} on port {server.number} is for {host_of(request)}"
    elif gone is not None:
        said, spot = (
            f"{gone.route.owner} has no routes for {host_of(request)}: its delegate {unused(gone)}",
            gone.route.at("delegate"),
        )
    return trail.fails(Stage.ROUTE, said, http(404, "NR", details="route_not_found"), resource=spot, result=result)


def overlooked(mesh: Mesh, request: Request) -> tuple[Object, ...]:
    """VirtualServices with the host among theirs, wherever they are bound."""
    name = host_of(request)
    return tuple(
        v for v in mesh.virtual_services.all if hosts.most_specific(name, mesh.virtual_services.hosts_of(v)) is not None
    )


def _of_connection(mesh: Mesh, request: Request, trail: Trail, server: Server) -> list[Trail]:
    """TLS passed through, or TCP: only tls and tcp routes count, and without one there is nothing. The hosts of a
    VirtualService need only meet the server's. A port of which no server leads anywhere is not opened at all.

    Source: `createGatewayTCPFilterChainOpts` and `MutableGatewayListener.build` in istio/istio
    pilot/pkg/networking/core/gateway.go.
    """
    owners, sender = _bound(mesh, trail, server), _sender(trail, server)
    routed = by_connection(mesh, request, trail, owners, sender)
    if not isinstance(routed, Passed):
        return routed
    said = f"no tls or tcp route for {request.sni or request.host} is bound to {server.gateway}"
    outcome = no_chain(trail) if any(_leads(mesh, trail, s) for s in _beside(mesh, trail, server)) else refused(trail)
    trail = trail.decide(routing=Routing(owners=tuple(owners), overlooked=overlooked(mesh, request)))
    return [trail.fails(Stage.ROUTE, said, outcome, resource=server.gateway.at(server.path))]
