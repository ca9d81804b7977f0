"""Facts about servers of one gateway port that show the same certificate and have different routes.

Decides how they could be made one. Must not know requests.
Source: https://istio.io/latest/docs/reference/config/analysis/ist0138/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.certificates import Shared, sharing
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.routes import gateways_of, qualified
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Case, CaseKind, Object, as_list


def certificate_cases(mesh: Mesh, workloads: Iterable[Workload]) -> Iterator[Case]:
    """Every pair of servers of a gateway workload that share a certificate to the client's harm."""
    for shared in chain.from_iterable(sharing(mesh, w) for w in workloads):
        place = f"{shared.first.reference}/{shared.first.index}/{shared.second.reference}/{shared.second.index}"
        case = CaseBuilder(f"piece/certificate/{place}", CaseKind.PIECE)
        about_shared(case, mesh, shared)
        yield case.build()


def about_shared(case: CaseBuilder, mesh: Mesh, shared: Shared) -> None:
    """The two servers, and what would make them one."""
    first, second = shared.first, shared.second
    place, other = (s.gateway.at(f"{s.path}.hosts") for s in (first, second))
    case.role("gateway", first.gateway.at())
    case.fact("gateway.certificate", "shared", place, other)
    case.detail("gateway.certificate", shared.certificate)
    case.detail("gateway.hosts", ", ".join(first.hosts))
    case.detail("gateway.hosts_field", place.field)
    written = [str(h) for h in as_list(first.raw.get("hosts"))]
    case.detail("gateway.all_hosts", [*written, *(h for h in second.hosts if h not in first.hosts)])
    case.detail("rival.hosts", ", ".join(second.hosts))
    case.detail("rival.server_field", second.path)
    alike = first.settings == second.settings and first.number == second.number
    if first.gateway is second.gateway:
        case.fact("gateway.certificate_with", "server", place, other)
        case.fact("gateway.certificate_merge", "one" if alike else "none", place, other)
        return
    case.role("rival", second.gateway.at())
    within = selects(mesh.gateways.selector(first.gateway), mesh.gateways.selector(second.gateway))
    case.fact("gateway.certificate_with", "gateway" if within else "other-selector", place, other)
    bound = _bound(mesh, second)
    mergeable = alike and len(bound) == 1 and len(mesh.gateways.servers(second.gateway)) == 1
    case.fact("gateway.certificate_merge", "one" if mergeable else "none", place, other)
    if mergeable:
        case.role("virtual_service", bound[0].at())
        case.detail("virtual_service.other_gateways", _rebound(bound[0], first.gateway, second))


def _bound(mesh: Mesh, server: Server) -> list[Object]:
    return [v for v in mesh.virtual_services.all if server.reference in gateways_of(v)]


def _rebound(owner: Object, gateway: Object, server: Server) -> list[str]:
    """What a VirtualService is bound to, with one Gateway in the place of another."""
    name = gateway.name if gateway.namespace == owner.namespace else f"{gateway.namespace}/{gateway.name}"
    written = [str(g) for g in as_list(owner.spec.get("gateways"))]
    old = server.reference
    return list(dict.fromkeys(name if qualified(g, owner.namespace) == old else g for g in written))
