"""Which endpoints a destination has for the proxy that sends: those of its service, or what the client dialled.

A sidecar keeps to the address that was dialled (Envoy's original destination) for headless Services, ServiceEntries
without resolution and the balancer PASSTHROUGH, also where a route leads there from another host. A gateway has no such
address: it takes what istiod knows of endpoints, which is nothing for an entry without resolution. Must not know
localities.
Sources: `convertResolution` and `buildCluster` in istio/istio pilot/pkg/networking/core/cluster_builder.go;
`applyLoadBalancer` in cluster_traffic_policy.go there; `filterIstioEndpoint` in
pilot/pkg/xds/endpoints/endpoint_builder.go; https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/service_discovery#original-destination.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from troubleshooter.mesh.gateway.nodes import INSIDE, keeps_local
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.mesh.service.endpoints import Endpoints
from troubleshooter.mesh.service.entry_endpoints import target_of
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.model import HopKind, Request, Resource
from troubleshooter.walk.basis.decisions import Cluster, Trail
from troubleshooter.walk.caller.pod_addresses import members
from troubleshooter.walk.caller.sender import bypassed
from troubleshooter.walk.destinations.across import at_home


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The endpoints to choose from. `straight` says that neither subset nor locality has a say in the choice; `why` and
    `place` tell why there are none where the service has some; `stays_on` is the node that the traffic may not leave;
    `assumes` is what is taken for granted of them."""

    endpoints: Endpoints
    straight: bool = False
    why: str = ""
    place: Resource | None = None
    stays_on: str = ""
    assumes: tuple[str, ...] = ()


def candidates(mesh: Mesh, request: Request, trail: Trail) -> Candidates:
    """The endpoints of the cluster that was found, whose service exists."""
    hop, cluster = trail.hop, trail.hop.cluster
    assert cluster is not None and cluster.service is not None  # noqa: S101, PT018 - the cluster stage ran
    service, port = cluster.service, cluster.service_port
    balancer = None if bypassed(trail) else _passthrough(cluster)
    unresolved = service.entry and service.resolution == "NONE"
    if hop.kind is HopKind.GATEWAY and port is not None:
        found = mesh.endpoints(service, port)
        place = balancer or (service.object.at("spec.resolution") if unresolved and found.external else None)
        if place is not None:
            why = f"{place.kind} {place.name} leads to the address that a client dialled, and a gateway has none"
            return Candidates(endpoints=replace(found, all=()), why=why, place=place)
    elif not bypassed(trail) and hop.service is not service and (service.headless or unresolved or balancer):
        return Candidates(endpoints=_as_dialled(mesh, request, trail), straight=True)
    if service.entry:
        return _of_entry(mesh, request, trail, service, port, straight=balancer is not None)
    found = _of_service(mesh, trail, service, port)
    if own_address(trail, service) or balancer is not None:
        return Candidates(endpoints=found, straight=True)
    return _near(trail, service, found)


def own_address(trail: Trail, service: Service) -> bool:
    """Whether a client dials the endpoints themselves: those of a headless Service, which has no address of its own."""
    return service.headless and trail.hop.service is service and trail.hop.kind is HopKind.SENDER


def keeps_address(trail: Trail) -> bool:
    """Whether the sender's cluster is one for all endpoints alike, which mutual TLS is for all or for none: such are
    those that keep to the address that was dialled, and gateways' for headless Services.

    Source: `BestEffortInferServiceMTLSMode` in istio/istio pilot/pkg/model/push_context.go.
    """
    cluster = trail.hop.cluster
    if cluster is None or cluster.service is None or bypassed(trail):
        return False
    unresolved = cluster.service.entry and cluster.service.resolution == "NONE"
    return cluster.service.headless or unresolved or _passthrough(cluster) is not None


def _passthrough(cluster: Cluster) -> Resource | None:
    """The place that asks for the balancer PASSTHROUGH."""
    found = cluster.rule.section("loadBalancer", cluster.port, cluster.subset) if cluster.rule else None
    if found is None or found[0].get("simple") != "PASSTHROUGH":
        return None
    return found[1]._replace(field=f"{found[1].field}.simple")


