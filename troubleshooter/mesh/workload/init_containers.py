"""Whether connections of an init container are led to a proxy that does not run yet, and what it says of them.

With the istio-cni plugin a pod's connections are led to its proxy from the moment that the pod has a network. Init
containers run before the proxy starts, unless it is a native sidecar: these stand before them. Decides from one pod and
one of its init containers. Must not know what the container is for.
Sources: https://istio.io/latest/docs/setup/additional-setup/cni/ (compatibility with application init containers);
`reorderPod` in istio/istio pkg/kube/inject/webhook.go; the rules by owner in tools/istio-iptables/pkg/capture/run.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from troubleshooter.mesh.basis.pods import PROXY
from troubleshooter.mesh.workload.redirection import OWNER, told, untaken
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Raw, Resource, as_list, as_map

VALIDATION = "istio-validation"
"""Injection adds it where the plugin, and not an init container, leads connections to the proxy."""
EXCEPTIONS = (
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
)
INCLUDED = "traffic.sidecar.istio.io/includeOutboundIPRanges"
LOOPBACK = r"(?!.{0,80}(?:127\.0\.0\.1|localhost|\[::1\]))"
REFUSED = re.compile(rf"^{LOOPBACK}.*(?:connection refused|ECONNREFUSED|Failed to connect to)", re.IGNORECASE)


class Held(StrEnum):
    """What becomes of the connections of an init container."""

    BACK = "held-back"
    """They are led to a proxy that does not run yet, and are refused."""
    EXCEPTED = "excepted"
    """Some connections of the pod are not led to the proxy, or none of this container."""
    FREE = "free"
    """Nothing leads them to a proxy yet, or it runs."""


def unfinished(pod: Pod) -> str:
    """The init container that a pod waits for: it fails, or runs and may do so for ever; "" if there is none."""
    for status in map(as_map, as_list(pod.owner.status.get("initContainerStatuses"))):
        state = as_map(status.get("state"))
        done = status.get("ready") is True or as_map(state.get("terminated")).get("exitCode") == 0
        if not done and status.get("name") != PROXY:
            return str(status.get("name") or "")
    return ""


def held(pod: Pod, container: str) -> tuple[Held, Resource] | None:
    """What becomes of the connections of an init container, with the place that says so; None where the pod does not
    tell, or does not have the container."""
    starting = [as_map(c) for c in as_list(pod.spec.get("initContainers"))]
    names = [str(c.get("name")) for c in starting]
    if container not in names or not pod.proxy or pod.standin:
        return None
    number = names.index(container)
    if VALIDATION not in names[:number]:
        return (Held.FREE, pod.at("spec.initContainers")) if "istio-init" in names else None
    if PROXY in names[:number]:
        return Held.FREE, pod.at(f"spec.initContainers[{names.index(PROXY)}]")
    place = _excepted(pod, starting[number], number)
    return (Held.EXCEPTED, place) if place else (Held.BACK, pod.at(f"spec.initContainers[{names.index(VALIDATION)}]"))


def refusal(pod: Pod, container: str) -> Resource | None:
    """The message with which a container's last run ended, if it speaks of a refused connection to somewhere else than
    the pod itself. A status holds the end of the log where terminationMessagePolicy asks for it.

    Source: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/.
    """
    told = (field for field, message in _messages(pod, container) if any(map(REFUSED.match, message.splitlines())))
    return next(map(pod.owner.at, told), None)


def _excepted(pod: Pod, container: Raw, number: int) -> Resource | None:
    own, wide = as_map(container.get("securityContext")), as_map(pod.spec.get("securityContext"))
    key = next((k for k in ("runAsUser", "runAsGroup") if own.get(k, wide.get(k)) in _owners(pod)), None)
    if key is not None:
        return pod.at(f"spec.initContainers[{number}].securityContext.{key}")
    if told(pod, INCLUDED, "*") != "*":
        return pod.at(f'metadata.annotations["{INCLUDED}"]')
    name = next((n for n in EXCEPTIONS if told(pod, n)), None)
    return pod.at(f'metadata.annotations["{name}"]') if name else untaken(pod)


def _owners(pod: Pod) -> set[object]:
    """The users as which the proxy may run: a platform may give it another one."""
    proxy = (c for c in map(as_map, as_list(pod.spec.get("containers"))) if c.get("name") == PROXY)
    return {OWNER, *(as_map(c.get("securityContext")).get("runAsUser", OWNER) for c in proxy)}


def _messages(pod: Pod, container: str) -> Iterator[tuple[str, str]]:
    for n, status in enumerate(map(as_map, as_list(pod.owner.status.get("initContainerStatuses")))):
        for when in ("state", "lastState"):
            message = as_map(as_map(status.get(when)).get("terminated")).get("message")
            if status.get("name") == container and isinstance(message, str):
                yield f"status.initContainerStatuses[{n}].{when}.terminated.message", message
