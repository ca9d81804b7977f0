"""Facts about pods of another Kubernetes cluster that a caller does not get to though its istiod knows them.

Decides why: the host is kept to one cluster, or the caller goes by Kubernetes alone. Must not know causes.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/; `cluster_local.go` in
istio/istio pilot/pkg/model.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk import Trail


def about_far_pods(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Where a request dies for want of endpoints: pods that are ready in other clusters which istiod reads."""
    hop = trail.hop
    service = (hop.cluster.service if hop.cluster else None) or hop.service
    port = (hop.cluster.service_port if hop.cluster else None) or hop.port
    died = trail.failed and trail.steps[-1].stage is Stage.ENDPOINT and hop.kind is HopKind.SENDER
    if not died or service is None or port is None or not mesh.several or (hop.cluster and hop.cluster.subset):
        return
    local, named = mesh.networks.keeps_local(service.host), mesh.networks.kept_local_by(service.host)
    if hop.party.proxied and not local:
        return
    far = mesh.ready_apart(service, port)
    if far is None:
        return
    case.fact("service.elsewhere", "read", service.object.at(), far.object.at())
    case.detail("target.cluster_name", far.object.cluster)
    case.detail("caller.cluster_name", hop.party.cluster)
    if hop.party.proxied:
        by = mesh.settings.at("serviceSettings") if _told(mesh, named) else None
        case.fact("service.kept_local", "setting" if by else "default", service.object.at(), by)
        case.detail("service.local_hosts", named)


def _told(mesh: Mesh, named: str | None) -> bool:
    """Whether the mesh config itself names the hosts that are kept local."""
    return named is not None and named in mesh.networks.local_told
