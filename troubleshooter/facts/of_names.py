"""Facts about a name of the cluster that does not resolve: what else has it, and who was asked for it.

Must not know what follows from it.
Sources: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/;
https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/.
"""

from __future__ import annotations

import json

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.control_plane.proxy_config import FIELD, own_config
from troubleshooter.model import Request, as_map
from troubleshooter.walk import Hop
from troubleshooter.walk.caller.names import CAPTURE, answered_by_proxy
from troubleshooter.walk.caller.sender import meant


def about_missing_name(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Whether a ServiceEntry has that name, a Service of the name is elsewhere (in another namespace, or in another
    Kubernetes cluster alone), a VirtualService has it as a host, or nothing has."""
    full = hosts.fqdn(meant(mesh, request.host, hop.party.namespace)[0], hop.party.namespace, mesh.settings.domain)
    name = request.host.partition(".")[0]
    same = [s for s in mesh.registry.all if not s.entry and s.object.name == name]
    routed = [v for v in mesh.virtual_services.all if full in mesh.virtual_services.hosts_of(v)]
    exact = mesh.registry.get(full)
    if hop.service is not None and hop.service.entry:
        case.role("service_entry", hop.service.object.at())
        case.fact("request.named_by", "service-entry", hop.service.object.at("spec.hosts"))
        _asked(case, mesh, hop)
    elif exact is not None and not exact.entry and exact.object.cluster != hop.party.cluster:
        case.role("service", exact.object.at())
        case.fact("request.named_by", "other-cluster", exact.object.at())
        case.detail("caller.cluster_name", hop.party.cluster)
        case.detail("target.cluster_name", exact.object.cluster)
    elif same:
        case.fact("request.named_by", "elsewhere", *(s.object.at() for s in same))
        case.detail("request.elsewhere", " or ".join(f"{s.object.name}.{s.namespace}" for s in same[:4]))
    elif routed:
        case.role("virtual_service", routed[0].at())
        case.fact("request.named_by", "virtual-service", *(v.at("spec.hosts") for v in routed))
    else:
        case.fact("request.named_by", "nothing", hop.party.resource)
    case.fact("request.resolves", "no", hop.party.resource)
    case.detail("request.full_host", full)


def _asked(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Who answers the DNS queries of the caller, and what its pods would say for its proxy to do so."""
    workload, pod = hop.party.workload, hop.party.pod
    if workload is None or pod is None:
        return
    by = "proxy" if answered_by_proxy(mesh, pod) else "cluster" if pod.proxy else "no-proxy"
    case.fact("caller.dns", by, workload.object.at())
    held = own_config(workload.template.annotations)
    asking = {**held, "proxyMetadata": {**as_map(held.get("proxyMetadata")), CAPTURE: "true"}}
    case.detail("caller.proxy_config_field", f"{workload.template.path}{FIELD}")
    case.detail("caller.proxy_config_dns", json.dumps(asking))
