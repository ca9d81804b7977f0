"""Facts about pods: why those that should take a request are not ready, and whether one runs again after a failure."""

from __future__ import annotations

from tests.meshes import mesh, thing
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_pods import about_creation, about_restarts, about_trouble
from troubleshooter.model import CaseKind


def pod(name: str, state: str, *, ready: str = "false", more: str = "") -> str:
    """A pod of its own; `more` belongs to its container's status or, after a line break, to its metadata."""
    held = f"{{name: app, ready: {ready}, restartCount: 1, state: {{{state}}}{more}}}"
    status = f'status: {{phase: Running, conditions: [{{type: Ready, status: "False"}}], containerStatuses: [{held}]}}'
    return thing("Pod", name, "containers: [{name: app}]", rest=status)


def trouble(*texts: str) -> tuple[str, str]:
    """The word that is told, and the pod that shows it."""
    case = CaseBuilder("case", CaseKind.PIECE)
    found = mesh(*texts)
    about_trouble(case, found, (p for w in found.workloads.all for p in w.pods))
    fact = case.facts.get("pod.trouble")
    return (fact.word, case.roles["pod"].name) if fact else ("", "")


CRASHES = "waiting: {reason: CrashLoopBackOff}"


def test_the_trouble_of_most() -> None:
    """What most of the pods have is told, with one of them."""
    image = [pod(name, "waiting: {reason: ErrImagePull}") for name in ("b", "c")]

    assert ("image", "b") == trouble(pod("a", CRASHES), *image)


def test_pods_that_are_being_deleted() -> None:
    """Pods that are on their way out count only where there are no others."""
    going = [
        pod(name, CRASHES).replace(f"name: {name},", f'name: {name}, deletionTimestamp: "2026-05-11T08:00:00Z",')
        for name in ("a", "b")
    ]

    assert ("crashing", "c") == trouble(*going, pod("c", CRASHES))
    assert ("stopping", "a") == trouble(*going)


def test_pods_that_were_not_seen() -> None:
    """Of pods that a template only would make nothing is told."""
    web = thing("Deployment", "web", "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app}]}}")

    assert ("", "") == trouble(web)


def restarts(text: str) -> str:
    """What is told of restarts."""
    case = CaseBuilder("case", CaseKind.PIECE)
    about_restarts(case, mesh(text).workloads.all[0])
    fact = case.facts.get("target.restarts")
    return fact.word if fact else ""


def test_restarts() -> None:
    """A container that has failed before and runs again is told; where no status was seen nothing is."""
    failed = ", lastState: {terminated: {reason: Error, exitCode: 1}}"

    assert "some" == restarts(pod("a", "running: {}", ready="true", more=failed))
    assert "none" == restarts(pod("a", "running: {}", ready="true"))
    assert "" == restarts(thing("Pod", "a", "containers: [{name: app}]"))


def creation(*texts: str) -> str:
    """What is told of pods that are not made."""
    case = CaseBuilder("case", CaseKind.PIECE)
    found = mesh(*texts)
    about_creation(case, found, found.workloads.all[0])
    fact = case.facts.get("workload.create_failure")
    return f"{fact.word}: {case.details.get('workload.create_message', '')}" if fact else ""


def test_pods_that_are_not_made() -> None:
    """A condition holds whatever pods there are, as in a rollout that stands still; an event only where some lack."""
    spec = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app}]}}"
    condition = "status: {conditions: [{type: ReplicaFailure, status: 'True', message: full}]}"
    there = thing("Pod", "web-0", meta="ownerReferences: [{kind: Deployment, name: web, controller: true}]")
    about = "reason: FailedCreate\ninvolvedObject: {kind: Deployment, name: web}\nmessage: " + "full" * 200
    event = thing("Event", "web.1", rest=about)

    assert "other: full" == creation(thing("Deployment", "web", spec, rest=condition), there)
    assert "none: " == creation(thing("Deployment", "web", spec), event, there)
    assert "none: " == creation(thing("Deployment", "web", spec), there)
    assert "" == creation(thing("Deployment", "web", spec))
    assert f"other: {'full' * 125}" == creation(thing("Deployment", "web", f"replicas: 2\n{spec}"), event, there)
