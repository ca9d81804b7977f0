"""Facts about a name of the cluster that does not resolve: what else has it.

Must not know what follows from it.
Source: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh, hosts
from troubleshooter.model import Request
from troubleshooter.walk import Hop
from troubleshooter.walk.sender import meant


def about_missing_name(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Whether a Service of that name is elsewhere, a VirtualService has it among its hosts, or nothing does."""
    full = hosts.fqdn(meant(mesh, request.host, hop.party.namespace)[0], hop.party.namespace, mesh.settings.domain)
    name = request.host.partition(".")[0]
    same = [s for s in mesh.registry.all if not s.entry and s.object.name == name]
    routed = [v for v in mesh.virtual_services.all if full in mesh.virtual_services.hosts_of(v)]
    if same:
        case.fact("request.named_by", "elsewhere", *(s.object.at() for s in same))
        case.detail("request.elsewhere", " or ".join(f"{s.object.name}.{s.namespace}" for s in same[:4]))
    elif routed:
        case.role("virtual_service", routed[0].at())
        case.fact("request.named_by", "virtual-service", *(v.at("spec.hosts") for v in routed))
    else:
        case.fact("request.named_by", "nothing", hop.party.resource)
    case.fact("request.resolves", "no", hop.party.resource)
    case.detail("request.full_host", full)
