"""Facts about one workload: has it a proxy, and does anything ask for one?

Must not know requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_pods import about_creation
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.control_plane.proxy_config import FIELD
from troubleshooter.mesh.injection.decision import (
    NAMESPACE_LABEL,
    Conflict,
    Injection,
    Wish,
    asks,
    overruled_in_namespace,
)
from troubleshooter.mesh.injection.revisions import DEFAULT, REVISION, control_planes, only_revision, revisions
from troubleshooter.mesh.workload.startup import early_exits, held_too, start_of
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, Resource

ASKING = frozenset({Wish.ASKED, Wish.REVISION_MISMATCH})


def about_namespace(case: CaseBuilder, mesh: Mesh, space: Object) -> None:
    """What the labels of a namespace that contradict each other come to for all of its pods."""
    case.role("namespace", space.at())
    overruled = overruled_in_namespace(mesh.index, space)
    case.fact("namespace.injection_label", _label_word(space), space.at("metadata.labels"))
    case.fact("namespace.label_conflict", "both" if overruled else "none", overruled.label if overruled else None)
    if overruled is not None:
        case.detail("namespace.overruled_revision", overruled.revision)
        if overruled.other is not None:
            case.fact("namespace.overruled_revision", "other" if overruled.other else "same", overruled.label)


def about_labels(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """What the labels of a workload or of its namespace contradict each other in, where nothing fails for it."""
    overruled = workload.injection.overruled
    space = mesh.index.get(CORE, "Namespace", "", workload.namespace)
    if overruled is not None and overruled.conflict is Conflict.POD_REVISION:
        about_workload(case, mesh, workload)
    elif overruled is not None and overruled.conflict is Conflict.NAMESPACE and space is not None:
        about_namespace(case, mesh, space)


def about_workload(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Everything that labels, webhooks and pods say of a workload's injection."""
    case.role("workload", workload.object.at())
    space = mesh.index.get(CORE, "Namespace", "", workload.namespace)
    case.role("namespace", space.at() if space else None)
    about_creation(case, mesh, workload)
    decided = workload.injection
    if decided.wish is Wish.NOT_KNOWN:
        return
    pods = workload.staying or (workload.representative,)
    bare = next((p for p in pods if not p.proxy), None)
    if bare is not None or pods[0].proxy_seen:
        case.fact("workload.proxy", "absent" if bare else "present", (bare or pods[0]).owner.at("spec"))
    case.fact("workload.injection", decided.wish, decided.decided_by or workload.object.at())
    case.detail("workload.template_field", f"{workload.template.path}metadata")
    case.detail("workload.spec_field", f"{workload.template.path}spec")
    case.detail("workload.label_field", decided.decided_by.field if decided.decided_by else "")
    if bare is not None and not bare.standin and decided.wish in ASKING:
        case.role("pod", bare.owner.at())
    _revision(case, mesh, decided)
    _conflict(case, decided)
    about_start(case, workload)
    if space is not None:
        case.fact("namespace.injection_label", _label_word(space), space.at("metadata.labels"))
        case.fact("workload.namespace_asks", "yes" if asks(space.labels) else "no", space.at("metadata.labels"))
    if decided.wish is Wish.NOT_ASKED:
        near = _injected_neighbours(mesh, workload)
        case.fact("workload.injected_neighbours", "some" if near else "none", *near)


def about_start(case: CaseBuilder, workload: Workload) -> None:
    """Whether the application starts before its proxy is ready, and has failed for it, where pods show it."""
    pod = next((p for p in workload.staying if not p.standin), None)
    start = start_of(pod) if pod is not None else None
    if pod is None or start is None:
        return
    case.role("workload", workload.object.at())
    case.fact("workload.proxy_start", start, pod.owner.at("spec"))
    found = early_exits(workload)
    case.fact("workload.early_exit", "yes" if found else "no", *(f.place for f in found))
    case.detail("workload.early_container", found[0].container if found else None)
    case.detail("workload.proxy_config_field", f"{workload.template.path}{FIELD}")
    case.detail("workload.proxy_config_held", held_too(workload.template.annotations))


def _conflict(case: CaseBuilder, decided: Injection) -> None:
    """Which of its labels has no effect because another one goes before it, the one that decides first."""
    overruled = decided.overruled
    if overruled is None:
        case.fact("workload.label_conflict", Conflict.NONE, decided.decided_by)
        return
    case.fact("workload.label_conflict", overruled.conflict, decided.decided_by, overruled.label)
    case.detail("workload.overruled_field", overruled.label.field)
    case.detail("workload.overruled_revision", overruled.revision)
    if overruled.other is not None:
        case.fact("workload.overruled_revision", "other" if overruled.other else "same", overruled.label)


def _revision(case: CaseBuilder, mesh: Mesh, decided: Injection) -> None:
    """What asks for injection, by which revision, and which revisions there are."""
    place = decided.decided_by
    if decided.wish in ASKING and place is not None:
        asker = {"Namespace": "namespace", "MutatingWebhookConfiguration": "webhook"}.get(place.kind, "pod")
        case.fact("workload.asked_by", asker, place)
    if decided.wish is Wish.ASKED and decided.control_plane is not None:
        planes = [plane.at(f'metadata.labels["{REVISION}"]') for plane in control_planes(mesh.index)]
        word = "present" if decided.control_plane else "absent"
        case.fact("workload.control_plane", word, *([place] if place else []), *planes)
    case.detail("workload.revision", decided.revision or DEFAULT)
    case.detail("workload.revisions", ", ".join(revisions(mesh.index)))
    only = only_revision(mesh.index)
    case.detail("workload.served_revision", only)
    case.fact("workload.revision_guess", "one" if only else "none", place)


def _label_word(space: Object) -> str:
    """What a namespace's labels say: `istio-injection` goes before a revision."""
    label = space.labels.get(NAMESPACE_LABEL)
    if label in {"enabled", "disabled"}:
        return label
    return "revision" if label is None and REVISION in space.labels else "none"


def _injected_neighbours(mesh: Mesh, workload: Workload) -> list[Resource]:
    """Other workloads of the namespace that have a proxy beside their application."""
    space = workload.namespace
    injected = mesh.index.kept(f"injected workloads of {space}", lambda _: _injected(mesh, space))
    return [w.object.at() for w in injected if w is not workload]


def _injected(mesh: Mesh, namespace: str) -> list[Workload]:
    return [w for w in mesh.workloads.inside(namespace) if any(p.proxy and not p.gateway for p in w.pods)]
