"""Facts about a ServiceEntry that has no endpoint for a request: what keeps it without.

Must not know causes. Sources: https://istio.io/latest/docs/reference/config/networking/service-entry/;
https://istio.io/latest/docs/reference/config/networking/workload-group/ (health of a WorkloadEntry).
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.endpoints import Endpoints
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Resource, Stage, as_list, as_map
from troubleshooter.walk import Hop, Trail

AT = frozenset({Stage.CLUSTER, Stage.ENDPOINT})
"""Where a request dies for want of an endpoint: proxies have no cluster at all of names that they cannot look up."""
OUTSIDE = ("", "MESH_EXTERNAL")


def about_entry_endpoints(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """Why the ServiceEntry at which a request died has no endpoint that is ready, if it has none."""
    cluster = hop.cluster
    if not trail.failed or trail.hop is not hop or trail.steps[-1].stage not in AT or cluster is None:
        return
    service, port = cluster.service, cluster.service_port
    if service is None or port is None or not service.entry:
        return
    found = mesh.endpoints(service, port)
    because = "" if found.ready else _because(service, found)
    if because:
        place = _place(service, because)
        case.role("service_entry", service.object.at())
        case.fact("service_entry.no_endpoints_because", because, place)
        case.detail("service_entry.hosts", service.host)
        case.detail("service_entry.selector_text", selector_text(service.selector.items()))
        case.detail("service_entry.listed", ", ".join(_addresses(service)))


def _because(service: Service, found: Endpoints) -> str:
    """The reason; "" where it is another one than the endpoints that are listed or selected."""
    if service.selector:
        return "not-healthy" if found.all else "selects-nothing"
    if service.resolution != "STATIC":
        return ""
    if _addresses(service):
        return "names-listed"
    outside = str(service.object.spec.get("location") or "") in OUTSIDE
    return "none-listed" if outside and not service.host.startswith("*") else "none-to-look-up"


def _addresses(service: Service) -> list[str]:
    return [str(as_map(e).get("address") or "") for e in as_list(service.object.spec.get("endpoints"))]


def _place(service: Service, because: str) -> Resource:
    """What says so: the selector, the endpoints, or the resolution that asks for endpoints where none are listed."""
    chosen = because in {"selects-nothing", "not-healthy"}
    return service.object.at("spec.workloadSelector" if chosen else "spec.resolution")
