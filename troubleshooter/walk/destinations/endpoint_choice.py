"""The endpoint stage, the same for a sidecar and a gateway: who answers?

Must not know how the route was chosen, or what the far end does with the request.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/; `filterIstioEndpoint` and
`BuildClusterLoadAssignment` in istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.basis.pods import REGION, SUBZONE, ZONE
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.endpoints import Absence
from troubleshooter.mesh.service.locality import CLUSTER, HOSTNAME, Placement, distribution_for, place, placed_labels
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Connection, Outcome, Request, Resource, Stage
from troubleshooter.walk.basis.decisions import Cluster, Trail, dropped, http
from troubleshooter.walk.caller.sender import PASSTHROUGH, bypassed, objects_of
from troubleshooter.walk.destinations.across import Given, given_to
from troubleshooter.walk.destinations.balancing import (
    distribution,
    kinds,
    locality_place,
    locality_setting,
    own_labels,
    section,
    shown,
)
from troubleshooter.walk.destinations.candidates import Candidates, candidates, own_address
from troubleshooter.walk.gateway.filter_chains import handshake_cut_off

CONTROLLERS = ("statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/")
"""How labels begin that controllers put on pods; others end in `-hash`."""


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
    found = candidates(mesh, request, trail)
    kept = [e for e in found.endpoints.ready if found.straight or in_subset(e, cluster)]
    trail = trail.decide(endpoints=found.endpoints)
    if not kept:
        return [_none(mesh, trail, cluster, found)]
    straight = dialled or found.straight
    given = Given(dialled=tuple(kept)) if straight else given_to(mesh, trail, kept)
    if not given.dialled:
        return [_withheld(mesh, trail, cluster, given)]
    placement = _placed(mesh, trail, cluster, given.dialled, straight=straight)
    trail = trail.decide(placement=placement)
    first = [(e, s) for e, s in zip(placement.endpoints, placement.shares, strict=True) if s > 0]
    if not first:
        said = f"{cluster.name}: no weight leads from this locality to any endpoint"
        spot = _of_weights(mesh, trail, cluster)
        return [trail.fails(Stage.ENDPOINT, said, _no_host(trail), resource=spot, result={"endpoints": []})]
    unready = [e for e in found.endpoints.all if not e.healthy and (found.straight or in_subset(e, cluster))]
    if not straight:  # those of other networks are behind a gateway, where nobody sees them
        unready = [e for e in given_to(mesh, trail, unready).dialled if not e.relay]
    result = {"endpoints": [shown(e) for e in (*placement.endpoints, *unready)]}
    return [_to_kind(trail, found, kind, share, result=result, total=len(first)) for kind, share in kinds(first)]


def _placed(mesh: Mesh, trail: Trail, cluster: Cluster, kept: Sequence[Endpoint], *, straight: bool) -> Placement:
    return place(
        kept,
        setting=None if straight else locality_setting(mesh, cluster),
        outlier_detection=section(cluster, "outlierDetection") is not None,
        traffic_distribution="" if straight else distribution(cluster),
        locality=_locality(trail),
        labels=own_labels(mesh, trail),
        ranked_by_labels=not (cluster.service and cluster.service.by_dns),
    )


def _locality(trail: Trail) -> str:
    return trail.hop.party.pod.locality if trail.hop.party.pod else ""


def _of_weights(mesh: Mesh, trail: Trail, cluster: Cluster) -> Resource | None:
    """The weights of the distribution that leads nowhere."""
    spot, number = locality_place(mesh, cluster), distribution_for(locality_setting(mesh, cluster), _locality(trail))
    return spot._replace(field=f"{spot.field}.distribute[{number}].to") if spot and number is not None else spot


def _to_kind(
    trail: Trail, found: Candidates, endpoint: Endpoint, share: float, *, result: Mapping[str, object], total: int
) -> Trail:
    cluster = trail.hop.cluster
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - the caller looked them up
    where = f"{endpoint.workload or endpoint.address or cluster.host} port {endpoint.port}"
    if endpoint.relay:
        where = f"the gateway of {endpoint.network} ({endpoint.address or 'address not seen'} port {endpoint.port})"
    said = f"{total} endpoints, {where} among them" if total != 1 else f"1 endpoint: {where}"
    spot = endpoint.workload.object.at() if endpoint.workload else cluster.service.object.at()
    trail = trail.splits("endpoints", share).decide(endpoint=endpoint)
    assumes = _beyond_cluster(trail, endpoint) if endpoint.pod or endpoint.relay else (f"{endpoint.address} answers",)
    return trail.passes(Stage.ENDPOINT, said, resource=spot, result=result, assumes=(*found.assumes, *assumes))


def _beyond_cluster(trail: Trail, endpoint: Endpoint) -> tuple[str, ...]:
    """What is taken for granted of the network between two Kubernetes clusters."""
    here, there = trail.hop.party.cluster, endpoint.cluster
    if endpoint.relay:
        way = endpoint.address or f"the address of the gateway of {endpoint.network}"
        return (f"{way} port {endpoint.port} can be reached from {f'cluster {here}' if here else 'here'}",)
    if not here or not there or here == there:
        return ()
    return (f"pods of cluster {there} can be reached from cluster {here}",)


def in_subset(endpoint: Endpoint, cluster: Cluster) -> bool:
    """Whether an endpoint has the labels of the subset that a cluster is for, if it is for one."""
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and cluster.subset else None
    return subset is None or selects(subset.labels, placed_labels(endpoint))


def labels_known(wanted: Mapping[str, str], endpoints: Sequence[Endpoint]) -> bool:
    """Whether it can be told that none of these endpoints has the labels: it cannot for an address of which no pod was
    seen, for labels of a place that was not seen (istiod adds them), and for those that a controller puts on its pods
    as they run."""
    placed = [key for key in wanted if key.startswith("topology.") or key == HOSTNAME]
    if placed and not all(e.labels is not None or _place_seen(e, key) for e in endpoints for key in placed):
        return False
    running = any(key.endswith("-hash") or key.startswith(CONTROLLERS) for key in wanted)
    return all(e.labels is not None or (e.pod and not (running and e.pod.standin)) for e in endpoints)


def _place_seen(endpoint: Endpoint, key: str) -> bool:
    """Whether the node of an endpoint was seen, and with it what a label of a place says of it."""
    if key == HOSTNAME:
        return bool(endpoint.pod and endpoint.pod.node)
    if key == CLUSTER:
        return bool(endpoint.cluster)
    return key in {REGION, ZONE, SUBZONE} and bool(endpoint.locality)


def _none(mesh: Mesh, trail: Trail, cluster: Cluster, chosen: Candidates) -> Trail:
    """No endpoint that is ready (in the subset)."""
    assert cluster.service is not None  # noqa: S101 - the caller looked it up
    found = chosen.endpoints
    if _kept_away(mesh, cluster, chosen):
        none: Mapping[str, object] = {"endpoints": [shown(e) for e in found.all]}
        trail = trail.decide(stays_on=chosen.stays_on)
        return trail.fails(Stage.ENDPOINT, chosen.why, _no_host(trail), resource=chosen.place, result=none)
    if chosen.stays_on and cluster.service_port is not None:
        found = mesh.endpoints(cluster.service, cluster.service_port)
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
    if cluster.service.entry and found.looked_at:
        spot = found.looked_at[0]
    if cluster.service.entry and cluster.service.selector and not found.all:
        said = f"{cluster.service.object} selects no pod and no WorkloadEntry of namespace {cluster.service.namespace}"
    if subset is not None:
        said = f"no ready endpoint of {cluster.service.object} is in subset {cluster.subset}"
        spot = subset.place
    result = {"endpoints": [shown(e) for e in found.all]}
    return trail.fails(Stage.ENDPOINT, said, _no_host(trail), resource=spot, result=result)


def _kept_away(mesh: Mesh, cluster: Cluster, chosen: Candidates) -> bool:
    """Whether there are endpoints that would do, and this proxy has none of them."""
    if not chosen.stays_on or cluster.service is None or cluster.service_port is None:
        return bool(chosen.why) and not chosen.endpoints.ready
    everywhere = mesh.endpoints(cluster.service, cluster.service_port)
    return any(in_subset(e, cluster) for e in everywhere.ready)


def _withheld(mesh: Mesh, trail: Trail, cluster: Cluster, given: Given) -> Trail:
    """No endpoint is given to this proxy, though there are some."""
    said = f"nothing of {cluster.host} is in the network that this gateway serves"
    spot = cluster.service.object.at() if cluster.service else None
    if given.withheld:
        first = given.withheld[0]
        where = f" is in {first.network}, and" if first.network else ":"
        who = first.workload or first.address
        said = f"{who}{where} without mutual TLS nothing crosses to it: this proxy is given no endpoint"
        policy = mesh.peer_authentications.accepts(first.pod, first.port) if first.pod and first.mutual else None
        spot = (policy and policy.place) or (first.workload.object.at() if first.workload else spot)
    return trail.fails(Stage.ENDPOINT, said, _no_host(trail), resource=spot, result={"endpoints": []})


def _no_host(trail: Trail) -> Outcome:
    """What the client gets where no endpoint is ready: 503 UH from a proxy, a refused connection without one."""
    cluster = trail.hop.cluster
    if cluster and cluster.service and own_address(trail, cluster.service):
        return dropped(Connection.DNS)
    if bypassed(trail) or trail.hop.passthrough:
        # kube-proxy drops what may not leave the node, and refuses what has no endpoint anywhere
        return dropped(Connection.TIMEOUT if trail.hop.stays_on else Connection.REFUSED)
    if trail.hop.passes_on:
        return handshake_cut_off(trail) or dropped(Connection.RESET, "UH")
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
        cluster_of = pod.owner.cluster
        network = mesh.networks.of(labels=pod.labels, cluster=cluster_of, address=request.host)
        endpoint = Endpoint(
            address=request.host, port=request.port, workload=workload, pod=pod, locality=pod.locality,
            cluster=cluster_of, network=network,
        )  # fmt: skip
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
