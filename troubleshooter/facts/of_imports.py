"""Facts about what a caller's Sidecar leaves out: a service that the caller's namespace may see.

Must not know what follows from it.
Source: https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener-hosts.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Object, as_list, as_map
from troubleshooter.walk import Hop


def about_imports(case: CaseBuilder, mesh: Mesh, service: Service, hop: Hop, port: int) -> None:
    """That the Sidecar in force does not import a service, and what would have to stand in its list of imports. Nothing
    is said where exportTo hides the service anyway, or no listener of the Sidecar is for the port: the one that names
    it, else one that names none."""
    own = mesh.sidecars.in_force(hop.party.namespace, hop.party.labels)
    if own is None or not service.visible_to(hop.party.namespace):
        return
    listeners = [as_map(raw) for raw in as_list(own.spec.get("egress"))]
    named = [as_map(listener.get("port")).get("number") for listener in listeners]
    free = [not listener.get("bind") for listener in listeners]
    number = next((n for wanted in (port, None) for n, at in enumerate(named) if at == wanted and free[n]), None)
    if number is None:
        return
    field = f"spec.egress[{number}].hosts"
    case.role("sidecar", own.at())
    case.fact("sidecar.imports", "no", own.at(field))
    _about_rival(case, mesh, own, hop)
    case.detail("sidecar.hosts_field", field)
    case.detail("sidecar.missing_host", f"{service.namespace}/{service.host}")


def _about_rival(case: CaseBuilder, mesh: Mesh, own: Object, hop: Hop) -> None:
    """Another Sidecar of its namespace that is for the same pods in the same way. Istio leaves open which one counts;
    istiod takes the older."""
    wide, others = mesh.sidecars.alike(own, hop.party.labels)
    if others:
        case.role("rival", others[0].at())
    word = ("whole-namespace" if wide else "same-pods") if others else "none"
    case.fact("sidecar.rival", word, own.at("spec"), *(o.at("spec") for o in others))
