"""What kubectl prints of pods and events, as facts about a request and by itself.

Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.evidence import AccessLogEntry, Evidence, Side
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.printed import Printed, creation_in, made_by, printed_events, printed_pods
from troubleshooter.facts.of_evidence.probe_events import about_probe, about_unready
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_pod_states import about_state
from troubleshooter.facts.of_pods import about_refusal, all_made
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.endpoints import selected
from troubleshooter.mesh.workload.creation import Failure
from troubleshooter.mesh.workload.trouble import Ailment
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Case, CaseKind, Object, Resource, as_map

SANDBOX = "FailedCreatePodSandBox"
OF_ISTIO = 'plugin type="istio-cni"'
"""What the container runtime says of a plugin that fails. Source: https://istio.io/latest/docs/ops/diagnostic-tools/cni/."""
LONGEST = 500


def cases_of_pods(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each printed pod that is not well, unless another one of its workload is ready; each workload whose
    pods cannot be made; each pod whose network cannot be."""
    held, events = list(printed_pods(mesh, evidence)), list(printed_events(evidence))
    served = {(pod.place.namespace, made_by(pod.place.name)) for pod in held if pod.ready}
    for pod in held:
        case = CaseBuilder(f"evidence/pod/{pod.place.namespace}/{pod.place.name}", CaseKind.PIECE)
        if pod.described is not None:
            about_state(case, pod.described)
        if not pod.ready and (pod.place.namespace, made_by(pod.place.name)) not in served:
            _about_pod(case, pod)
            about_probe(case, events)
        if case.facts:
            yield case.build()
    for (kind, space, name), failure in creation_in(mesh, evidence).failures.items():
        case = CaseBuilder(f"evidence/creation/{space}/{kind}/{name}", CaseKind.PIECE)
        _about_creation(case, mesh, Resource(kind=kind, namespace=space, name=name, group="apps"), failure)
        yield case.build()
    for event in events:
        if event.raw.get("reason") == SANDBOX:
            case = CaseBuilder(f"evidence/sandbox/{_about(event)}", CaseKind.PIECE)
            _about_sandbox(case, mesh, event)
            yield case.build()


def about_printed_pods(case: CaseBuilder, scene: Scene) -> None:
    """What was printed of the pods that should take the request: of one that it reached, else of those behind the
    service if none of them is ready."""
    wanted = _wanted(scene)
    entry = scene.observation.entry if scene.observation else None
    held = list(printed_pods(scene.mesh, scene.evidence))
    reached = [pod for pod in held if pod.address and pod.address == _address(entry)]
    behind = [pod for pod in held if pod.workload is not None and id(pod.workload) in wanted]
    found = reached or behind
    if found and not any(pod.ready for pod in found):
        told = next((pod for pod in found if pod.ailment is not None), found[0])
        _about_pod(case, told)
        about_probe(case, printed_events(scene.evidence))
    for pod in found:
        if pod.described is not None and about_state(case, pod.described):
            break
    _about_printed_events(case, scene, wanted, entry)


def _about_printed_events(
    case: CaseBuilder, scene: Scene, wanted: Mapping[int, Workload], entry: AccessLogEntry | None
) -> None:
    """What events say of pods behind the service that cannot be made, or have no network."""
    for (kind, space, name), failure in creation_in(scene.mesh, scene.evidence).failures.items():
        workload = scene.mesh.workloads.get(kind, space, name)
        if (workload is not None and id(workload) in wanted) or _is_behind(entry, space, name):
            thing = Resource(kind=kind, namespace=space, name=name, group="apps")
            _about_creation(case, scene.mesh, thing, failure)
    meant: list[tuple[str, str]] = []
    for event in printed_events(scene.evidence):
        whom = as_map(event.raw.get("involvedObject"))
        space, name = str(whom.get("namespace")), str(whom.get("name"))
        known = scene.mesh.workloads.pod(space, name)
        if id(known[0]) in wanted if known else _is_behind(entry, space, name):
            meant += [(space, name)] if known is None else []  # of a pod that was seen, its status says more
            if event.raw.get("reason") == SANDBOX:
                _about_sandbox(case, scene.mesh, event)
    if not any(pod.ready for pod in printed_pods(scene.mesh, scene.evidence) if _is_meant(pod, meant)):
        owners = {workload.name: workload for workload in wanted.values()}
        names = {(space, name): owners.get(made_by(name)) for space, name in meant}
        about_unready(case, scene, printed_events(scene.evidence), names)


def _is_meant(pod: Printed, meant: list[tuple[str, str]]) -> bool:
    """Whether a pod is of a workload of which these are pods."""
    makers = {(space, made_by(name)) for space, name in meant}
    return (pod.place.namespace, made_by(pod.place.name)) in makers


def _wanted(scene: Scene) -> dict[int, Workload]:
    """The workloads behind the service that is called."""
    cluster = scene.hop.cluster if scene.hop else None
    service = cluster.service if cluster is not None else None
    if service is None:
        return {}
    return {id(workload): workload for workload, _ in selected(scene.mesh.workloads, service)}


def _address(entry: AccessLogEntry | None) -> str:
    """The address of the pod that took the logged connection, or did not."""
    if entry is None:
        return ""
    end = entry.downstream_local if entry.side is Side.INBOUND else entry.upstream_host
    return end.rpartition(":")[0].strip("[]")


def _is_behind(entry: AccessLogEntry | None, space: str, name: str) -> bool:
    """Where no mesh tells: whether a workload is called as the logged service is, in its namespace."""
    parts = entry.cluster.host.split(".") if entry is not None and entry.cluster is not None else []
    return len(parts) > 2 and parts[1] == space and (name == parts[0] or name.startswith(f"{parts[0]}-"))


def _about_pod(case: CaseBuilder, pod: Printed) -> None:
    if pod.described is not None:
        about_state(case, pod.described)
    case.role("pod", pod.place)
    owner = pod.workload.object.at() if pod.workload else None
    case.role("target", owner or pod.place)
    case.fact("pod.ready", "yes" if pod.ready else "no", owner, pod.place)
    if pod.ailment is not None:
        _about_ailment(case, pod.ailment)


def _about_ailment(case: CaseBuilder, found: Ailment) -> None:
    case.fact("pod.trouble", found.trouble, found.place)
    case.detail("pod.container", found.container)
    case.detail("pod.reason", found.reason or "no reason is given")


def _about_creation(case: CaseBuilder, mesh: Mesh, thing: Resource, failure: Failure) -> None:
    """Why pods are not made, unless the mesh shows that all of them are there."""
    workload = mesh.workloads.get(thing.kind, thing.namespace, thing.name)
    if workload is not None and all_made(workload):
        return
    about_refusal(case, mesh, workload.object.at() if workload else thing, failure, workload)


def _about_sandbox(case: CaseBuilder, mesh: Mesh, event: Object) -> None:
    whom, text = as_map(event.raw.get("involvedObject")), str(event.raw.get("message") or "")
    pod = Resource(kind="Pod", namespace=str(whom.get("namespace")), name=str(whom.get("name")))
    known = mesh.workloads.pod(pod.namespace, pod.name)
    place = known[1].owner.at() if known else None
    case.role("pod", place or pod)
    case.fact("pod.sandbox", "istio-cni" if OF_ISTIO in text else "other", place, event.at("message"))
    case.detail("pod.sandbox_message", text[:LONGEST])


def _about(event: Object) -> str:
    whom = as_map(event.raw.get("involvedObject"))
    return f"{whom.get('namespace')}/{whom.get('name')}"
