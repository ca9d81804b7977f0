"""Facts about what a caller's Sidecar leaves out: a service that the caller's namespace may see.

Must not know what follows from it.
Source: https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener-hosts.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.services import Service
from troubleshooter.model import as_list, as_map
from troubleshooter.walk import Hop


def about_imports(case: CaseBuilder, mesh: Mesh, service: Service, hop: Hop) -> None:
    """That the Sidecar in force does not import a service, and what would have to stand in its list of imports. Nothing
    is said where exportTo hides the service anyway, or no listener of the Sidecar is for ports without one."""
    own = mesh.sidecars.in_force(hop.party.namespace, hop.party.labels)
    if own is None or not service.visible_to(hop.party.namespace):
        return
    listeners = enumerate(map(as_map, as_list(own.spec.get("egress"))))
    number = next((n for n, listener in listeners if not listener.get("port") and not listener.get("bind")), None)
    if number is None:
        return
    field = f"spec.egress[{number}].hosts"
    case.role("sidecar", own.at())
    case.fact("sidecar.imports", "no", own.at(field))
    case.detail("sidecar.hosts_field", field)
    case.detail("sidecar.missing_host", f"{service.namespace}/{service.host}")
