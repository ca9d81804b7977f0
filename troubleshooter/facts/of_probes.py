"""Facts about health probes that a workload's own proxies refuse.

Must not know what follows for requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.policy.probes import ANNOTATION, Refused
from troubleshooter.mesh.service.endpoints import selected
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Workload


def about_probes(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """The probe that is refused, if there is one, and what keeps it as it was written."""
    pods = workload.staying or (workload.representative,)
    refused = next(((p, r) for p in pods if (r := mesh.probes.refused(p, workload)) is not None), None)
    if refused is None:
        if all(p.proxy_seen for p in pods):
            case.fact("workload.probe", "fine", workload.object.at())
        return
    pod, found = refused
    case.role("workload", workload.object.at())
    case.role("pod", None if pod.standin else pod.owner.at())
    if found.denied is None:
        case.role("peer_authentication", found.accepts.place)
    case.fact("workload.probe_kept_by", found.kept_by, found.setting or found.probe.place)
    _about_refusal(case, found)
    case.detail("workload.probe_kind", found.probe.kind)
    case.detail("workload.probe_port", found.probe.port)
    case.detail("workload.probe_container", found.probe.container)
    case.detail("workload.probe_field", f'{workload.template.path}metadata.annotations["{ANNOTATION}"]')


def _about_refusal(case: CaseBuilder, found: Refused) -> None:
    """Whether the probe meets mutual TLS or a policy."""
    denied = found.denied
    if denied is None:
        case.fact("workload.probe", "refused", found.probe.place, found.accepts.place)
        return
    word = "denied" if denied.decision is Decision.DENIED else "not-allowed"
    places = (denied.place,) if denied.place else tuple(p.at("spec.rules") for p in denied.decided_by)
    case.fact("workload.probe", word, found.probe.place, *places)
    case.detail("workload.probe_policies", " or ".join(str(p) for p in denied.decided_by))


def about_refused_probes(case: CaseBuilder, mesh: Mesh, service: Service) -> None:
    """The same of the first workload behind a service, in any cluster, of which a probe is refused: there its own
    istiod's configuration says."""
    held = (service, *mesh.registry.namesakes(service))
    for workload in {id(w): w for each in held for w, _ in selected(mesh.workloads, each)}.values():
        there = mesh.seen_from(workload.object.cluster)
        if any(there.probes.refused(p, workload) is not None for p in workload.staying):
            about_probes(case, there, workload)
            return
