"""The gateway between networks: it passes the TLS of the mesh on, unopened, to the service that its hello names.

Decides whether there is a filter chain for the name: each port of each service that the gateway has, and each subset
that a DestinationRule in its own configuration defines. Must not know how the connection was made.
Source: `builtAutoPassthroughFilterChains` in istio/istio pilot/pkg/networking/core/gateway.go;
https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Offer, Reason, Sends
from troubleshooter.model import Outcome, Resource, Stage
from troubleshooter.walk.basis.decisions import Cluster, Trail
from troubleshooter.walk.gateway.sni_names import MeshName, mesh_name


def pass_on(mesh: Mesh, trail: Trail, sni: str, *, result: Mapping[str, str], closed: Outcome) -> Trail:
    """listener: the filter chain for the name in the hello, with the cluster that it leads to. `closed` is what comes
    of a connection that none is for."""
    server = trail.hop.server
    assert server is not None  # noqa: S101 - the caller found it
    name = mesh_name(sni)
    if name is None:
        said = f"{server.gateway} passes on by names of the mesh alone, and {sni or 'a hello without a name'} is none"
        return trail.fails(Stage.LISTENER, said, closed, resource=server.gateway.at(server.path), result=result)
    cluster = _cluster(mesh, trail, sni, name)
    trail = trail.decide(cluster=cluster)
    missing = _missing(mesh, trail, cluster, server.gateway.at(server.path))
    if missing is not None:
        said, place = missing
        return trail.fails(Stage.LISTENER, said, closed, resource=place, result=result)
    said = f"server {server.index} of {server.gateway}, by the name {sni}"
    return trail.passes(Stage.LISTENER, said, resource=server.gateway.at(server.path), result=result)


def passed_on(trail: Trail) -> Offer | None:
    """What a gateway between networks passes on: what the hop before sent. Where the way begins at the gateway, a proxy
    of another network is taken to have made it, as nobody else has such names. None at any other hop."""
    hop = trail.hop
    if not hop.passes_on:
        return None
    if trail.peer is not None:
        return trail.peer.offer
    return Offer(sends=Sends.MTLS, reason=Reason.AUTO, sni=hop.cluster.name if hop.cluster else "")


def _cluster(mesh: Mesh, trail: Trail, sni: str, name: MeshName) -> Cluster:
    party = trail.hop.party
    service = mesh.registry.find(name.host, party.namespace)
    service = service if service is not None and not service.external else None
    port = service.port(name.port) if service else None
    rule = mesh.destination_rules.in_force(service, party.namespace, party.labels) if service else None
    missing = "" if service else "host"
    if service and (port is None or port.protocol.family == "udp"):
        missing = "port"
    elif service and name.subset and (rule is None or rule.subset(name.subset) is None):
        missing = "subset"
    return Cluster(
        name=sni, host=name.host, port=name.port, subset=name.subset, service=service, service_port=port, rule=rule,
        missing=missing,
    )  # fmt: skip


def _missing(mesh: Mesh, trail: Trail, cluster: Cluster, server: Resource) -> tuple[str, Resource] | None:
    """Why there is no filter chain for a cluster, and where that is said."""
    service, rule = cluster.service, cluster.rule
    hidden = mesh.registry.get(cluster.host) if service is None else None
    if hidden is not None and not hidden.external:
        return f"{hidden.object} is not exported to namespace {trail.hop.party.namespace}", hidden.object.at("metadata")
    if cluster.missing == "host" or service is None:
        return f"the gateway knows no service {cluster.host}", server
    if cluster.missing == "port":
        return f"{service.object}, which the gateway knows, has no port {cluster.port}", service.object.at("spec.ports")
    if cluster.missing == "subset":
        said = f"no DestinationRule that the gateway knows defines subset {cluster.subset} of {cluster.host}"
        return said, rule.object.at("spec.subsets") if rule else service.object.at()
    return None