def _of_entry(
    mesh: Mesh, request: Request, trail: Trail, service: Service, port: Port | None, *, straight: bool
) -> Candidates:
    assert port is not None  # noqa: S101 - a cluster of an entry has a port of it
    if straight or service.resolution == "NONE":
        return Candidates(endpoints=_dialled(mesh, request, target_of(port)), straight=True)
    found = mesh.endpoints(service, port)
    if service.resolution == "DYNAMIC_DNS":
        sent = trail.hop.sends or request
        asked = authority(sent) if trail.hop.family == "http" else request.sni or request.host
        named = Endpoint(address=asked.rpartition(":")[0] or asked, port=target_of(port))
        return Candidates(endpoints=replace(found, all=(named,)))
    return Candidates(endpoints=found)


def _as_dialled(mesh: Mesh, request: Request, trail: Trail) -> Endpoints:
    """What a connection reaches that goes where the client meant it to go, whatever the route says."""
    origin = trail.hop.service
    if origin is None or origin.entry or origin.external_name:
        return _dialled(mesh, request, request.port)
    return _of_service(mesh, trail, origin, trail.hop.port)


def _dialled(mesh: Mesh, request: Request, number: int) -> Endpoints:
    """The host that the client dialled, as an endpoint: a pod where its address is one's."""
    workload, pod = mesh.workloads.at_address(request.host.strip("[]")) or (None, None)
    locality = pod.locality if pod else ""
    there = Endpoint(address=request.host, port=number, workload=workload, pod=pod, locality=locality)
    return Endpoints(all=(there,), external=pod is None)


def _of_service(mesh: Mesh, trail: Trail, service: Service, port: Port | None) -> Endpoints:
    """The endpoints of a service port; those of a headless Service on the port that was dialled, whatever targetPort
    says, and only the pod that was asked for by its own name."""
    dialled = trail.hop.cluster.port if trail.hop.cluster else 0
    if port is None:
        port = Port(number=dialled, name="", protocol=Protocol.AUTO, target=dialled, path="spec.ports")
    found = mesh.endpoints(service, port)
    own = own_address(trail, service)
    if own or bypassed(trail) or trail.hop.passthrough or (trail.hop.cluster and _passthrough(trail.hop.cluster)):
        found = at_home(mesh, trail, found, far=own)
    if not own:
        return found
    asked = members(found.all, trail.hop.member) if trail.hop.member else found.all
    return replace(found, all=tuple(replace(e, port=dialled) for e in asked))


def _near(trail: Trail, service: Service, found: Endpoints) -> Candidates:
    """The endpoints on the sender's own node, where the Service wants its traffic to stay there. Those that no pod runs
    (WorkloadEntries) are on no node.

    Source: `filterIstioEndpoint` in istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go;
    https://kubernetes.io/docs/concepts/services-networking/service-traffic-policy/.
    """
    if not keeps_local(service.object, INSIDE) or not found.ready:
        return Candidates(endpoints=found)
    own = trail.hop.party.pod.node if trail.hop.party.pod else ""
    if not own or not all(map(_node_known, found.ready)):
        return Candidates(endpoints=found, assumes=(f"a pod of {service.object} runs on the sender's node",))
    near = tuple(e for e in found.all if e.pod and e.pod.node == own)
    subset = trail.hop.cluster.subset if trail.hop.cluster else ""
    whose = f"its subset {subset}" if subset else "it"
    why = f"{service.object} keeps traffic on its node, and no pod of {whose} that is ready runs on {own}"
    place = service.object.at(f"spec.{INSIDE}")
    return Candidates(endpoints=replace(found, all=near), why=why, place=place, stays_on=own)


def _node_known(endpoint: Endpoint) -> bool:
    return bool(endpoint.pod.node) if endpoint.pod else endpoint.labels is not None
