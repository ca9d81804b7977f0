"""The pieces of a mesh: every bit of configuration that a request could use, as a case of its own.

An audit judges all of them; the consultation of one request only those that its walk touches. Pieces grow with the
objects, never with callers × targets: what depends on who calls is not judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import NamedTuple, TypeVar

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_canaries import about_canary
from troubleshooter.facts.of_certificates import certificate_cases
from troubleshooter.facts.of_clients import connection_cases, route_client, way_to
from troubleshooter.facts.of_connections import about_connection
from troubleshooter.facts.of_delegates import about_delegates_alone
from troubleshooter.facts.of_destinations import about_asked, about_cluster
from troubleshooter.facts.of_faults import fault_cases
from troubleshooter.facts.of_gateway_hosts import about_hosts_alone
from troubleshooter.facts.of_gateway_ports import about_gateway_ports
from troubleshooter.facts.of_gateway_secrets import about_gateway_secrets
from troubleshooter.facts.of_gateways import about_binding, about_gateway
from troubleshooter.facts.of_localities import about_failover
from troubleshooter.facts.of_lost_ztunnels import about_ztunnels
from troubleshooter.facts.of_mesh_hosts import about_mesh_hosts_alone
from troubleshooter.facts.of_piece_ports import port_meant
from troubleshooter.facts.of_pod_states import about_states_of
from troubleshooter.facts.of_pods import about_istiod
from troubleshooter.facts.of_probes import about_probes
from troubleshooter.facts.of_rival_servers import about_left_out_alone
from troubleshooter.facts.of_rivals import rival_cases
from troubleshooter.facts.of_routes import about_http_routes
from troubleshooter.facts.of_services import about_service_port
from troubleshooter.facts.of_shadowed import shadow_cases
from troubleshooter.facts.of_shared_ports import about_port_alone
from troubleshooter.facts.of_versions import about_version
from troubleshooter.facts.of_walks import about_mesh
from troubleshooter.facts.of_waypoints import waypoint_cases
from troubleshooter.facts.of_workloads import about_namespace, about_workload
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.injection.decision import NEVER, overruled_in_namespace
from troubleshooter.mesh.policy.mtls import Reason
from troubleshooter.mesh.routing.routes import MESH, gateways_of, routes_of
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Case, CaseKind, HopKind, Key, Object, Stage
from troubleshooter.walk import Hop, Party, Routing, Trail, Walked
from troubleshooter.walk.gateway.entering import gateways_seen

Thing = TypeVar("Thing")


def audit_cases(mesh: Mesh, only: Container[Key] | None = None) -> Iterator[Case]:
    """Every piece of the mesh, and the mesh itself; of the pieces of single objects those of `only`, if it is given.
    What belongs to one of several Kubernetes clusters is judged as its own istiod has it."""
    if len(mesh.clusters) < 2:
        yield from _audit(mesh, only)
        return
    for cluster in sorted(mesh.clusters):
        own = {o.key for o in mesh.inventory.objects if o.cluster == cluster and (only is None or o.key in only)}
        for case in _audit(mesh.seen_from(cluster), own):
            yield replace(case, id=f"{case.id}@{cluster}")


def _audit(mesh: Mesh, only: Container[Key] | None) -> Iterator[Case]:
    """The cases of a mesh, as one istiod has it."""

    def among(things: Iterable[Thing], object_of: Callable[[Thing], Object]) -> Iterator[Thing]:
        return (thing for thing in things if only is None or object_of(thing).key in only)

    yield mesh_case(mesh)
    for service in among(mesh.registry.all, attrgetter("object")):
        yield from _of_service(mesh, service)
    for space in among(mesh.index.all(CORE, "Namespace"), _itself):
        if overruled_in_namespace(mesh.index, space):
            yield namespace_case(mesh, space)
    for kind in ("Namespace", "Service"):
        yield from waypoint_cases(mesh, among(mesh.index.all(CORE, kind), _itself))
    for workload in among(mesh.workloads.all, attrgetter("object")):
        if workload.namespace not in NEVER or workload in mesh.ztunnels.sets:
            yield workload_case(mesh, workload)
    for gateway in among(mesh.gateways.all, _itself):
        yield gateway_case(mesh, gateway)
    for thing in among(mesh.virtual_services.all, _itself):
        yield from _of_virtual_service(mesh, thing)
    yield from certificate_cases(mesh, mesh.gateways.proxies())
    yield from rival_cases(mesh)


def _of_service(mesh: Mesh, service: Service) -> Iterator[Case]:
    if service.host == mesh.registry.of(service.object)[0].host:
        for port in service.ports:
            yield service_case(mesh, service, port)
            yield from connection_cases(mesh, service, port)


def _of_virtual_service(mesh: Mesh, thing: Object) -> Iterator[Case]:
    yield binding_case(mesh, thing)
    yield from route_cases(mesh, thing)
    yield from fault_cases(thing)
    yield from shadow_cases(thing)


def _itself(thing: Object) -> Object:
    return thing


def mesh_case(mesh: Mesh) -> Case:
    """What holds for the mesh as a whole."""
    case = CaseBuilder("mesh", CaseKind.MESH)
    about_mesh(case, mesh)
    return case.build()


def service_case(mesh: Mesh, service: Service, port: Port) -> Case:
    """One port of one service."""
    case = CaseBuilder(f"piece/service/{service.host}/{port.number}", CaseKind.PIECE)
    about_mesh(case, mesh)
    about_service_port(case, mesh, service, port)
    owner = mesh.virtual_services.for_mesh(service.host, service.namespace)
    if owner is not None:
        case.role("virtual_service", owner.at())
        held = routes_of(owner, "http")
        case.fact("virtual_service.http_routes", "present" if held else "absent", owner.at("spec.http"))
        about_http_routes(case, mesh, service, port, owner)
    about_failover(case, mesh, service, port)
    about_port_alone(case, mesh, service, port)
    return case.build()


def namespace_case(mesh: Mesh, space: Object) -> Case:
    """One namespace whose labels name two revisions."""
    case = CaseBuilder(f"piece/namespace/{space.name}", CaseKind.PIECE)
    about_mesh(case, mesh)
    about_namespace(case, mesh, space)
    return case.build()


def workload_case(mesh: Mesh, workload: Workload, *, needs_proxy: bool | None = None) -> Case:
    """One workload; `needs_proxy` is known only where a request in hand fails (or does not) for want of its proxy."""
    case = CaseBuilder(f"piece/workload/{workload.namespace}/{workload.object.kind}/{workload.name}", CaseKind.PIECE)
    about_mesh(case, mesh)
    about_workload(case, mesh, workload)
    about_probes(case, mesh, workload)
    about_states_of(case, workload)
    about_ztunnels(case, mesh, workload)
    about_version(case, mesh, workload)
    about_istiod(case, workload)
    if needs_proxy is not None:
        case.fact("workload.needs_proxy", "yes" if needs_proxy else "no", workload.object.at())
    return case.build()


def gateway_case(mesh: Mesh, gateway: Object) -> Case:
    """One Gateway."""
    case = CaseBuilder(f"piece/gateway/{gateway.namespace}/{gateway.name}", CaseKind.PIECE)
    about_gateway_ports(case, mesh, gateway)
    about_gateway_secrets(case, mesh, gateway)
    about_left_out_alone(case, mesh, gateway)
    about_gateway(case, mesh, gateway, seen=gateways_seen(mesh))
    return case.build()


def binding_case(mesh: Mesh, thing: Object) -> Case:
    """What one VirtualService is bound to."""
    case = CaseBuilder(f"piece/virtual_service/{thing.namespace}/{thing.name}", CaseKind.PIECE)
    about_binding(case, mesh, thing)
    about_delegates_alone(case, mesh, thing)
    about_hosts_alone(case, mesh, thing)
    about_mesh_hosts_alone(case, mesh, thing)
    return case.build()


def route_cases(mesh: Mesh, thing: Object) -> Iterator[Case]:
    """Each destination of each route of one VirtualService, as a proxy of its own namespace (or of its gateway's) would
    see it. Routes often share a destination: the way to it is looked for, and told of, once."""
    ways: dict[tuple[str, int, str, HopKind], _Way] = {}
    viewers: dict[tuple[str, str], list[tuple[Party, HopKind]]] = {}
    for route in (r for kind in ("http", "tls", "tcp") for r in routes_of(thing, kind)):
        for n, target in enumerate(mesh.virtual_services.destinations(route)):
            case = CaseBuilder(f"piece/route/{thing.namespace}/{thing.name}/{route.path}/{n}", CaseKind.PIECE)
            routing = Routing(owners=(thing,), route=route, destination=target)
            if (target.host, target.subset) not in viewers:
                viewers[target.host, target.subset] = list(_viewers(mesh, thing, target.host, target.subset))
            for party, kind in viewers[target.host, target.subset]:
                port = port_meant(mesh, route, target, kind)
                key = (target.host, port, target.subset, kind)
                if key not in ways:
                    ways[key] = _way(mesh, way_to(mesh, party, kind, target, port))
                _about_way(case, mesh, routing, ways[key])
            about_mesh(case, mesh)
            yield case.build()


class _Way(NamedTuple):
    """The way to a destination, after the cluster stage and (None if there is none) at an endpoint, and the facts that
    are the same for all routes that lead there."""

    found: Trail
    reached: Trail | None
    shared: CaseBuilder


def _way(mesh: Mesh, ends: tuple[Trail, Trail | None]) -> _Way:
    shared = CaseBuilder("way", CaseKind.PIECE)
    about_cluster(shared, mesh, ends[0].hop)
    return _Way(*ends, shared)


def _about_way(case: CaseBuilder, mesh: Mesh, routing: Routing, way: _Way) -> None:
    hop = way.found.decide(routing=routing).hop
    about_asked(case, mesh, hop)
    case.adopt(way.shared)
    about_canary(case, mesh, hop)
    if way.reached is not None:
        about_connection(case, way.reached, way.reached.hop)


def _viewers(mesh: Mesh, thing: Object, host: str, subset: str) -> Iterable[tuple[Party, HopKind]]:
    """The proxy for which a route is judged: a sidecar's or the gateway's."""
    bound = gateways_of(thing)
    if MESH in bound:
        yield route_client(mesh, thing, host, subset), HopKind.SENDER
        return
    gateway = mesh.gateways.get(bound[0])
    workloads = mesh.gateways.workloads(gateway) if gateway else []
    if workloads:
        pod = workloads[0].representative
        yield Party(namespace=workloads[0].namespace, workload=workloads[0], pod=pod), HopKind.GATEWAY


def touched_cases(mesh: Mesh, walked: Walked) -> list[Case]:
    """The pieces that a request's walk touches: the workloads at both ends of every connection, and the bindings of the
    VirtualServices for its host that are bound elsewhere."""
    cases: dict[str, Case] = {}
    for trail in walked.trails:
        for hop in trail.hops:
            for case in _of_hop(mesh, trail, hop):
                known = cases.get(case.id)
                if known is None or len(case.facts) > len(known.facts):
                    cases[case.id] = case
    return list(cases.values())


def _of_hop(mesh: Mesh, trail: Trail, hop: Hop) -> Iterator[Case]:
    broken = trail.failed and trail.steps[-1].stage is Stage.TRANSPORT and trail.hop is hop
    without = bool(hop.offer and hop.offer.reason is Reason.NO_PROXY)
    if hop.party.workload is not None and hop.kind is HopKind.SENDER:
        view = mesh.seen_from(hop.party.cluster)
        yield workload_case(view, hop.party.workload, needs_proxy=broken and without)
    if hop.kind is HopKind.GATEWAY and hop.party.workload is not None and hop.server is not None and hop.server.tls:
        yield from certificate_cases(mesh.seen_from(hop.party.cluster), [hop.party.workload])
    if hop.endpoint is not None and hop.endpoint.workload is not None:
        bare = bool(hop.endpoint.pod and not hop.endpoint.pod.proxy)
        view = mesh.seen_from(hop.endpoint.workload.object.cluster)
        yield workload_case(view, hop.endpoint.workload, needs_proxy=broken and bare)
    if not trail.failed:
        yield from _namespaces(mesh, hop)


def _namespaces(mesh: Mesh, hop: Hop) -> Iterator[Case]:
    """The namespaces of both ends. Where the request fails, the workload's own case says what their labels came to."""
    reached = hop.endpoint.workload if hop.endpoint else None
    for name in dict.fromkeys([hop.party.namespace, *([reached.namespace] if reached else [])]):
        space = mesh.index.get(CORE, "Namespace", "", name)
        if space is not None and overruled_in_namespace(mesh.index, space):
            yield namespace_case(mesh, space)
