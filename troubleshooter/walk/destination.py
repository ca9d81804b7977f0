"""The cluster and endpoint stages, the same for a sidecar and a gateway: does the destination exist, and who answers?

Must not know how the route was chosen, or what the far end does with the request.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/;
https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from troubleshooter.mesh.endpoints import Absence, Endpoints
from troubleshooter.mesh.index import selects
from troubleshooter.mesh.locality import place
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.protocols import Protocol
from troubleshooter.mesh.services import Endpoint, Port, Service
from troubleshooter.mesh.virtual_services import Destination
from troubleshooter.model import Connection, HopKind, Outcome, Request, Stage
from troubleshooter.walk.balancing import distribution, kinds, locality_setting, own_labels, section, shown
from troubleshooter.walk.decisions import Cluster, Trail, dropped, http
from troubleshooter.walk.pod_addresses import members
from troubleshooter.walk.routing import touching
from troubleshooter.walk.sender import PASSTHROUGH, bypassed, objects_of

CONTROLLERS = ("statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/")
"""How labels begin that controllers put on pods; others end in `-hash`."""
SLIP = 0.75
"""How much alike two DNS suffixes must be for one to be a slip of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The destination asked for: by a route, or by what the client dialled."""

    host: str
    port: int | None
    subset: str
    target: Destination | None


def find_cluster(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """cluster: whether the destination, its port and its subset exist, and which DestinationRule applies."""
    hop = trail.hop
    target = hop.routing.destination if hop.routing else None
    if target is None and (hop.service is None or hop.passthrough or bypassed(trail)):
        return _as_dialled(request, trail)
    wanted = (
        _Wanted(host=target.host, port=target.port, subset=target.subset, target=target)
        if target
        else _Wanted(host=hop.service.host if hop.service else "", port=request.port, subset="", target=None)
    )
    return _with_rule(mesh, request, trail, wanted)


def _as_dialled(request: Request, trail: Trail) -> Trail:
    """Where nothing routes the connection: to the address that the client dialled. Only a Service's own ports lead
    anywhere."""
    hop = trail.hop
    name = "" if bypassed(trail) else PASSTHROUGH
    service = hop.service
    host = service.host if service else request.host
    cluster = Cluster(name=name, host=host, port=request.port, service=service, service_port=hop.port)
    trail = trail.decide(cluster=cluster)
    if service is None:
        return trail.passes(Stage.CLUSTER, "passed through", result={"name": name})
    if hop.port is None and not (service.entry or service.headless or service.external_name):
        said = f"{service.object} has no port {request.port}"
        spot = service.object.at("spec.ports")
        return trail.fails(Stage.CLUSTER, said, dropped(Connection.REFUSED), resource=spot)
    said = "passed through" if name else str(service.object)
    return trail.passes(Stage.CLUSTER, said, resource=service.object.at(), result={"name": name})


def _with_rule(mesh: Mesh, request: Request, trail: Trail, wanted: _Wanted) -> Trail:
    hop, party = trail.hop, trail.hop.party
    found = mesh.registry.find(wanted.host, party.namespace)
    service = mesh.registry.behind(found, party.namespace) if found else None
    host = service.host if service and service is not found else wanted.host
    listener = hop.server.number if hop.server else request.port
    port = wanted.port or (service.ports[0].number if service and len(service.ports) == 1 else listener)
    service_port = service.port(port) if service else None
    rule = mesh.destination_rules.in_force(service, party.namespace, party.labels) if service else None
    rivals = mesh.destination_rules.rivals(service, party.namespace, rule) if service and rule else []
    missing = ""
    if service is None:
        missing = "host"
    elif service_port is None:
        missing = "port"
    elif wanted.subset and (rule is None or rule.subset(wanted.subset) is None):
        missing = "subset"
    cluster = Cluster(
        name=f"outbound|{port}|{wanted.subset}|{host}", host=host, port=port, subset=wanted.subset, service=service,
        service_port=service_port, rule=rule, rivals=tuple(rivals), missing=missing,
    )  # fmt: skip
    trail = trail.decide(cluster=cluster)
    touched = touching(mesh, trail, Stage.CLUSTER)
    if touched is not None:
        return touched
    return _missing(mesh, trail, cluster, wanted) if missing else _found(trail, cluster)


def _found(trail: Trail, cluster: Cluster) -> Trail:
    spot = cluster.rule.object.at() if cluster.rule else None
    if spot is None and cluster.service:
        spot = cluster.service.object.at()
    by = f", with {cluster.rule.object}" if cluster.rule else ""
    return trail.passes(Stage.CLUSTER, f"{cluster.name}{by}", resource=spot, result={"name": cluster.name})


def _missing(mesh: Mesh, trail: Trail, cluster: Cluster, wanted: _Wanted) -> Trail:
    """A destination of which a part does not exist: 503 NC. Not known where its Service may not have been seen."""
    spot = wanted.target.place if wanted.target else None
    unseen = why_not_known(mesh, wanted.host) if cluster.missing == "host" else ""
    if unseen:
        unlock = objects_of(wanted.host.split(".")[1])
        return trail.unknown(Stage.CLUSTER, unseen, resource=spot, result={"name": cluster.name}, unlock=unlock)
    hidden = mesh.registry.get(wanted.host)
    unknown = f"{hidden.object} is not exported to namespace {trail.hop.party.namespace}" if hidden else ""
    said = {
        "host": unknown or f"{wanted.host} is in no registry",
        "port": f"{cluster.service.object if cluster.service else wanted.host} has no port {cluster.port}",
        "subset": f"no DestinationRule in force defines subset {cluster.subset} of {cluster.host}",
    }[cluster.missing]
    outcome = http(503, "NC", details="cluster_not_found")
    if trail.hop.family != "http":
        outcome = dropped(Connection.RESET, "NC")
    return trail.fails(Stage.CLUSTER, said, outcome, resource=spot, result={"name": cluster.name})


def why_not_known(mesh: Mesh, host: str) -> str:
    """Why it cannot be told that a host does not exist that is in no registry; "" where it can be.

    It cannot where no Service or workload of its namespace was seen, but if a Service of that name is somewhere else;
    or where it is the name of a Service but for the DNS suffix of the cluster, which no object tells.
    """
    name, namespace, svc, suffix = [*host.split(".", 3), "", "", ""][:4]
    if svc != "svc" or not suffix:
        return ""
    if suffix != mesh.settings.domain:
        known = mesh.registry.get(f"{name}.{namespace}.svc.{mesh.settings.domain}")
        slip = difflib.SequenceMatcher(None, suffix, mesh.settings.domain).ratio() > SLIP
        return f"whether names of this cluster end in {suffix} is not said by any object" if known and not slip else ""
    kubernetes = [s for s in mesh.registry.all if not s.entry]
    if any(s.namespace == namespace for s in kubernetes) or mesh.workloads.inside(namespace):
        return ""
    if mesh.index.saw(namespace) and any(s.object.name == name for s in kubernetes):
        return ""
    return f"no Service or workload of namespace {namespace} was seen, where {host} would be"


def choose_endpoints(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """endpoint: a trail for each kind of endpoint that gets requests."""
    cluster = trail.hop.cluster
    assert cluster is not None  # noqa: S101 - the cluster stage ran
    dialled = cluster.name in ("", PASSTHROUGH)
    service, port = cluster.service, cluster.service_port
    if service is None or (dialled and (service.entry or service.external_name)):
        return [_beyond(mesh, request, trail, cluster)]
    if port is None and not dialled:
        return [_beyond(mesh, request, trail, cluster)]
    found = _of_service(mesh, trail, service, port)
    kept = [e for e in found.ready if _in_subset(e, cluster)]
    trail = trail.decide(endpoints=found)
    if not kept:
        return [_none(mesh, trail, cluster, found)]
    straight = dialled or _own_address(trail, service)
    placement = place(
        kept,
        setting=None if straight else locality_setting(mesh, cluster),
        outlier_detection=section(cluster, "outlierDetection") is not None,
        traffic_distribution="" if straight else distribution(cluster),
        locality=trail.hop.party.pod.locality if trail.hop.party.pod else "",
        labels=own_labels(trail),
    )
    trail = trail.decide(placement=placement)
    first = [(e, s) for e, s in zip(placement.endpoints, placement.shares, strict=True) if s > 0]
    if not first:
        said = f"{cluster.name}: no weight leads from this locality to any endpoint"
        return [trail.fails(Stage.ENDPOINT, said, _no_host(trail), result={"endpoints": []})]
    result = {"endpoints": [shown(e) for e in placement.endpoints]}
    return [_to_kind(trail, kind, share, result, len(first)) for kind, share in kinds(first)]


def _own_address(trail: Trail, service: Service) -> bool:
    """Whether a client dials the endpoints themselves: those of a headless Service, which has no address of its own.

    A proxy beside the client keeps to what was dialled. A gateway has the endpoints from istiod.
    Source: `convertResolution` in istio/istio pilot/pkg/networking/core/cluster_builder.go.
    """
    return service.headless and trail.hop.service is service and trail.hop.kind is HopKind.SENDER


def _of_service(mesh: Mesh, trail: Trail, service: Service, port: Port | None) -> Endpoints:
    """The endpoints of a service port; those of a headless Service on the port that was dialled, whatever targetPort
    says, and only the pod that was asked for by its own name."""
    dialled = trail.hop.cluster.port if trail.hop.cluster else 0
    if port is None:
        port = Port(number=dialled, name="", protocol=Protocol.AUTO, target=dialled, path="spec.ports")
    found = mesh.endpoints(service, port)
    if not _own_address(trail, service):
        return found
    asked = members(found.all, trail.hop.member) if trail.hop.member else found.all
    return replace(found, all=tuple(replace(e, port=dialled) for e in asked))


def _to_kind(trail: Trail, endpoint: Endpoint, share: float, result: Mapping[str, object], total: int) -> Trail:
    cluster = trail.hop.cluster
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - the caller looked them up
    where = endpoint.workload or endpoint.address or cluster.host
    said = f"{total} endpoint{'s' if total != 1 else ''}, {where} port {endpoint.port} among them"
    spot = endpoint.workload.object.at() if endpoint.workload else cluster.service.object.at()
    trail = trail.splits("endpoints", share).decide(endpoint=endpoint)
    assumes = _beyond_cluster(trail, endpoint) if endpoint.pod else (f"{endpoint.address} answers",)
    return trail.passes(Stage.ENDPOINT, said, resource=spot, result=result, assumes=assumes)


def _beyond_cluster(trail: Trail, endpoint: Endpoint) -> tuple[str, ...]:
    """What is taken for granted of the network between two Kubernetes clusters."""
    near, far = trail.hop.party.cluster, endpoint.pod.owner.cluster if endpoint.pod else ""
    return (f"pods of cluster {far} can be reached from cluster {near}",) if near and far and near != far else ()


def _in_subset(endpoint: Endpoint, cluster: Cluster) -> bool:
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and cluster.subset else None
    return subset is None or selects(subset.labels, endpoint.all_labels)


def labels_known(wanted: Mapping[str, str], endpoints: Iterable[Endpoint]) -> bool:
    """Whether it can be told that none of these endpoints has the labels: it cannot for an address of which no pod was
    seen, for labels of a place (istiod adds them), and for those that a controller puts on its pods as they run."""
    if any(key.startswith("topology.") or key == "kubernetes.io/hostname" for key in wanted):
        return False
    running = any(key.endswith("-hash") or key.startswith(CONTROLLERS) for key in wanted)
    return all(e.labels is not None or (e.pod and not (running and e.pod.standin)) for e in endpoints)


def _none(mesh: Mesh, trail: Trail, cluster: Cluster, found: Endpoints) -> Trail:
    """No endpoint that is ready (in the subset)."""
    assert cluster.service is not None  # noqa: S101 - the caller looked it up
    elsewhere = next(iter(mesh.clusters_not_read), None)
    unseen = ""
    if found.absence is Absence.NOT_SEEN:
        unseen = f"no workloads or endpoints of namespace {cluster.service.namespace} were seen"
    elif elsewhere is not None and not cluster.service.entry and not bypassed(trail):
        unseen = f"nothing of {cluster.service.object} is ready here, and {elsewhere} names a cluster that was not read"
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and found.ready else None
    if subset is not None and not unseen and not labels_known(subset.labels, found.ready):
        unseen = f"whether some endpoint of {cluster.service.object} is in subset {cluster.subset} cannot be told"
    if unseen:
        spot = cluster.service.object.at()
        unlock = "" if elsewhere else objects_of(cluster.service.namespace)
        seen = trail.unknown(Stage.ENDPOINT, unseen, resource=spot, result={"endpoints": []}, unlock=unlock)
        return seen.ends(trail.outcome)
    said = f"{cluster.service.object} port {cluster.port} has no endpoint that is ready"
    spot = cluster.service.object.at("spec.selector") if cluster.service.selector else cluster.service.object.at()
    if subset is not None:
        said = f"no ready endpoint of {cluster.service.object} is in subset {cluster.subset}"
        spot = subset.place
    result = {"endpoints": [shown(e) for e in found.all]}
    return trail.fails(Stage.ENDPOINT, said, _no_host(trail), resource=spot, result=result)


def _no_host(trail: Trail) -> Outcome:
    """What the client gets where no endpoint is ready: 503 UH from a proxy, a refused connection without one."""
    cluster = trail.hop.cluster
    if cluster and cluster.service and _own_address(trail, cluster.service):
        return dropped(Connection.DNS)
    if bypassed(trail) or trail.hop.passthrough:
        return dropped(Connection.REFUSED)
    if trail.hop.family == "http":
        return http(503, "UH", details="no_healthy_upstream")
    return dropped(Connection.RESET, "UH")


def _beyond(mesh: Mesh, request: Request, trail: Trail, cluster: Cluster) -> Trail:
    """A destination outside every registry: a pod's own address, or the world."""
    if cluster.name not in ("", PASSTHROUGH):
        trail = trail.decide(endpoint=Endpoint(address=cluster.host, port=cluster.port))
        return trail.unknown(Stage.ENDPOINT, f"nothing is known of {cluster.host}", result={"endpoints": []})
    found = mesh.workloads.at_address(request.host) if cluster.service is None else None
    if found is not None:
        workload, pod = found
        endpoint = Endpoint(address=request.host, port=request.port, workload=workload, pod=pod, locality=pod.locality)
        result = {"endpoints": [shown(endpoint)]}
        said = f"the address of a pod of {workload}"
        return trail.decide(endpoint=endpoint).passes(
            Stage.ENDPOINT, said, resource=workload.object.at(), result=result
        )  # fmt: skip
    name = cluster.service.external_name if cluster.service else ""
    endpoint = Endpoint(address=name or request.host, port=cluster.port)
    result, assumes = {"endpoints": [shown(endpoint)]}, (f"{endpoint.address} answers",)
    return trail.decide(endpoint=endpoint).passes(
        Stage.ENDPOINT, f"{endpoint.address} itself", result=result, assumes=assumes
    )  # fmt: skip
