"""The cluster and endpoint stages, the same for a sidecar and a gateway: does the destination exist, and who answers?

Must not know how the route was chosen, or what the far end does with the request.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/;
https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.mesh.endpoints import Absence, Endpoints
from troubleshooter.mesh.index import selects
from troubleshooter.mesh.locality import place
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.services import Endpoint
from troubleshooter.mesh.virtual_services import Destination
from troubleshooter.model import Connection, Outcome, Raw, Request, Stage, as_map
from troubleshooter.walk.decisions import Cluster, Trail, dropped, http
from troubleshooter.walk.routing import touching
from troubleshooter.walk.sender import PASSTHROUGH, bypassed, objects_of

DISTRIBUTION = "networking.istio.io/traffic-distribution"


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
    if target is None and hop.service is None:
        cluster = Cluster(name=PASSTHROUGH, host=request.host, port=request.port)
        return trail.decide(cluster=cluster).passes(Stage.CLUSTER, "passed through", result={"name": PASSTHROUGH})
    wanted = (
        _Wanted(host=target.host, port=target.port, subset=target.subset, target=target)
        if target
        else _Wanted(host=hop.service.host if hop.service else "", port=request.port, subset="", target=None)
    )
    if bypassed(trail):
        assert hop.service is not None  # noqa: S101 - without a service it is passed through, above
        plain = Cluster(name="", host=wanted.host, port=request.port, service=hop.service, service_port=hop.port)
        return _bypassing(request, trail, plain)
    return _with_rule(mesh, request, trail, wanted)


def _bypassing(request: Request, trail: Trail, cluster: Cluster) -> Trail:
    """Without a proxy only the Service's own port counts."""
    assert cluster.service is not None  # noqa: S101 - the caller looked it up
    if cluster.service_port is None:
        said = f"{cluster.service.object} has no port {request.port}"
        spot = cluster.service.object.at("spec.ports")
        return trail.decide(cluster=cluster).fails(Stage.CLUSTER, said, dropped(Connection.REFUSED), resource=spot)
    return trail.decide(cluster=cluster).passes(
        Stage.CLUSTER, f"{cluster.service.object}", resource=cluster.service.object.at()
    )


def _with_rule(mesh: Mesh, request: Request, trail: Trail, wanted: _Wanted) -> Trail:
    party = trail.hop.party
    service = mesh.registry.find(wanted.host, party.namespace)
    port = wanted.port or (service.ports[0].number if service and len(service.ports) == 1 else request.port)
    name = f"outbound|{port}|{wanted.subset}|{wanted.host}"
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
        name=name, host=wanted.host, port=port, subset=wanted.subset, service=service, service_port=service_port,
        rule=rule, rivals=tuple(rivals), missing=missing,
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
    """A destination of which a part does not exist: 503 NC. Not known where its namespace was not seen."""
    spot = wanted.target.place if wanted.target else None
    labels = wanted.host.split(".")
    if cluster.missing == "host" and wanted.host.endswith(f".svc.{mesh.settings.domain}") and len(labels) > 2:
        if not mesh.index.saw(labels[1]):
            said = f"nothing of namespace {labels[1]} was seen, where {wanted.host} would be"
            unlock = objects_of(labels[1])
            return trail.unknown(Stage.CLUSTER, said, resource=spot, result={"name": cluster.name}, unlock=unlock)
    said = {
        "host": f"{wanted.host} is in no registry",
        "port": f"{cluster.service.object if cluster.service else wanted.host} has no port {cluster.port}",
        "subset": f"no DestinationRule in force defines subset {cluster.subset} of {cluster.host}",
    }[cluster.missing]
    outcome = http(503, "NC", details="cluster_not_found")
    if trail.hop.family != "http":
        outcome = dropped(Connection.RESET, "NC")
    return trail.fails(Stage.CLUSTER, said, outcome, resource=spot, result={"name": cluster.name})


