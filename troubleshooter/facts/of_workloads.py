"""Facts about one workload: has it a proxy, and does anything ask for one?

Must not know requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.injection import NAMESPACE_LABEL, REVISION, Injection, Wish, revisions, webhooks
from troubleshooter.mesh.workloads import Workload
from troubleshooter.model import Object, Resource

TAG = "istio.io/tag"
ASKING = frozenset({Wish.ASKED, Wish.REVISION_MISMATCH})


def about_workload(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Everything that labels, webhooks and pods say of a workload's injection."""
    case.role("workload", workload.object.at())
    space = mesh.index.get("", "Namespace", "", workload.namespace)
    case.role("namespace", space.at() if space else None)
    decided = workload.injection
    if decided.wish is Wish.NOT_KNOWN:
        return
    pods = workload.staying or (workload.representative,)
    bare = next((p for p in pods if not p.proxy), None)
    case.fact("workload.proxy", "absent" if bare else "present", (bare or pods[0]).owner.at("spec"))
    case.fact("workload.injection", decided.wish, decided.decided_by or workload.object.at())
    case.detail("workload.template_field", f"{workload.template.path}metadata")
    case.detail("workload.spec_field", f"{workload.template.path}spec")
    case.detail("workload.label_field", decided.decided_by.field if decided.decided_by else "")
    if bare is not None and not bare.standin and decided.wish in ASKING:
        case.role("pod", bare.owner.at())
    _revision(case, mesh, decided)
    if space is not None:
        case.fact("namespace.injection_label", _label_word(space), space.at("metadata.labels"))
        asks = space.labels.get(NAMESPACE_LABEL) == "enabled" or (
            REVISION in space.labels and NAMESPACE_LABEL not in space.labels
        )
        case.fact("workload.namespace_asks", "yes" if asks else "no", space.at("metadata.labels"))
    if decided.wish is Wish.NOT_ASKED:
        near = _injected_neighbours(mesh, workload)
        case.fact("workload.injected_neighbours", "some" if near else "none", *near)


def _revision(case: CaseBuilder, mesh: Mesh, decided: Injection) -> None:
    """What asks for injection, by which revision, and which revisions there are."""
    place = decided.decided_by
    if decided.wish in ASKING and place is not None:
        asker = {"Namespace": "namespace", "MutatingWebhookConfiguration": "webhook"}.get(place.kind, "pod")
        case.fact("workload.asked_by", asker, place)
    served = revisions(mesh.index)
    case.detail("workload.revision", decided.revision or "default")
    case.detail("workload.revisions", ", ".join(served))
    only = _only_revision(mesh)
    case.detail("workload.served_revision", only)
    case.fact("workload.revision_guess", "one" if only else "none", place)


def _only_revision(mesh: Mesh) -> str:
    """How to ask for the only revision that is served: by its own name if an injector goes by it, else by its only tag;
    "" where there are several."""
    confs = [conf for conf, _, _ in webhooks(mesh.index)]
    names = {conf.labels.get(REVISION) or "default" for conf in confs if TAG not in conf.labels}
    behind = {conf.labels.get(REVISION) or "default" for conf in confs}
    tags = {conf.labels[TAG] for conf in confs if TAG in conf.labels}
    asked = names or tags
    return asked.pop() if len(behind) == len(asked) == 1 else ""


def _label_word(space: Object) -> str:
    """What a namespace's labels say: `istio-injection` goes before a revision."""
    label = space.labels.get(NAMESPACE_LABEL)
    if label in {"enabled", "disabled"}:
        return label
    return "revision" if label is None and REVISION in space.labels else "none"


def _injected_neighbours(mesh: Mesh, workload: Workload) -> list[Resource]:
    """Other workloads of the namespace that have a proxy beside their application."""
    return [
        w.object.at()
        for w in mesh.workloads.inside(workload.namespace)
        if w is not workload and any(p.proxy and not p.gateway for p in w.pods)
    ]
