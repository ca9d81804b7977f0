"""Facts about one branch of a walk, read off the decisions of its stages.

In focus is the connection at which the branch dies, or its last one: who makes it is the `caller`, who takes it the
`target`. Must not look anything up that the walk did not decide, but for what the other derivers say of the same
objects."""

from __future__ import annotations

from troubleshooter.evidence import Evidence
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation, about_failure, disproved
from troubleshooter.facts.of_asked_ports import about_asked_port
from troubleshooter.facts.of_canaries import about_canary
from troubleshooter.facts.of_connections import about_connection
from troubleshooter.facts.of_delegates import about_delegate
from troubleshooter.facts.of_denials import spares_callers
from troubleshooter.facts.of_destinations import about_destination
from troubleshooter.facts.of_egress import about_egress
from troubleshooter.facts.of_entry_endpoints import about_entry_endpoints
from troubleshooter.facts.of_evidence import Scene, about_evidence
from troubleshooter.facts.of_exceptions import about_exception
from troubleshooter.facts.of_expected_names import about_expected_names
from troubleshooter.facts.of_exports import about_hidden_routes
from troubleshooter.facts.of_far_ports import about_far_port
from troubleshooter.facts.of_gateway_only import about_gateway_only
from troubleshooter.facts.of_gateways import about_binding
from troubleshooter.facts.of_host_headers import about_host_header
from troubleshooter.facts.of_identities import about_origin
from troubleshooter.facts.of_idle_timeouts import about_idle_timeout
from troubleshooter.facts.of_inbound_rivals import about_inbound_rival
from troubleshooter.facts.of_limits import about_limits
from troubleshooter.facts.of_localities import about_endpoints, locality_word
from troubleshooter.facts.of_mesh_hosts import about_mesh_host
from troubleshooter.facts.of_network_policies import about_network_policy
from troubleshooter.facts.of_new_pods import about_new_pod, about_readiness
from troubleshooter.facts.of_nodes import about_node
from troubleshooter.facts.of_old_versions import about_old_version
from troubleshooter.facts.of_pod_addresses import about_pod_address
from troubleshooter.facts.of_pods import about_gateway_pods, about_waiting_caller
from troubleshooter.facts.of_policies import about_credentials, about_denial, judging_hop
from troubleshooter.facts.of_probes import about_refused_probes
from troubleshooter.facts.of_reading import about_reading
from troubleshooter.facts.of_rewrites import about_unknown_path
from troubleshooter.facts.of_roots import about_roots, about_trust_domains
from troubleshooter.facts.of_routes import about_competition, about_route
from troubleshooter.facts.of_services import about_service_port
from troubleshooter.facts.of_shared_ports import about_shared_port
from troubleshooter.facts.of_source_addresses import about_source_address
from troubleshooter.facts.of_stops import about_endpoint_seen, about_stopping
from troubleshooter.facts.of_the_way import about_the_way
from troubleshooter.facts.of_timeouts import about_lateness
from troubleshooter.facts.of_tokens import about_logged_token
from troubleshooter.facts.of_ways_in import about_way_in
from troubleshooter.facts.of_wider_hosts import about_wider_host
from troubleshooter.facts.of_workloads import about_labels, about_start, about_workload
from troubleshooter.facts.of_ztunnel import about_ends_of_ztunnel
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.policy.mtls import Reason
from troubleshooter.mesh.policy.policy_rules import KEYS
from troubleshooter.model import Case, CaseKind, Connection, HopKind, Request, Resource, Stage
from troubleshooter.walk import Hop, Trail, Walked
from troubleshooter.walk.caller.sniffing import gives_up
from troubleshooter.walk.target.subjects import OF_THE_PEER

ENTRY_PROTOCOLS = {"http": "HTTP", "tls": "TLS", "tcp": "TCP"}


def walk_cases(
    mesh: Mesh, walked: Walked, observation: Observation | None = None, evidence: Evidence | None = None
) -> list[Case]:
    """One case for each branch, in their order, with what a log line and other evidence told."""
    views = (mesh.seen_from(sending_hop(trail).party.cluster) for trail in walked.trails)
    given = evidence or Evidence()
    return [_of_branch(view, walked, n, observation, given) for n, view in enumerate(views)]


def sending_hop(trail: Trail) -> Hop:
    """The hop whose connection is in focus: the last that sends."""
    last = trail.hop
    return trail.hops[-2] if last.kind is HopKind.TARGET and len(trail.hops) > 1 else last


def _calling_hop(trail: Trail, sending: Hop) -> Hop:
    """The hop whose identity the far end sees: that before a gateway which passes its TLS on."""
    return trail.peer or sending if trail.hop.kind is HopKind.TARGET else sending


