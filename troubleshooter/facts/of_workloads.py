"""Facts about one workload: has it a proxy, and does anything ask for one?

Must not know requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.injection import NAMESPACE_LABEL, REVISION, Wish, revisions
from troubleshooter.mesh.workloads import Workload
from troubleshooter.model import Resource


def about_workload(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Everything that labels, webhooks and pods say of a workload's injection."""
    case.role("workload", workload.object.at())
    space = mesh.index.get("", "Namespace", "", workload.namespace)
    case.role("namespace", space.at() if space else None)
    pods = workload.pods or (workload.representative,)
    bare = next((p for p in pods if not p.proxy), None)
    case.fact("workload.proxy", "absent" if bare else "present", (bare or pods[0]).owner.at("spec"))
    decided = workload.injection
    case.fact("workload.injection", decided.wish, decided.decided_by or workload.object.at())
    case.detail("workload.template_field", workload.template.path.rstrip("."))
    case.detail("workload.revision", decided.revision)
    case.detail("workload.revisions", ", ".join(revisions(mesh.index)))
    case.detail("workload.label_field", decided.decided_by.field if decided.decided_by else "")
    if space is not None:
        asks = space.labels.get(NAMESPACE_LABEL) == "enabled" or (
            REVISION in space.labels and NAMESPACE_LABEL not in space.labels
        )
        case.fact("workload.namespace_asks", "yes" if asks else "no", space.at("metadata.labels"))
    if decided.wish is Wish.NOT_ASKED:
        near = _injected_neighbours(mesh, workload)
        case.fact("workload.injected_neighbours", "some" if near else "none", *near)


def _injected_neighbours(mesh: Mesh, workload: Workload) -> list[Resource]:
    """Other workloads of the namespace that run with a proxy beside their application."""
    return [
        w.object.at()
        for w in mesh.workloads.inside(workload.namespace)
        if w is not workload and any(p.proxy and not p.gateway and not p.standin for p in w.pods)
    ]
