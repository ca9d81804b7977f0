"""Facts about pods: why those that should take a request are not ready, and whether one runs again after a failure.

Must not know requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_init_containers import about_init_container
from troubleshooter.facts.of_pod_states import about_state
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.pods import PROXY
from troubleshooter.mesh.control_planes import endpoints_of_istiod
from troubleshooter.mesh.workload.creation import Failure, Refusal
from troubleshooter.mesh.workload.trouble import Trouble, ailment, restarts, without_proxies
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Resource, as_list, as_map, as_words
from troubleshooter.walk.caller.readiness import none_ready

LONGEST = 500
"""Characters of a message that are shown."""
TO_BE_INJECTED = "auto"
"""The image of a gateway's container until injection puts the right one in."""
ISTIOD = "istiod"
"""What the label `app` of the control plane's pods says."""
FEW = 4
"""Pods that are named as proof."""


def about_trouble(case: CaseBuilder, mesh: Mesh, pods: Iterable[Pod]) -> None:
    """What keeps these pods, of which none is ready, from being so: what most of them have. Where it is their proxies,
    whether there is an istiod to give them what they wait for."""
    told = [(pod, ailment(pod.owner)) for pod in pods if not pod.standin]
    found = [(pod, a) for pod, a in told if a.trouble is not Trouble.STOPPING] or told
    if not found:
        return
    usual = Counter(a.trouble for _, a in found).most_common(1)[0][0]
    pod, chosen = next((p, a) for p, a in found if a.trouble is usual)
    case.role("pod", pod.owner.at())
    case.fact("pod.trouble", usual, chosen.place)
    if usual is Trouble.IMAGE:
        held = [as_map(c) for c in as_list(pod.owner.spec.get("containers"))]
        waiting = next(
            (n for n, c in enumerate(held) if c.get("name") == PROXY and c.get("image") == TO_BE_INJECTED), None
        )
        place = pod.owner.at("spec.containers" if waiting is None else f"spec.containers[{waiting}].image")
        case.fact("pod.image", "other" if waiting is None else "to-be-injected", place)
    case.detail("pod.container", chosen.container)
    case.detail("pod.reason", chosen.reason or "no reason is given")
    about_state(case, pod.owner)
    owner = mesh.workloads.pod(pod.namespace, pod.name)
    if owner is not None:
        about_init_container(case, *owner)
    if usual is Trouble.PROXY and owner is not None:
        _control_plane(case, mesh, owner[0])


def about_waiting_caller(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """What keeps the proxies of a caller from taking connections, if none of them does."""
    if without_proxies(workload.staying) is not None:
        about_trouble(case, mesh, workload.staying)


def about_gateway_pods(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """What keeps the pods of a gateway from being ready, if none of them is."""
    if none_ready(workload):
        case.fact("gateway.pods", "not-ready", *(p.owner.at("status") for p in workload.pods[:FEW]))
        case.role("target", workload.pods[0].owner.at())
        about_trouble(case, mesh, workload.pods)


def about_creation(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Why a workload's pods are not made, where something says so; an event of old says nothing where all are there."""
    told = mesh.workloads.creation.failure(workload.object)
    made = [p for p in workload.pods if not p.standin]
    if all_made(workload) and (told is None or told.place.kind == "Event"):
        case.fact("workload.create_failure", Refusal.NONE, *(p.owner.at() for p in made[:FEW]))
    elif told is not None:
        about_refusal(case, mesh, workload.object.at(), told, workload)
    elif not made and workload.injection.blocked is not None:
        case.role("workload", workload.object.at())
        case.fact("workload.create_failure", Refusal.WEBHOOK_NO_ENDPOINTS, workload.injection.blocked)
        _control_plane(case, mesh, workload)


def all_made(workload: Workload) -> bool:
    """Whether as many pods of it are there as there should be."""
    made = [p for p in workload.pods if not p.standin]
    return bool(made) and len(made) >= workload.replicas


def about_refusal(
    case: CaseBuilder, mesh: Mesh, thing: Resource, told: Failure, workload: Workload | None = None
) -> None:
    """What the API server says to whoever makes the pods of a thing; `workload` is what the mesh has of it."""
    case.role("workload", thing)
    case.fact("workload.create_failure", told.refusal, told.place)
    case.detail("workload.create_message", told.text[:LONGEST])
    if told.refusal.startswith("webhook") and workload is not None:
        _control_plane(case, mesh, workload)


def _control_plane(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Whether anybody is behind istiod's Service; if not, what keeps its pods from being ready, if it is want of
    memory."""
    found = endpoints_of_istiod(mesh, workload)
    if found is not None:
        service, endpoints = found
        case.role("control_plane", service.at())
        case.fact("control_plane.endpoints", "some" if endpoints.ready else "none", service.at(), *endpoints.looked_at)
        if not endpoints.ready:
            behind = mesh.workloads.selected(service.namespace, as_words(service.spec.get("selector")))
            _about_istiods(case, (pod for _, pod in behind))


def about_istiod(case: CaseBuilder, workload: Workload) -> None:
    """Whether an istiod was ended for want of memory."""
    if workload.labels.get("app") == ISTIOD:
        case.role("control_plane", workload.object.at())
        _about_istiods(case, workload.pods)


def _about_istiods(case: CaseBuilder, pods: Iterable[Pod]) -> None:
    for pod in (pod for pod in pods if not pod.standin):
        told = [found for found in (ailment(pod.owner), restarts(pod.owner)) if found is not None]
        ended = next((found for found in told if found.trouble is Trouble.OUT_OF_MEMORY), None)
        if ended is not None:
            case.fact("control_plane.ended", "out-of-memory", ended.place)
            case.detail("control_plane.pod", pod.name)
            return


def about_restarts(case: CaseBuilder, workload: Workload) -> None:
    """Whether the application of the workload in focus has failed and been started again, where pods tell it."""
    seen = [pod for pod in workload.pods if pod.owner.status.get("containerStatuses")]
    if not seen:
        return
    found = next((a for pod in seen if (a := restarts(pod.owner)) is not None), None)
    places = [found.place] if found else [pod.owner.at("status") for pod in seen]
    case.fact("target.restarts", "some" if found else "none", *places)
    case.detail("target.restart_reason", found.reason if found else None)
