"""A gateway's hop up to its route: the way in from outside, the server that takes the connection, the merged routes.

Must not know destinations.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/;
https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate.
"""

from __future__ import annotations

from troubleshooter.mesh import hosts
from troubleshooter.mesh.gateways import Server, takes
from troubleshooter.mesh.index import CORE
from troubleshooter.mesh.matching import Sender
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routes import choose, http_routes
from troubleshooter.model import Connection, Object, Request, Stage
from troubleshooter.walk.decisions import Routing, Trail, dropped, http
from troubleshooter.walk.routing import by_connection, take, touching


def arrive(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """Dns and capture: that the name leads to the gateway is assumed; that it has pods is looked at."""
    outside = len(trail.hops) == 1
    if outside:
        assumes = (f"public DNS and the load balancer lead {request.host} to this gateway",)
        trail = trail.passes(Stage.DNS, f"{request.host} leads to the gateway", assumes=assumes)
    else:
        trail = trail.passes(Stage.DNS, "the hop before chose this gateway")
    party = trail.hop.party
    if party.pod is not None:
        said = f"the pods of {party.workload} take the connection"
        return trail.passes(Stage.CAPTURE, said, resource=party.resource, result={"proxy": "gateway"})
    gateway = party.gateways[0]
    return trail.passes(Stage.CAPTURE, "nothing takes the connection", resource=gateway.at(), result={"proxy": "none"})


def gateways_seen(mesh: Mesh) -> bool:
    """Whether a Gateway's pods would have been seen if there were any. They may be in any namespace, so this is known
    only where some gateway's pods were seen."""
    return bool(mesh.gateways.proxies())


def open_server(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """listener: the server that takes the connection, by port and (TLS) by the name in the hello."""
    party = trail.hop.party
    if party.pod is None:
        return _nobody(mesh, trail, party.gateways[0])
    touched = touching(mesh, trail, Stage.LISTENER)
    if touched is not None:
        return touched
    servers = (
        [s for g in mesh.gateways.for_workload(party.workload) for s in mesh.gateways.servers(g)]
        if party.workload
        else []
    )
    on_port = [s for s in servers if s.number == request.port]
    fitting = [s for s in on_port if takes(s, request.scheme, request.port)]
    if not on_port:
        said = f"no Gateway opens port {request.port} on {party.workload}"
        return trail.fails(
            Stage.LISTENER, said, dropped(Connection.REFUSED), resource=party.gateways[0].at("spec.servers")
        )
    if not fitting:
        return _wrong_protocol(request, trail, on_port[0])
    entered = _entrance(mesh, request, trail, fitting[0])
    return entered if entered.failed else _server(mesh, request, entered, fitting)


def _nobody(mesh: Mesh, trail: Trail, gateway: Object) -> Trail:
    spot = gateway.at("spec.selector")
    if not gateways_seen(mesh):
        said = f"no gateway pods were seen at all, so what {gateway} selects is not known"
        unlock = "kubectl get pods,services,deployments -A -l istio -o yaml"
        return trail.unknown(Stage.LISTENER, said, resource=spot, unlock=unlock)
    said = f"the selector of {gateway} matches no pods: nothing listens"
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=spot)


def _wrong_protocol(request: Request, trail: Trail, server: Server) -> Trail:
    spot = server.gateway.at(f"{server.path}.port.protocol")
    said = f"{server.gateway} expects {server.protocol.upper()} on port {server.number}, the client speaks {request.scheme}"
    if request.scheme == "http":
        outcome = dropped(Connection.RESET, "NR", details="filter_chain_not_found")
    else:
        outcome = dropped(Connection.TLS_ERROR, "DPE", details="http1.codec_error")
    return trail.fails(Stage.LISTENER, said, outcome, resource=spot)


def _entrance(mesh: Mesh, request: Request, trail: Trail, server: Server) -> Trail:
    """Whether a Service in front of the gateway leads to the server's port. Not seeing any Service decides nothing."""
    workload = trail.hop.party.workload
    assert workload is not None  # noqa: S101 - a gateway with a pod has a workload
    services = mesh.registry.selecting(workload)
    if not services or mesh.gateways.entrances(workload, server.number):
        return trail
    spot = services[0].object.at("spec.ports")
    said = f"{services[0].object} leads to no port {server.number} of the gateway"
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=spot)


def _server(mesh: Mesh, request: Request, trail: Trail, fitting: list[Server]) -> Trail:
    """The server among those of the port: TLS by SNI; for plaintext HTTP they are one listener."""
    name = request.sni or request.host
    if request.scheme == "http":
        chosen = next((s for s in fitting if s.serves(request.host)), fitting[0])
    else:
        chosen = next((s for s in fitting if s.serves(name)), None) or fitting[0]
        if not chosen.serves(name):
            said = f"no server on port {request.port} is for the name {name}"
            outcome = dropped(Connection.RESET, "NR", details="filter_chain_not_found")
            spot = chosen.gateway.at(f"{chosen.path}.hosts")
            return trail.fails(Stage.LISTENER, said, outcome, resource=spot)
    family = (
        "http"
        if chosen.protocol.family == "http" or (chosen.tls in TERMINATING and chosen.protocol == "https")
        else "tcp"
    )
    spot = chosen.gateway.at(chosen.path)
    result = {"name": f"0.0.0.0_{chosen.number}", "filter_chain": name if chosen.tls else "", "protocol": str(chosen.protocol),
              "tls": chosen.tls}  # fmt: skip
    trail = trail.decide(server=chosen, family=family)
    secret = _secret(mesh, trail, chosen)
    if secret is not None:
        return secret
    assumes = ("the certificate is good for the client",) if chosen.tls in TERMINATING else ()
    said = f"server {chosen.index} of {chosen.gateway}"
    return trail.passes(Stage.LISTENER, said, resource=spot, result=result, assumes=assumes)


