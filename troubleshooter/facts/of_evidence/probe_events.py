"""What events say of a pod's probes: how the kubelet was answered.

Decides: what kind of failure it was, by the kubelet's words. The probe of the proxy itself (port 15021) is another
matter. Must not know causes.
Source: pkg/probe and pkg/kubelet/prober in kubernetes/kubernetes (`Readiness probe failed: ...`);
https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, Resource, as_list, as_map

UNHEALTHY = "Unhealthy"
OF_PROXY = re.compile(r":15021\b")
FAILED = re.compile(r"(?P<kind>Readiness|Startup|Liveness) probe (?:failed|errored)[^:]{0,60}: (?P<why>.+)", re.DOTALL)
WORDS = (
    ("refused", re.compile(r"connection refused")),
    ("timeout", re.compile(r"deadline exceeded|i/o timeout|Client\.Timeout|^timeout: ")),
    ("forbidden", re.compile(r"statuscode: 40[13]\b")),
    ("status", re.compile(r"statuscode: [0-9]{3}\b")),
    ("reset", re.compile(r"reset by peer|\bEOF\b|broken pipe")),
)
LONGEST = 300


def about_probe(case: CaseBuilder, events: Iterable[Object]) -> None:
    """What the last event says of the probes of the pod in trouble, where it is a probe that it does not pass."""
    pod, trouble = case.roles.get("pod"), case.facts.get("pod.trouble")
    if pod is None or trouble is None or trouble.word not in ("probe", "crashing"):
        return
    own = [event for event in failed_probes(events) if _whom(event) == (pod.namespace, pod.name)]
    if own:
        _tell(case, own[-1])


def about_unready(
    case: CaseBuilder, scene: Scene, events: Iterable[Object], meant: Mapping[tuple[str, str], Workload | None]
) -> None:
    """Where no list shows the pods behind a service of which no endpoint was usable: a readiness probe that one of them
    did not pass. `meant` are these pods, each with its workload if the mesh has it."""
    seen = scene.observation
    if seen is None or "UH" not in seen.entry.flags or "pod.ready" in case.facts:
        return
    found = [one for one in failed_probes(events) if _whom(one) in meant and not _text(one).startswith("Liveness")]
    if not found:
        return
    space, name = _whom(found[-1])
    workload = meant[space, name]
    pod = Resource(kind="Pod", namespace=space, name=name)
    owner = workload.object.at() if workload else None
    names = [str(as_map(one).get("name")) for one in as_list(workload.pod_spec.get("containers"))] if workload else []
    case.role("pod", pod)
    case.role("target", owner or pod)
    case.fact("pod.ready", "no", owner, found[-1].at("message"))
    case.fact("pod.trouble", "probe", found[-1].at("message"))
    case.detail("pod.container", names[0] if len(names) == 1 else None)
    _tell(case, found[-1])


def failed_probes(events: Iterable[Object]) -> Iterator[Object]:
    """The events that tell of a probe of an application that failed."""
    return (
        one
        for one in events
        if one.raw.get("reason") == UNHEALTHY and FAILED.search(_text(one)) and not OF_PROXY.search(_text(one))
    )


def _tell(case: CaseBuilder, event: Object) -> None:
    match = FAILED.search(_text(event))
    why = match["why"] if match else ""
    word = next((word for word, pattern in WORDS if pattern.search(why)), "other")
    case.fact("pod.probe_says", word, event.at("message"))
    case.detail("pod.probe_message", _text(event)[:LONGEST])


def _whom(event: Object) -> tuple[str, str]:
    whom = as_map(event.raw.get("involvedObject"))
    return str(whom.get("namespace") or ""), str(whom.get("name") or "")


def _text(event: Object) -> str:
    return str(event.raw.get("message") or "")
