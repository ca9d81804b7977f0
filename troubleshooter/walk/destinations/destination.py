"""The cluster stage, the same for a sidecar and a gateway: does the destination exist, and which rule applies to it?

Must not know how the route was chosen, or who answers.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/;
https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from troubleshooter.mesh.basis.index import CORE, selects
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Connection, HopKind, Outcome, Request, Resource, Stage, as_map
from troubleshooter.walk.basis.decisions import Cluster, Hop, Trail, dropped, http
from troubleshooter.walk.caller.sender import PASSTHROUGH, bypassed, objects_of, scope_of
from troubleshooter.walk.routes.routing import touching

SLIP = 0.75
"""How much alike two DNS suffixes must be for one to be a slip of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The destination asked for: at a place (by a route, say), or by what the client dialled."""

    host: str
    port: int | None
    subset: str = ""
    place: Resource | None = None
    imported: bool = False
    """Whether it has to be imported by the Sidecar."""


def find_cluster(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """cluster: whether the destination, its port and its subset exist, and which DestinationRule applies."""
    hop = trail.hop
    if hop.passes_on:
        return _passed_on(trail)
    target = hop.routing.destination if hop.routing else None
    if target is not None:
        wanted = _Wanted(host=target.host, port=target.port, subset=target.subset, place=target.place)
        return _with_rule(mesh, request, trail, wanted)
    if hop.passthrough and not bypassed(trail):
        proxied = _to_egress_proxy(mesh, request, trail)
        if proxied is not None:
            return proxied
    if hop.service is None or hop.passthrough or bypassed(trail):
        return _as_dialled(request, trail)
    return _with_rule(mesh, request, trail, _Wanted(host=hop.service.host, port=request.port))


def _to_egress_proxy(mesh: Mesh, request: Request, trail: Trail) -> Trail | None:
    """Where the proxy passes on what it does not have to a destination of its Sidecar.

    Source: `buildOutboundCatchAllNetworkFiltersOnly` in istio/istio pilot/pkg/networking/core/listener_builder.go.
    """
    found = scope_of(mesh, trail).egress_proxy
    if found is None:
        return None
    raw, place = found
    number = as_map(raw.get("port")).get("number")
    wanted = _Wanted(
        host=str(raw["host"]).lower(), port=number if is_number(number) else 0, subset=str(raw.get("subset") or ""),
        place=place, imported=True,
    )  # fmt: skip
    routed = trail.steps[-1].result.get("virtual_host")
    trail = trail.decide(passthrough=False, service=None, port=None, family="http" if routed else "tcp")
    return _with_rule(mesh, request, trail, wanted)


def _passed_on(trail: Trail) -> Trail:
    """The cluster that the name in the hello is, which the listener stage found."""
    cluster = trail.hop.cluster
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - the listener stage ran
    return trail.passes(
        Stage.CLUSTER, cluster.name, resource=cluster.service.object.at(), result={"name": cluster.name}
    )


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
    named = _named(mesh, trail, wanted.host, exact=wanted.place is not None)
    host = named.external_name.lower() if named and named.external_name else wanted.host
    service = _named(mesh, trail, host, exact=True) if host != wanted.host else named
    service = service if service and not service.external_name else None
    if service and wanted.imported and not scope_of(mesh, trail).has(service):
        service = None
    ports = mesh.registry.ports_of(named) if named else []
    port = wanted.port or _port_of(request, hop, ports)
    service = mesh.registry.with_port(service, port) if service else None
    made = hop.kind is not HopKind.SENDER or scope_of(mesh, trail).makes_clusters(port)
    service_port = service.port(port) if service and made else None
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
    if missing:
        return _missing(mesh, trail, cluster, wanted)
    return _unmade(mesh, trail, cluster) or _found(trail, cluster)


def _named(mesh: Mesh, trail: Trail, host: str, *, exact: bool) -> Service | None:
    """The service of a host for which the proxy has clusters. What a route names has to be the very host of one: there
    is no cluster for a name under a wildcard.

    An ExternalName Service stands for the host that it names, and for no further one (`GetDestinationCluster` in
    istio/istio pilot/pkg/networking/core/route/route.go).
    """
    if trail.hop.kind is HopKind.SENDER:
        found = scope_of(mesh, trail).destination(mesh.registry, host)
    else:
        found = mesh.registry.find(host, trail.hop.party.namespace)
    return None if found is not None and exact and found.host != host else found


def _port_of(request: Request, hop: Hop, ports: Sequence[Port]) -> int:
    """The port of a destination that names none: the only one of its service, else the listener's. The http routes of a
    sidecar know of each service no port but the listener's.

    Source: `BuildSidecarOutboundVirtualHosts` in istio/istio pilot/pkg/networking/core/httproute.go;
    `GetDestinationCluster` in route/route.go there.
    """
    listener = hop.server.number if hop.server else request.port
    return ports[0].number if len(ports) == 1 and (hop.server is not None or hop.family != "http") else listener


def _unmade(mesh: Mesh, trail: Trail, cluster: Cluster) -> Trail | None:
    """A destination of which istiod makes no cluster, because its endpoints are to be looked up by name and there is
    none (in the subset): 503 NC, where others would answer UH.

    Source: `buildCluster` and `buildSubsetCluster` in istio/istio pilot/pkg/networking/core/cluster_builder.go.
    """
    service, port = cluster.service, cluster.service_port
    if service is None or port is None or not service.by_dns or service.host.startswith("*"):
        return None
    subset = cluster.rule.subset(cluster.subset) if cluster.rule else None
    wanted = subset.labels if subset else {}
    ready = mesh.endpoints(service, port).ready
    if any(selects(wanted, e.all_labels) for e in ready):
        return None
    spot = subset.place if subset and ready else service.object.at("spec.workloadSelector")
    said = f"{service.object} has no endpoint{f' in subset {subset.name}' if subset and ready else ''} to look up"
    return trail.fails(Stage.CLUSTER, said, _no_cluster(trail), resource=spot, result={"name": cluster.name})


def _no_cluster(trail: Trail) -> Outcome:
    if trail.hop.family == "http":
        return http(503, "NC", details="cluster_not_found")
    return dropped(Connection.RESET, "NC")


def _found(trail: Trail, cluster: Cluster) -> Trail:
    spot = cluster.rule.object.at() if cluster.rule else None
    if spot is None and cluster.service:
        spot = cluster.service.object.at()
    by = f", with {cluster.rule.object}" if cluster.rule else ""
    return trail.passes(Stage.CLUSTER, f"{cluster.name}{by}", resource=spot, result={"name": cluster.name})


def _missing(mesh: Mesh, trail: Trail, cluster: Cluster, wanted: _Wanted) -> Trail:
    """A destination of which a part does not exist: 503 NC. Not known where its Service may not have been seen."""
    spot = wanted.place
    unseen = why_not_known(mesh, cluster.host) if cluster.missing == "host" else ""
    if unseen:
        unlock = objects_of(cluster.host.split(".")[1])
        return trail.unknown(Stage.CLUSTER, unseen, resource=spot, result={"name": cluster.name}, unlock=unlock)
    said = {
        "host": _why_no_host(mesh, trail, wanted.host),
        "port": f"{cluster.service.object if cluster.service else wanted.host} has no port {cluster.port}",
        "subset": f"no DestinationRule in force defines subset {cluster.subset} of {cluster.host}",
    }[cluster.missing]
    return trail.fails(Stage.CLUSTER, said, _no_cluster(trail), resource=spot, result={"name": cluster.name})


def _why_no_host(mesh: Mesh, trail: Trail, host: str, *, followed: bool = False) -> str:
    """Why there is no cluster for a host, or (`followed`) for the one that an ExternalName Service stands for."""
    known, viewer = mesh.registry.get(host), trail.hop.party.namespace
    if known is None:
        return f"{host} is in no registry"
    if not known.visible_to(viewer):
        return f"{known.object} is not exported to namespace {viewer}"
    if known.external_name and followed:
        return f"{known.object} is an ExternalName Service too"
    if known.external_name:
        further = known.external_name.lower()
        return f"{known.object} stands for {further}, and {_why_no_host(mesh, trail, further, followed=True)}"
    return f"{scope_of(mesh, trail).sidecar} does not import {known.object}"


def why_not_known(mesh: Mesh, host: str) -> str:
    """Why it cannot be told that a host does not exist that is in no registry; "" where it can be.

    It cannot where no Service or workload of its namespace was seen, but if a Service of that name is somewhere else;
    or where it is the name of a Service but for the DNS suffix of the cluster, which no object tells.
    """
    name, namespace, svc, suffix = [*host.split(".", 3), "", "", ""][:4]
    if svc != "svc" or not suffix:
        return ""
    if suffix != mesh.settings.domain:
        if mesh.settings.domain_told:
            return ""
        known = mesh.registry.get(f"{name}.{namespace}.svc.{mesh.settings.domain}")
        slip = difflib.SequenceMatcher(None, suffix, mesh.settings.domain).ratio() > SLIP
        return f"whether names of this cluster end in {suffix} is not said by any object" if known and not slip else ""
    kubernetes = [s for s in mesh.registry.all if not s.entry]
    if any(s.namespace == namespace for s in kubernetes) or mesh.workloads.inside(namespace):
        return ""
    if mesh.index.saw(namespace, (CORE, "Service")) and any(s.object.name == name for s in kubernetes):
        return ""
    return f"no Service or workload of namespace {namespace} was seen, where {host} would be"