TERMINATING = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"})


def _secret(mesh: Mesh, trail: Trail, server: Server) -> Trail | None:
    """A TLS secret that is not in the gateway's namespace, where Secrets were seen: the listener waits for it for ever."""
    tls = server.raw.get("tls")
    name = str((tls if isinstance(tls, dict) else {}).get("credentialName") or "")
    namespace = trail.hop.party.namespace
    if not name or "://" in name or not mesh.index.saw_running(CORE, "Secret", namespace):
        return None
    if mesh.index.get(CORE, "Secret", namespace, name) is not None:
        return None
    said = f"there is no Secret {name} in namespace {namespace}, where the gateway looks for it"
    spot = server.gateway.at(f"{server.path}.tls.credentialName")
    return trail.fails(Stage.LISTENER, said, dropped(Connection.RESET), resource=spot)


def choose_gateway_route(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """route: the routes that all VirtualServices bound to this gateway merge for the host."""
    hop = trail.hop
    touched = touching(mesh, trail, Stage.ROUTE)
    if touched is not None:
        return [touched.ends(touched.outcome)]
    if hop.server is None:
        return [trail.unknown(Stage.ROUTE, "without a server there is no telling which routes").ends(trail.outcome)]
    if hop.server.redirects and request.scheme == "http":
        spot = hop.server.gateway.at(f"{hop.server.path}.tls.httpsRedirect")
        return [
            trail.passes(Stage.ROUTE, "redirected to https", resource=spot).ends(http(301, details="direct_response"))
        ]
    owners = bound_routes(mesh, request, trail)
    sender = Sender(
        labels=hop.party.labels, namespace=hop.party.namespace, port=request.port, gateway=_name(hop.server)
    )
    if hop.family != "http":
        return _by_name(mesh, request, trail, owners, sender)
    if not owners:
        return [_unbound(mesh, request, trail)]
    choice = choose(http_routes(owners), request, sender)
    return take(mesh, request, trail, tuple(owners), choice, f"{request.host}:{request.port}")


def _name(server: Server) -> str:
    return f"{server.gateway.namespace}/{server.gateway.name}"


def bound_routes(mesh: Mesh, request: Request, trail: Trail) -> list[Object]:
    """The VirtualServices that serve the host on this port, through whichever Gateway of the workload."""
    hop = trail.hop
    assert hop.server is not None  # noqa: S101 - the caller looked
    name = (request.sni or request.host) if hop.family != "http" else request.host
    found: dict[object, Object] = {}
    gateways = mesh.gateways.for_workload(hop.party.workload) if hop.party.workload else []
    for gateway in gateways:
        for server in mesh.gateways.servers(gateway):
            if server.number == hop.server.number and server.serves(name):
                reference = f"{gateway.namespace}/{gateway.name}"
                for owner in mesh.virtual_services.for_gateway(reference, name, server.hosts, hop.party.namespace):
                    found.setdefault(owner.key, owner)
    return list(found.values())


def _unbound(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """No VirtualService is bound for the host: 404. Those that mean it but are bound elsewhere are remembered."""
    server = trail.hop.server
    assert server is not None  # noqa: S101 - the caller looked
    trail = trail.decide(routing=Routing(overlooked=overlooked(mesh, request)))
    result = {"virtual_host": f"blackhole:{server.number}", "name": ""}
    served = server.serves(request.host)
    said = f"no VirtualService for {request.host} is bound to {server.gateway}"
    spot = server.gateway.at(server.path if served else f"{server.path}.hosts")
    if not served:
        said = f"no server of {server.gateway} on port {server.number} is for {request.host}"
    return trail.fails(Stage.ROUTE, said, http(404, "NR", details="route_not_found"), resource=spot, result=result)


def overlooked(mesh: Mesh, request: Request) -> tuple[Object, ...]:
    """VirtualServices with the host among theirs, wherever they are bound."""
    return tuple(
        v
        for v in mesh.virtual_services.all
        if hosts.most_specific(request.host, mesh.virtual_services.hosts_of(v)) is not None
    )


def _by_name(mesh: Mesh, request: Request, trail: Trail, owners: list[Object], sender: Sender) -> list[Trail]:
    """TLS passed through, or TCP: only tls and tcp routes count, and without one there is nothing."""
    routed = by_connection(mesh, request, trail, owners, sender)
    if routed is not None:
        return routed
    server = trail.hop.server
    assert server is not None  # noqa: S101 - the caller looked
    said = f"no tls or tcp route for {request.host} is bound to {server.gateway}"
    outcome = dropped(Connection.RESET, "NR", details="filter_chain_not_found")
    trail = trail.decide(routing=Routing(owners=tuple(owners), overlooked=overlooked(mesh, request)))
    return [trail.fails(Stage.ROUTE, said, outcome, resource=server.gateway.at(server.path))]
