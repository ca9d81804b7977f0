"""A gateway's hop up to its listener: the way in, and the server that takes the connection.

Must not know routes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/; `mergeGateways` in istio/istio
pilot/pkg/model/gateway.go; pilot/pkg/networking/core/gateway.go there.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.credentials import assumed, missing
from troubleshooter.mesh.gateways import Opened, Server, speaks
from troubleshooter.mesh.load_balancers import ends_tls
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.mtls import Sends
from troubleshooter.mesh.unmodelled import GATEWAY_API
from troubleshooter.model import Connection, Object, Outcome, Request, Stage
from troubleshooter.walk.decisions import Trail, dropped, http
from troubleshooter.walk.readiness import nobody_ready
from troubleshooter.walk.routing import host_of, touching

TERMINATING = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"})
ASKING = frozenset({"MUTUAL", "ISTIO_MUTUAL"})
"""TLS modes in which a client without a certificate is refused."""

CLOSED = "upstream_reset_before_response_started{connection_termination}"
REFUSED = "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """What comes in at a gateway: the scheme on the wire, the name in a TLS hello, the container port (None for a
    client outside, who knows the Service's port only)."""

    scheme: str
    name: str
    port: int | None


def arrive(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """Dns and capture: that the name leads to the gateway is assumed; that it has pods is looked at."""
    if len(trail.hops) == 1:
        assumes = (f"public DNS and the load balancer lead {request.host} to this gateway",)
        trail = trail.passes(Stage.DNS, f"{request.host} leads to the gateway", assumes=assumes)
    else:
        trail = trail.passes(Stage.DNS, "the hop before chose this gateway")
    party = trail.hop.party
    if party.pod is not None:
        said = f"the pods of {party.workload} take the connection"
        return trail.passes(Stage.CAPTURE, said, resource=party.resource, result={"proxy": "gateway"})
    gateway = party.gateways[0]
    if gateway.group == GATEWAY_API or not gateways_seen(mesh):
        said = f"the pods behind {gateway} were not seen"
        return trail.unknown(Stage.CAPTURE, said, resource=gateway.at(), result={"proxy": ""})
    return trail.passes(Stage.CAPTURE, "nothing takes the connection", resource=gateway.at(), result={"proxy": "none"})


def gateways_seen(mesh: Mesh) -> bool:
    """Whether a Gateway's pods would have been seen if there were any. They may be in any namespace, so this is known
    only where some gateway's pods were seen."""
    return bool(mesh.gateways.proxies())


def open_server(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """listener: the server that takes the connection, by port and (TLS) by the name in the hello."""
    party = trail.hop.party
    if party.gateways and party.gateways[0].group == GATEWAY_API:
        gateway = party.gateways[0]
        said = f"{gateway} is of the Gateway API, which is not modelled yet"
        return trail.unknown(Stage.LISTENER, said, resource=gateway.at("spec.listeners"))
    if party.pod is None:
        return _nobody(mesh, request, trail, party.gateways[0])
    down = nobody_ready(trail)
    if down is not None:
        return down
    touched = touching(mesh, trail, Stage.LISTENER)
    if touched is not None:
        return touched
    arrival = _arrival(mesh, request, trail)
    reached = _reached(mesh, trail, arrival, request)
    if isinstance(reached, Trail):
        return reached
    on_port = [o.server for o in opened(mesh, trail) if o.port in reached and o.shadowed_by is None]
    if not on_port:
        said = f"no Gateway opens port {request.port} on {party.workload}"
        place = party.gateways[0].at("spec.servers")
        return trail.fails(Stage.LISTENER, said, _refused(trail), resource=place)
    fitting = [s for s in on_port if speaks(s, arrival.scheme)]
    if not fitting:
        return _wrong_protocol(trail, on_port[0], arrival)
    trail = _server(mesh, trail, fitting, arrival)
    return trail if trail.failed else _with_secret(mesh, trail)


def opened(mesh: Mesh, trail: Trail) -> list[Opened]:
    """The servers of all Gateways of the pods at this hop."""
    party = trail.hop.party
    gateways = mesh.gateways.for_workload(party.workload) if party.workload else party.gateways
    return mesh.gateways.opened(gateways, party.workload)


def _arrival(mesh: Mesh, request: Request, trail: Trail) -> _Arrival:
    if len(trail.hops) == 1:
        scheme = "http" if request.scheme == "https" and decrypted(mesh, request, trail) else request.scheme
        return _Arrival(scheme=scheme, name=request.sni or request.host, port=None)
    before, endpoint = trail.hops[-2], trail.hop.endpoint
    port = endpoint.port if endpoint else request.port
    if before.offer is not None and before.offer.sends is not Sends.PLAINTEXT:
        return _Arrival(scheme="https", name=before.offer.sni or host_of(request), port=port)
    scheme = "http" if before.family == "http" else request.scheme
    return _Arrival(scheme=scheme, name=request.sni or request.host, port=port)


def decrypted(mesh: Mesh, request: Request, trail: Trail) -> bool:
    """Whether the load balancer in front ends the TLS of a client outside."""
    workload = trail.hop.party.workload
    services = mesh.registry.selecting(workload) if workload else []
    return any(ends_tls(s, p) is not None for s in services for p in s.ports if p.number == request.port)


def _reached(mesh: Mesh, trail: Trail, arrival: _Arrival, request: Request) -> set[int] | Trail:
    """The container ports that the port of a client outside leads to, through the Services in front of the gateway; the
    trail that ends where none of them has it. Not seeing any Service decides nothing."""
    workload = trail.hop.party.workload
    assert workload is not None  # noqa: S101 - a gateway with a pod has a workload
    if arrival.port is not None:
        return {arrival.port}
    services = mesh.registry.selecting(workload)
    if not services:
        return {request.port, *(o.port for o in opened(mesh, trail) if o.server.number == request.port)}
    found = mesh.gateways.dialled(workload, request.port)
    if found:
        return found
    said = f"{services[0].object} has no port {request.port} that leads to the gateway"
    place = services[0].object.at("spec.ports")
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=place)


def _refused(trail: Trail) -> Outcome:
    """Nothing listens: a client outside is refused; the proxy of the hop before gives its client an error."""
    if len(trail.hops) > 1 and trail.hops[-2].family == "http":
        return http(503, "UF", details=REFUSED)
    return dropped(Connection.REFUSED) if len(trail.hops) == 1 else dropped(Connection.RESET, "UF", "URX")


def _nobody(mesh: Mesh, request: Request, trail: Trail, gateway: Object) -> Trail:
    """A Gateway without pods: nothing listens. Where its pods were not seen, the walk goes on as if they were there."""
    spot = gateway.at("spec.selector")
    if gateways_seen(mesh):
        said = f"the selector of {gateway} matches no pods: nothing listens"
        return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=spot)
    said = f"no gateway pods were seen at all, so what {gateway} selects is not known"
    arrival = _arrival(mesh, request, trail)
    on_port = [o.server for o in opened(mesh, trail) if o.port == request.port and o.shadowed_by is None]
    fitting = [s for s in on_port if speaks(s, arrival.scheme)]
    chosen_server = _by_name(fitting, arrival)
    if chosen_server is not None:
        trail = trail.decide(server=chosen_server, family=_family(chosen_server))
    unlock = "kubectl get pods,services,deployments -A -l istio -o yaml"
    return trail.unknown(Stage.LISTENER, said, resource=spot, unlock=unlock)


def _wrong_protocol(trail: Trail, server: Server, arrival: _Arrival) -> Trail:
    spot = server.gateway.at(f"{server.path}.port.protocol")
    expected = server.protocol.upper()
    trail = trail.decide(server=server)
    said = f"{server.gateway} expects {expected} on port {server.number}, the client speaks {arrival.scheme}"
    if arrival.scheme != "http":
        outcome = Outcome(status=400, flags=("DPE",), details="http1.codec_error", connection=Connection.TLS_ERROR)
        return trail.fails(Stage.LISTENER, said, outcome, resource=spot)
    # Where any name is served, the connection reaches the TLS handshake and leaves no line in the log.
    any_name = any(h.rpartition("/")[2] == "*" for h in server.hosts)
    outcome = (
        dropped(Connection.RESET) if any_name else dropped(Connection.RESET, "NR", details="filter_chain_not_found")
    )
    return trail.fails(Stage.LISTENER, said, outcome, resource=spot)


def _by_name(fitting: list[Server], arrival: _Arrival) -> Server | None:
    """The server for a name: by the most specific host. Plaintext HTTP servers are one listener, whatever the host."""
    patterns = {p: s for s in reversed(fitting) if (p := s.pattern(arrival.name)) is not None}
    best = hosts.most_specific(arrival.name, patterns)
    if best is not None:
        return patterns[best]
    return fitting[0] if fitting and not fitting[0].tls else None


def _family(server: Server) -> str:
    """How the gateway reads what comes in at a server: HTTP where it sees it, else a connection."""
    terminated = server.protocol == "https" and server.tls in TERMINATING
    return "http" if server.protocol.family == "http" or terminated else "tcp"


def _server(mesh: Mesh, trail: Trail, fitting: list[Server], arrival: _Arrival) -> Trail:
    """The server among those of the port: TLS by the name in the hello."""
    server = _by_name(fitting, arrival)
    if server is None:
        said = f"no server on port {fitting[0].number} is for the name {arrival.name}"
        if hosts.is_address(arrival.name):
            said = (
                f"no server on port {fitting[0].number} takes a hello without a name, as {arrival.name} is an address"
            )
        outcome = dropped(Connection.RESET, "NR", details="filter_chain_not_found")
        spot = fitting[0].gateway.at(f"{fitting[0].path}.hosts")
        return trail.fails(Stage.LISTENER, said, outcome, resource=spot)
    result = {
        "name": f"0.0.0.0_{server.number}",
        "filter_chain": arrival.name if server.tls else "",
        "protocol": str(server.protocol),
        "tls": server.tls,
    }
    trail = trail.decide(server=server, family=_family(server))
    assumes: tuple[str, ...] = ("the certificate is good for the client",) if server.tls in TERMINATING else ()
    if server.tls in ASKING and len(trail.hops) == 1:
        assumes += ("the client shows a certificate that the gateway trusts",)
    unseen = assumed(mesh.index, server, trail.hop.party.namespace)
    if unseen is not None:
        assumes += (
            f"the pods get Secret {unseen.name} of namespace {unseen.namespace} (no Secrets were looked at there)",
        )
    said, spot = f"server {server.index} of {server.gateway}", server.gateway.at(server.path)
    if server.tls == "AUTO_PASSTHROUGH":
        said = f"{said} passes connections between networks on by their name, which is not modelled yet"
        return trail.unknown(Stage.LISTENER, said, resource=spot, result=result).ends(trail.outcome)
    return trail.passes(Stage.LISTENER, said, resource=spot, result=result, assumes=assumes)


def _with_secret(mesh: Mesh, trail: Trail) -> Trail:
    """The trail unless the pods do not get a Secret that the server names: then whoever opens a connection is cut off.

    Source: the comment on `SDSAdsConfig` in istio/istio pilot/pkg/security/model/authentication.go (a Secret that is
    missing holds up no listener); seen on a real Envoy: a reset, and no line in the log.
    """
    server, namespace = trail.hop.server, trail.hop.party.namespace
    lost = missing(mesh.index, server, namespace) if server else None
    if server is None or lost is None:
        return trail
    said = f"there is no Secret {lost.name} in namespace {namespace}, where the gateway looks for it"
    if lost.foreign:
        said = f"the gateway's pods in namespace {namespace} get no Secret of namespace {lost.namespace}"
    return trail.instead(Stage.LISTENER, said, dropped(Connection.RESET), resource=server.gateway.at(lost.field))
