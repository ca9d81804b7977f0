"""Facts about the way to an endpoint of another network, where the walk found it closed.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Raw, Resource, Stage, as_list, as_map
from troubleshooter.walk import Trail
from troubleshooter.walk.destinations.network import Obstacle, way_closed


def about_networks(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Why no way leads to the other network, and what stands between; or why the gateway there does not pass the
    connection on."""
    if not trail.failed:
        return
    if trail.steps[-1].stage is Stage.ENDPOINT and trail.hop.kind is HopKind.SENDER:
        _about_way(case, mesh, trail)
        _about_unread(case, mesh, trail)
    elif trail.steps[-1].stage in {Stage.TRANSPORT, Stage.LISTENER, Stage.ROUTE}:
        _about_relay(case, mesh, trail)


def _about_way(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    closed = way_closed(mesh, trail)
    if closed is None:
        return
    case.role("gateway", closed.place)
    case.fact("connection.way", str(closed.why), *([closed.place] if closed.place else []))
    if closed.why is Obstacle.NO_PORT and closed.place is not None:
        case.detail("gateway.relay_ports", _with_port(mesh, closed.place))
    case.detail("caller.network", closed.near)
    case.detail("target.network", closed.far)
    case.detail("target.cluster_name", trail.hop.endpoint.cluster if trail.hop.endpoint else "")
    case.detail("caller.cluster_name", trail.hop.party.cluster)


def _with_port(mesh: Mesh, place: Resource) -> list[Raw]:
    """The ports of a gateway's Service with the one that other networks send to. Several ports need a name each."""
    way = next(w for w in mesh.networks.gateways if w.service and w.service.object.at().key == place.key)
    assert way.service is not None  # noqa: S101 - just looked
    held = [as_map(port) for port in as_list(way.service.object.spec.get("ports"))]
    named = [{**port, "name": port.get("name") or f"tcp-{port.get('port')}"} for port in held]
    return [*named, {"name": f"tls-{way.inner}", "port": way.inner, "targetPort": way.inner}]


def _about_unread(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """A service without endpoints, of which pods are ready in a cluster that istiod does not read."""
    cluster = trail.hop.cluster
    if cluster is None or cluster.service is None or cluster.service_port is None:
        return
    if trail.hop.endpoints is not None and trail.hop.endpoints.ready:
        return
    far = mesh.ready_elsewhere(cluster.service, cluster.service_port)
    if far is not None:
        case.fact("service.elsewhere", "not-read", far.object.at())
        case.detail("target.cluster_name", far.object.cluster)
        case.detail("caller.cluster_name", trail.hop.party.cluster)


def _about_relay(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """What the pods of the gateway between networks open on its port."""
    endpoint = next((h.endpoint for h in trail.hops if h.endpoint and h.endpoint.relay), None)
    if endpoint is None or endpoint.workload is None or endpoint.pod is None:
        return
    there = mesh.seen_from(endpoint.pod.owner.cluster)
    workload = there.own(endpoint.workload)
    opened = there.gateways.opened(there.gateways.for_workload(workload), workload)
    servers = [o.server for o in opened if o.port == endpoint.relay]
    case.detail("target.network", endpoint.network)
    if not servers:
        case.role("gateway", workload.object.at())
        case.fact("gateway.between_networks", "no-server", workload.object.at())
    elif all(s.tls != "AUTO_PASSTHROUGH" for s in servers):
        first = servers[0]
        case.role("gateway", first.gateway.at())
        case.fact("gateway.between_networks", "other-mode", first.gateway.at(f"{first.path}.tls.mode"))
        case.detail("gateway.relay_field", f"{first.path}.tls")
        case.detail("gateway.relay_mode", first.tls or str(first.protocol).upper())
    else:
        passing = next(s for s in servers if s.tls == "AUTO_PASSTHROUGH")
        case.fact("gateway.between_networks", "none", passing.gateway.at(f"{passing.path}.tls.mode"))
