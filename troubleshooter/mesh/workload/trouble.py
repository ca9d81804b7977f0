"""Why a pod is not ready, as its status tells it.

Decides from one pod object, by container: which one is in trouble, and with what. A pod whose own proxy is not ready is
told from one whose application is not. Must not know services.
Sources: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/;
https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.pods import PROXY
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

BEFORE_PROXY = frozenset({"istio-init", "istio-validation"})
"""Init containers that Istio adds: the first makes the rules of redirection, the second, beside the CNI plugin, finds
out whether they were made."""


class Trouble(StrEnum):
    """What keeps a pod from being ready."""

    CRASHING = "crashing"
    OUT_OF_MEMORY = "out-of-memory"
    IMAGE = "image"
    CONFIG = "config"
    UNSCHEDULABLE = "unschedulable"
    PROBE = "probe"
    """The container runs, and says that it is not ready."""
    PROXY = "proxy"
    """The pod's proxy runs, and is not ready."""
    PROXY_DOWN = "proxy-down"
    INIT = "init"
    STARTING = "starting"
    STOPPING = "stopping"
    NOT_TOLD = "not-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """A pod's trouble, where its status says so, the container that has it and the reason in Kubernetes' words ("" if
    none is given)."""

    trouble: Trouble
    place: Resource
    container: str = ""
    reason: str = ""


REASONS = {
    "CrashLoopBackOff": Trouble.CRASHING,
    "RunContainerError": Trouble.CRASHING,
    "StartError": Trouble.CRASHING,
    "Error": Trouble.CRASHING,
    "OOMKilled": Trouble.OUT_OF_MEMORY,
    "ImagePullBackOff": Trouble.IMAGE,
    "ErrImagePull": Trouble.IMAGE,
    "ErrImageNeverPull": Trouble.IMAGE,
    "InvalidImageName": Trouble.IMAGE,
    "ImageInspectError": Trouble.IMAGE,
    "RegistryUnavailable": Trouble.IMAGE,
    "CreateContainerConfigError": Trouble.CONFIG,
    "CreateContainerError": Trouble.CONFIG,
    "ContainerCreating": Trouble.STARTING,
    "PodInitializing": Trouble.STARTING,
}
FAILED = (Trouble.CRASHING, Trouble.OUT_OF_MEMORY)
SERIOUS = (Trouble.OUT_OF_MEMORY, Trouble.CRASHING, Trouble.IMAGE, Trouble.CONFIG)
"""What is told first, where containers have different troubles."""


def ailment(pod: Object) -> Ailment:
    """Why a pod that is not ready is not."""
    if pod.metadata.get("deletionTimestamp"):
        return Ailment(trouble=Trouble.STOPPING, place=pod.at("metadata.deletionTimestamp"))
    held = list(_containers(pod, "containerStatuses"))
    lasting = _lasting(pod)
    starting = list(_containers(pod, "initContainerStatuses"))
    held += [a for a in starting if a.container in lasting]
    init = next((a for a in starting if a.container not in lasting and a.trouble is not Trouble.STARTING), None)
    proxy = next((a for a in held if a.container == PROXY), None)
    alone = all(as_map(c).get("name") == PROXY for c in as_list(pod.spec.get("containers")))
    own = [a for a in held if a.container != PROXY or (alone and a.trouble is not Trouble.PROBE)]
    serious = next((a for trouble in SERIOUS for a in own if a.trouble is trouble), None)
    waits = proxy is not None and proxy.trouble is not Trouble.STARTING and proxy not in own
    if proxy is not None and waits and (serious is None or serious.trouble in FAILED):
        trouble = Trouble.PROXY if proxy.trouble is Trouble.PROBE else Trouble.PROXY_DOWN
        return Ailment(trouble=trouble, place=proxy.place, container=PROXY, reason=proxy.reason)
    unplaced = _unschedulable(pod)
    return unplaced or init or serious or next(iter(own), None) or proxy or _nothing(pod)


def without_proxies(pods: Sequence[Pod]) -> Ailment | None:
    """What keeps the proxy of each of these pods from taking connections, told of the first: it runs and is not ready,
    it does not run, or what has to come before it has not ended. None where some proxy takes them, or there is no
    pod."""
    if not all(p.proxy and not p.standin and not p.ready for p in pods):
        return None
    found = [ailment(pod.owner) for pod in pods]
    return found[0] if found and all(map(_about_proxy, found)) else None


def _about_proxy(found: Ailment) -> bool:
    return found.trouble in {Trouble.PROXY, Trouble.PROXY_DOWN} or found.container in BEFORE_PROXY


def restarts(pod: Object) -> Ailment | None:
    """An application's container that runs again after a failure, None if there is none."""
    for n, status in _statuses(pod, "containerStatuses"):
        ended = as_map(as_map(status.get("lastState")).get("terminated"))
        trouble = REASONS.get(str(ended.get("reason") or ""))
        if status.get("name") != PROXY and status.get("restartCount") and trouble in FAILED:
            place = pod.at(f"status.containerStatuses[{n}].lastState.terminated")
            return Ailment(
                trouble=trouble, place=place, container=str(status.get("name") or ""), reason=str(ended.get("reason"))
            )
    return None


def _containers(pod: Object, key: str) -> Iterator[Ailment]:
    """The containers that are not ready; init containers that have done their work are."""
    for n, status in _statuses(pod, key):
        state = as_map(status.get("state"))
        ended = as_map(state.get("terminated"))
        done = key == "initContainerStatuses" and ended.get("exitCode") == 0
        if status.get("ready") is not False or done:
            continue
        place = pod.at(f"status.{key}[{n}]")
        reason = str(as_map(state.get("waiting")).get("reason") or ended.get("reason") or "")
        trouble = REASONS.get(reason, Trouble.PROBE if "running" in state else Trouble.NOT_TOLD)
        before = str(as_map(as_map(status.get("lastState")).get("terminated")).get("reason") or "")
        if key == "initContainerStatuses" and not _stays(pod, status):
            first = trouble is Trouble.PROBE and REASONS.get(before) not in FAILED
            trouble = Trouble.STARTING if first or trouble is Trouble.STARTING else Trouble.INIT
        if trouble in {Trouble.CRASHING, Trouble.PROBE} and REASONS.get(before) in FAILED:
            trouble = REASONS[before]
            reason = reason or before
        yield Ailment(trouble=trouble, place=place, container=str(status.get("name") or ""), reason=reason)


def _statuses(pod: Object, key: str) -> list[tuple[int, Raw]]:
    return [(n, as_map(status)) for n, status in enumerate(as_list(pod.status.get(key)))]


def _lasting(pod: Object) -> frozenset[str]:
    """The init containers that run on beside the application: native sidecars."""
    held = map(as_map, as_list(pod.spec.get("initContainers")))
    return frozenset(str(c.get("name")) for c in held if c.get("restartPolicy") == "Always")


def _stays(pod: Object, status: Raw) -> bool:
    return str(status.get("name")) in _lasting(pod)


def _unschedulable(pod: Object) -> Ailment | None:
    """A pod for which there is no node."""
    for n, raw in enumerate(as_list(pod.status.get("conditions"))):
        condition = as_map(raw)
        if condition.get("type") == "PodScheduled" and str(condition.get("status")).lower() == "false":
            place = pod.at(f"status.conditions[{n}]")
            said = str(condition.get("reason") or "")
            return Ailment(trouble=Trouble.UNSCHEDULABLE, place=place, reason=said)
    return None


def _nothing(pod: Object) -> Ailment:
    return Ailment(trouble=Trouble.NOT_TOLD, place=pod.at("status"))