def choose_endpoints(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    """endpoint: a trail for each kind of endpoint that gets requests."""
    cluster = trail.hop.cluster
    assert cluster is not None  # noqa: S101 - the cluster stage ran
    if cluster.service is None or cluster.service_port is None:
        return [_beyond(mesh, request, trail, cluster)]
    found = mesh.endpoints(cluster.service, cluster.service_port)
    kept = [e for e in found.ready if _in_subset(e, cluster)]
    trail = trail.decide(endpoints=found)
    if not kept:
        return [_none(mesh, trail, cluster, found)]
    placement = place(
        kept,
        setting=locality_setting(mesh, cluster),
        outlier_detection=bool(_section(cluster, "outlierDetection")),
        traffic_distribution=_distribution(cluster),
        locality=trail.hop.party.pod.locality if trail.hop.party.pod else "",
        labels=trail.hop.party.labels,
    )
    trail = trail.decide(placement=placement)
    first = [e for e in placement.endpoints if e.priority == 0]
    if not first:
        said = f"{cluster.name}: no weight leads from this locality to any endpoint"
        return [trail.fails(Stage.ENDPOINT, said, _no_host(trail), result={"endpoints": []})]
    result = {"endpoints": [shown(e) for e in placement.endpoints]}
    return [_to_kind(trail, kind, count / len(first), result, len(first)) for kind, count in _kinds(first)]


def _to_kind(trail: Trail, endpoint: Endpoint, share: float, result: Mapping[str, object], total: int) -> Trail:
    cluster = trail.hop.cluster
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - the caller looked them up
    where = endpoint.workload or endpoint.address or cluster.host
    said = f"{total} endpoint{'s' if total != 1 else ''}, {where} port {endpoint.port} among them"
    spot = endpoint.workload.object.at() if endpoint.workload else cluster.service.object.at()
    trail = trail.splits("endpoints", share).decide(endpoint=endpoint)
    assumes = () if endpoint.pod else (f"{endpoint.address} answers",)
    return trail.passes(Stage.ENDPOINT, said, resource=spot, result=result, assumes=assumes)


def _kinds(endpoints: list[Endpoint]) -> list[tuple[Endpoint, int]]:
    """Endpoints that the far end could tell apart, each with how many are like it."""
    groups: dict[object, list[Endpoint]] = {}
    for e in endpoints:
        pod = e.pod
        labels = tuple(sorted((k, v) for k, v in e.all_labels.items() if k != "pod-template-hash"))
        key = (e.port, pod.proxy, labels) if pod else (e.port, e.address)
        groups.setdefault(key, []).append(e)
    return [(group[0], len(group)) for group in groups.values()]


def shown(endpoint: Endpoint) -> dict[str, object]:
    """An endpoint as the contract prints it."""
    return {
        "address": endpoint.address,
        "port": endpoint.port,
        "workload": str(endpoint.workload or ""),
        "locality": endpoint.locality,
        "network": endpoint.network,
        "priority": endpoint.priority,
        "weight": endpoint.weight,
        "healthy": endpoint.healthy,
    }


def _section(cluster: Cluster, name: str) -> Raw | None:
    found = cluster.rule.section(name, cluster.port, cluster.subset) if cluster.rule else None
    return found[0] if found else None


def locality_setting(mesh: Mesh, cluster: Cluster) -> Raw | None:
    """The localityLbSetting in force: the rule's, else the mesh's (on by default); None where it is switched off.

    Source: `GetLocalityLbSetting` in istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go.
    """
    own = as_map((_section(cluster, "loadBalancer") or {}).get("localityLbSetting"))
    setting = own or mesh.settings.locality_setting
    return None if setting.get("enabled") is False else setting


def _distribution(cluster: Cluster) -> str:
    """Which endpoints the Service prefers; "" if it says nothing, or where the rule has a locality setting itself."""
    if cluster.service is None or (_section(cluster, "loadBalancer") or {}).get("localityLbSetting"):
        return ""
    thing = cluster.service.object
    return str(thing.spec.get("trafficDistribution") or thing.annotations.get(DISTRIBUTION) or "")


def _in_subset(endpoint: Endpoint, cluster: Cluster) -> bool:
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and cluster.subset else None
    return subset is None or selects(subset.labels, endpoint.all_labels)


def _none(mesh: Mesh, trail: Trail, cluster: Cluster, found: Endpoints) -> Trail:
    """No endpoint that is ready (in the subset)."""
    assert cluster.service is not None  # noqa: S101 - the caller looked it up
    elsewhere = next(iter(mesh.clusters_not_read), None)
    unseen = ""
    if found.absence is Absence.NOT_SEEN:
        unseen = f"no workloads or endpoints of namespace {cluster.service.namespace} were seen"
    elif elsewhere is not None and not cluster.service.entry and not bypassed(trail):
        unseen = f"nothing of {cluster.service.object} is ready here, and {elsewhere} names a cluster that was not read"
    if unseen:
        spot = cluster.service.object.at()
        unlock = "" if elsewhere else objects_of(cluster.service.namespace)
        seen = trail.unknown(Stage.ENDPOINT, unseen, resource=spot, result={"endpoints": []}, unlock=unlock)
        return seen.ends(trail.outcome)
    said = f"{cluster.service.object} port {cluster.port} has no endpoint that is ready"
    if found.ready:
        said = f"no ready endpoint of {cluster.service.object} is in subset {cluster.subset}"
    spot = cluster.service.object.at("spec.selector") if cluster.service.selector else cluster.service.object.at()
    result = {"endpoints": [shown(e) for e in found.all]}
    return trail.fails(Stage.ENDPOINT, said, _no_host(trail), resource=spot, result=result)


def _no_host(trail: Trail) -> Outcome:
    """What the client gets where no endpoint is ready: 503 UH from a proxy, a refused connection without one."""
    if bypassed(trail):
        return dropped(Connection.REFUSED)
    if trail.hop.family == "http":
        return http(503, "UH", details="no_healthy_upstream")
    return dropped(Connection.RESET, "UH")


def _beyond(mesh: Mesh, request: Request, trail: Trail, cluster: Cluster) -> Trail:
    """A destination outside every registry: a pod's own address, or the world."""
    found = mesh.workloads.at_address(request.host)
    if cluster.name == PASSTHROUGH and found is not None:
        workload, pod = found
        endpoint = Endpoint(address=request.host, port=request.port, workload=workload, pod=pod, locality=pod.locality)
        said = f"the address of a pod of {workload}"
        return trail.decide(endpoint=endpoint).passes(
            Stage.ENDPOINT, said, resource=workload.object.at(), result={"endpoints": [shown(endpoint)]}
        )  # fmt: skip
    endpoint = Endpoint(address=cluster.host, port=cluster.port)
    unseen = cluster.name != PASSTHROUGH
    trail = trail.decide(endpoint=endpoint)
    if unseen:
        return trail.unknown(Stage.ENDPOINT, f"nothing is known of {cluster.host}", result={"endpoints": []})
    return trail.passes(
        Stage.ENDPOINT, f"{cluster.host} itself", result={"endpoints": [shown(endpoint)]}, assumes=(f"{cluster.host} answers",)
    )  # fmt: skip
