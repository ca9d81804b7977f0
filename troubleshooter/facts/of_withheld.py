"""Facts about endpoints that a proxy is not given, because only mutual TLS gets to them and none would be sent.

Must not know causes. Source: `EndpointsByNetworkFilter` and `EndpointsWithMTLSFilter` in istio/istio
pilot/pkg/xds/endpoints/ep_filters.go; mtls_checker.go there.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_client_tls import tls_of
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.service.locality import placed_labels
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Resource, Stage
from troubleshooter.walk import Cluster, Trail
from troubleshooter.walk.destinations.across import given_to, own_network


def about_withheld(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Why a proxy has no endpoint, where some are ready behind a gateway between networks."""
    hop = trail.hop
    if not trail.failed or trail.steps[-1].stage is not Stage.ENDPOINT or hop.placement is not None:
        return
    if hop.cluster is None or hop.endpoints is None:
        return
    subset = hop.cluster.rule.subset(hop.cluster.subset) if hop.cluster.rule and hop.cluster.subset else None
    meant = [e for e in hop.endpoints.ready if subset is None or selects(subset.labels, placed_labels(e))]
    given = given_to(mesh, trail, meant) if meant else None
    if given is None or given.dialled or not given.withheld:
        return
    first = given.withheld[0]
    because, role, place = _because(mesh, hop.cluster, first)
    if place is not None:
        case.role(role, place)
        case.role("target", first.workload.object.at() if first.workload else None)
        case.fact("endpoint.withheld_because", because, place)
        case.detail("endpoint.withheld_field", place.field)
        case.detail("target.network", first.network or "the gateway's own network")
        case.detail("caller.network", own_network(mesh, trail) or "another one")


def _because(mesh: Mesh, cluster: Cluster, endpoint: Endpoint) -> tuple[str, str, Resource | None]:
    """What keeps mutual TLS away, the role of the object that says so, and its place."""
    rule = cluster.rule
    if rule is not None and rule.tls_beyond(cluster.port, cluster.subset) is not None:
        _, place = tls_of(rule, cluster.port, cluster.subset)
        return "rule", "destination_rule", place
    if endpoint.pod is not None and endpoint.mutual:
        return "policy", "peer_authentication", mesh.peer_authentications.accepts(endpoint.pod, endpoint.port).place
    return "no-proxy", "workload", endpoint.workload.object.at() if endpoint.workload else None
