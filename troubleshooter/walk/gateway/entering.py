"""A gateway's hop up to its listener: the way in, and the servers of the port that it leads to.

Must not know routes, or which of these servers takes the connection (`filter_chains` does).
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/; `mergeGateways` in istio/istio
pilot/pkg/model/gateway.go; pilot/pkg/networking/core/gateway.go there.
"""

from __future__ import annotations

from troubleshooter.mesh.gateway.credentials import Lack, missing, unfit
from troubleshooter.mesh.gateway.load_balancers import ends_tls
from troubleshooter.mesh.gateway.servers import Opened
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.mesh.policy.mtls import Sends
from troubleshooter.model import Connection, Object, Request, Stage
from troubleshooter.walk.basis.decisions import Trail, dropped
from troubleshooter.walk.caller import old_versions
from troubleshooter.walk.caller.readiness import nobody_ready
from troubleshooter.walk.gateway.filter_chains import Arrival, by_name, family_of, refused, take_connection, understands
from troubleshooter.walk.gateway.node_doors import dial_node, dialled_node
from troubleshooter.walk.routes.routing import host_of, touching


def arrive(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """Dns and capture: that the name leads to the gateway is assumed; that it has pods is looked at."""
    if len(trail.hops) == 1:
        trail = _found(trail, request, dialled_node(mesh, request, trail))
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


def _found(trail: Trail, request: Request, node: str) -> Trail:
    """Where a client outside finds the gateway: at a node that it dials, or where its DNS and a load balancer lead."""
    if node:
        return trail.passes(Stage.DNS, f"{request.host} is node {node}")
    assumes = (f"public DNS and the load balancer lead {request.host} to this gateway",)
    return trail.passes(Stage.DNS, f"{request.host} leads to the gateway", assumes=assumes)


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
    trail = dial_node(mesh, request, trail)
    if trail.failed:
        return trail
    touched = touching(mesh, trail, Stage.LISTENER)
    if touched is not None:
        return touched
    arrival = _arrival(mesh, request, trail)
    reached = _reached(mesh, trail, arrival, request)
    if isinstance(reached, Trail):
        return reached
    there = [o for o in opened(mesh, trail) if o.port in reached]
    if not any(o.listens for o in there):
        return _closed(mesh, trail, arrival.port or request.port, there)
    trail = take_connection(mesh, trail, [o for o in there if o.listens], arrival)
    trail = trail if trail.failed else _with_secret(mesh, trail)
    return trail if trail.failed else _in_its_version(mesh, request, trail)


def _in_its_version(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail unless the server reads HTTP and the client speaks HTTP/1.0."""
    server = trail.hop.server
    place = server.gateway.at(f"{server.path}.port.protocol") if server else None
    return old_versions.refused(mesh, request, trail, place) or trail


def _closed(mesh: Mesh, trail: Trail, port: int, there: list[Opened]) -> Trail:
    """Nothing listens on the port: no server is for it, the pods do not open it (for others), or are not selected."""
    workload, kept = trail.hop.party.workload, next((o for o in there if o.barred), None)
    said = f"no Gateway opens port {port} on {workload}"
    place = next((g.at("spec.servers") for g in trail.hop.party.gateways), trail.hop.party.resource)
    missed = next((g for g in trail.hop.party.gateways if not mesh.gateways.workloads(g)), None)
    if missed is not None:
        said, place = (
            f"the selector of {missed} matches no pods: nothing listens on {workload}",
            missed.at("spec.selector"),
        )
    elif kept is not None:
        spot = f"{kept.server.path}.{kept.barred}"
        bind = f"is bound to {kept.server.bind}, where only the pod itself gets"
        why = bind if kept.barred == "bind" else f"is on port {kept.port}, which {workload} may not open"
        said, place = f"a server of {kept.server.gateway} {why}", kept.server.gateway.at(spot)
    return trail.fails(Stage.LISTENER, said, refused(trail), resource=place)


def opened(mesh: Mesh, trail: Trail) -> list[Opened]:
    """The servers of all Gateways of the pods at this hop."""
    party = trail.hop.party
    gateways = mesh.gateways.for_workload(party.workload) if party.workload else party.gateways
    return mesh.gateways.opened(gateways, party.workload)


def _arrival(mesh: Mesh, request: Request, trail: Trail) -> Arrival:
    if len(trail.hops) == 1:
        scheme = "http" if request.scheme == "https" and decrypted(mesh, request, trail) else request.scheme
        return Arrival(scheme=scheme, name=request.sni or request.host, port=None)
    before, endpoint = trail.hops[-2], trail.hop.endpoint
    port = (endpoint.relay or endpoint.port) if endpoint else request.port
    if before.offer is not None and before.offer.sends is not Sends.PLAINTEXT:
        return Arrival(scheme="https", name=before.offer.sni or host_of(request), port=port)
    scheme = "http" if before.family == "http" else request.scheme
    return Arrival(scheme=scheme, name=request.sni or request.host, port=port)


def decrypted(mesh: Mesh, request: Request, trail: Trail) -> bool:
    """Whether the load balancer in front ends the TLS of a client outside."""
    workload = trail.hop.party.workload
    services = mesh.registry.selecting(workload) if workload else []
    return any(ends_tls(s, p) is not None for s in services for p in s.ports if p.number == request.port)


def _reached(mesh: Mesh, trail: Trail, arrival: Arrival, request: Request) -> set[int] | Trail:
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


def _nobody(mesh: Mesh, request: Request, trail: Trail, gateway: Object) -> Trail:
    """A Gateway without pods: nothing listens. Where its pods were not seen, the walk goes on as if they were there."""
    spot = gateway.at("spec.selector")
    if gateways_seen(mesh):
        said = f"the selector of {gateway} matches no pods: nothing listens"
        return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=spot)
    said = f"no gateway pods were seen at all, so what {gateway} selects is not known"
    arrival = _arrival(mesh, request, trail)
    on_port = [o.server for o in opened(mesh, trail) if o.port == request.port and o.listens]
    chosen_server = by_name([s for s in on_port if understands(s, arrival.scheme)], arrival)
    if chosen_server is not None and chosen_server.tls != "AUTO_PASSTHROUGH":  # what that leads to, its pods know
        trail = trail.decide(server=chosen_server, family=family_of(chosen_server))
    unlock = "kubectl get pods,services,deployments -A -l istio -o yaml"
    return trail.unknown(Stage.LISTENER, said, resource=spot, unlock=unlock)


def _with_secret(mesh: Mesh, trail: Trail) -> Trail:
    """The trail unless the pods do not get a Secret that the server names, or it holds nothing that they could be
    given: then whoever opens a connection is cut off.

    Source: the comment on `SDSAdsConfig` in istio/istio pilot/pkg/security/model/authentication.go (a Secret that is
    missing holds up no listener); seen on a real Envoy: a reset, and no line in the log.
    """
    server, namespace = trail.hop.server, trail.hop.party.namespace
    lost = missing(mesh.index, server, namespace) if server else None
    if server is None or lost is None:
        return _with_keys(mesh, trail)
    said = f"there is no Secret {lost.name} in namespace {namespace}, where the gateway looks for it"
    if lost.foreign:
        said = f"the gateway's pods in namespace {namespace} get no Secret of namespace {lost.namespace}"
    return trail.instead(Stage.LISTENER, said, dropped(Connection.RESET), resource=server.gateway.at(lost.field))


LACKING = {
    Lack.CERTIFICATE: "has no keys tls.crt and tls.key, so the gateway has no certificate",
    Lack.AUTHORITY: "has no key ca.crt, so the gateway cannot check the certificates of clients",
}


def _with_keys(mesh: Mesh, trail: Trail) -> Trail:
    server = trail.hop.server
    found = unfit(mesh.index, server, trail.hop.party.namespace) if server else None
    if found is None:
        return trail
    said = f"{found.secret} {LACKING[found.lacks]}"
    return trail.instead(Stage.LISTENER, said, dropped(Connection.RESET), resource=found.secret.at("data"))