def _of_branch(mesh: Mesh, walked: Walked, number: int, observation: Observation | None, evidence: Evidence) -> Case:
    request, branch, trail = walked.walk.request, walked.walk.branches[number], walked.trails[number]
    case = CaseBuilder(f"walk/{number}", CaseKind.WALK)
    hop = sending_hop(trail)
    about_mesh(case, mesh)
    about_the_way(case, mesh, request, trail)
    _about_bare_end(case, mesh, trail, hop)
    _about_request(case, mesh, request, hop)
    about_reading(case, request, trail, hop)
    _about_caller(case, _calling_hop(trail, hop))
    about_old_version(case, request, trail)
    about_origin(case, trail)
    about_node(case, mesh, trail)
    about_way_in(case, mesh, request, trail, hop)
    about_egress(case, mesh, request, (branch, trail), observation)
    about_hidden_routes(case, mesh, request, trail, hop)
    about_delegate(case, mesh, hop)
    about_route(case, mesh, request, hop)
    about_wider_host(case, mesh, request, hop)
    if hop.routing and hop.routing.overlooked and "virtual_service.exported" not in case.facts:
        _about_overlooked(case, mesh, hop)
    about_gateway_only(case, mesh, request, trail, hop)
    about_mesh_host(case, mesh, hop)
    about_host_header(case, mesh, request, hop)
    about_asked_port(case, mesh, request, hop)
    _about_what_is_reached(case, mesh, request, trail, hop)
    if observation is not None:
        about_logged_token(case, branch, trail, (observation.entry, observation.source))
    judging = judging_hop(branch, trail)
    about_credentials(case, mesh, request, judging, _calling_hop(trail, hop))
    _about_sending_pods(case, mesh, trail, hop)
    about_competition(case, mesh, request, hop)
    if observation is not None:
        case.forget(disproved(branch, trail))
        about_denial(case, mesh, judging, observation)
        _about_seen(case, mesh, hop, observation)
    about_source_address(case, mesh, trail, judging, observation)
    about_evidence(case, Scene(mesh=mesh, evidence=evidence, trail=trail, hop=hop, observation=observation))
    died = branch.failed
    return case.build(died.stage if died else None)


def _about_what_is_reached(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """From the cluster on: what is sent to, and the connection to it."""
    about_destination(case, mesh, hop)
    about_canary(case, mesh, hop)
    _about_service(case, mesh, trail, hop)
    about_far_port(case, hop)
    about_entry_endpoints(case, mesh, trail, hop)
    if hop.cluster is not None:
        about_limits(case, hop.cluster)
    about_connection(case, trail, hop)
    about_expected_names(case, mesh, trail, hop)
    about_stopping(case, hop)
    about_readiness(case, hop)
    about_network_policy(case, mesh, hop)
    about_shared_port(case, hop)
    about_inbound_rival(case, mesh, trail, hop)
    about_roots(case, mesh, hop)
    about_trust_domains(case, mesh, hop)
    about_exception(case, mesh, hop)
    about_pod_address(case, mesh, request, hop)


def _about_service(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """The service that is sent to, and its endpoints."""
    service = hop.cluster.service if hop.cluster else hop.service
    port = hop.cluster.service_port if hop.cluster else hop.port
    if service is not None and port is not None:
        case.fact("service.endpoints_meant", "yes", service.object.at())
        if not (hop.endpoint and hop.endpoint.pod and hop.endpoint.pod.gateway):
            about_service_port(case, mesh, service, port)  # what a gateway reads, its servers say
        if trail.failed and trail.steps[-1].stage is Stage.ENDPOINT:
            about_refused_probes(case, mesh, service)
    about_endpoints(case, hop)


def _about_seen(case: CaseBuilder, mesh: Mesh, hop: Hop, observation: Observation) -> None:
    """What a log line tells, beside what was decided."""
    about_idle_timeout(case, mesh, hop, observation)
    about_endpoint_seen(case, mesh, hop, observation)
    about_new_pod(case, hop, observation)
    about_failure(case, observation)
    about_ends_of_ztunnel(case, mesh, observation.entry, observation.source)
    about_lateness(case, observation)
    about_unknown_path(case, observation)


def _about_sending_pods(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """What the labels and pods of the caller come to: why they let nothing in or out, or what is wrong with them though
    the request arrives."""
    workload = hop.party.workload
    if workload is None:
        return
    if not trail.failed and hop.kind is HopKind.SENDER:
        about_labels(case, mesh, workload)
        about_start(case, workload)
    elif trail.failed and trail.steps[-1].stage is Stage.LISTENER:
        at_gateway = hop.kind is HopKind.GATEWAY
        (about_gateway_pods if at_gateway else about_waiting_caller)(case, mesh, workload)


def about_mesh(case: CaseBuilder, mesh: Mesh) -> None:
    """The mesh-wide settings that decide something; defaults have no place to point at. They are the same in every
    case, and worked out once."""
    case.adopt(mesh.index.kept("about_mesh", lambda _: _settings(mesh)))


def _settings(mesh: Mesh) -> CaseBuilder:
    case = CaseBuilder("mesh", CaseKind.MESH)
    _about_settings(case, mesh)
    return case


def _about_settings(case: CaseBuilder, mesh: Mesh) -> None:
    settings = mesh.settings
    case.role("mesh", settings.source.at() if settings.source else None)
    if not settings.readable:
        return
    case.fact("mesh.auto_mtls", "on" if settings.auto_mtls else "off", settings.at("enableAutoMtls"))
    case.fact("mesh.locality_lb", locality_word(settings.locality_setting), settings.at("localityLbSetting"))
    waits = "some" if gives_up(settings) else "none"
    case.fact("mesh.detection_timeout", waits, settings.at("protocolDetectionTimeout"))
    if mesh.several:
        case.fact("mesh.kubernetes_clusters", "several")
    case.fact("mesh.clusters", "not-read" if mesh.clusters_not_read else "read", *mesh.clusters_not_read)


def _about_request(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    spoken = {"http": "http", "https": "tls", "tcp": "tcp"}[request.scheme]
    case.fact("request.protocol", spoken)
    case.detail("request.method", request.method)
    case.detail("request.path", request.path.partition("?")[0])
    case.detail("request.host", request.host)
    case.detail("request.port", request.port)
    case.detail("request.url", request.to)
    case.detail("request.protocol_name", ENTRY_PROTOCOLS[spoken])
    case.detail("request.port_name", f"{spoken}-{request.port}")
    space = mesh.index.get(CORE, "Namespace", "", hop.party.namespace)
    case.role("namespace", space.at() if space else Resource(kind="Namespace", name=hop.party.namespace))


def _about_caller(case: CaseBuilder, hop: Hop) -> None:
    party = hop.party
    case.role("caller", party.resource)
    if hop.kind is HopKind.GATEWAY:
        case.fact("caller.kind", "gateway" if party.pod else "outside", party.resource)
    else:
        case.fact("caller.kind", "assumed" if party.assumed else "workload", party.resource)
    if party.pod is not None and not party.assumed:
        if party.pod.proxy_seen:
            case.fact("caller.proxy", "present" if party.pod.proxy else "absent", party.pod.owner.at("spec"))
        case.detail("caller.template_field", f"{party.workload.template.path}metadata" if party.workload else None)


def _about_bare_end(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """The workload for want of whose proxy the two ends of the connection do not agree, or the far end does not know
    the caller, if there is one."""
    if not trail.failed or hop.offer is None:
        return
    broken = trail.steps[-1].stage is Stage.TRANSPORT
    bare = None
    if (
        hop.offer.reason is Reason.NO_PROXY
        and not hop.party.proxied
        and (broken or wants_identity(trail) or _hangs(trail))
    ):
        bare = hop.party.workload
    elif broken and hop.endpoint and hop.endpoint.pod and not hop.endpoint.pod.proxy:
        bare = hop.endpoint.workload
    if bare is not None:
        about_workload(case, mesh, bare)
        case.fact("workload.needs_proxy", "yes", bare.object.at())


def _hangs(trail: Trail) -> bool:
    """Whether the far end waits for a handshake that a proxy would begin at once."""
    return trail.hop.kind is HopKind.TARGET and trail.outcome.connection is Connection.TIMEOUT


def wants_identity(trail: Trail) -> bool:
    """Whether the request is denied because no rule that asks who calls could match."""
    judgement = trail.hop.judgement
    if trail.steps[-1].stage is not Stage.AUTHORIZATION or judgement is None:
        return False
    return spares_callers(judgement) or any(KEYS.get(m.attribute, m.attribute) in OF_THE_PEER for m in judgement.misses)


def _about_overlooked(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """The VirtualService that means the host but is bound to a Gateway that does not exist, if there is one; else the
    first that means it."""
    assert hop.routing is not None  # noqa: S101 - the caller looked
    wanted = f"{hop.server.gateway.namespace}/{hop.server.gateway.name}" if hop.server else ""
    for thing in hop.routing.overlooked:
        trial = CaseBuilder("trial", CaseKind.WALK)
        about_binding(trial, mesh, thing, wanted)
        found = trial.facts.get("virtual_service.gateway_ref")
        if found and found.word == "not-found":
            about_binding(case, mesh, thing, wanted)
            return
    about_binding(case, mesh, hop.routing.overlooked[0], wanted)
