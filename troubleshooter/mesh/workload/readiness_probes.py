"""When pods are ready: what has to answer before, and when the application of one began.

Decides from a workload's template which probes stand between its start and its first request, and from a pod's status
when its containers were started. A container without a probe is ready as soon as it runs. Must not know requests.
Sources: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/;
`UpdatePodStatus` in kubernetes/kubernetes pkg/kubelet/prober/prober_manager.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from math import floor

from troubleshooter.mesh.basis.pods import PROXY, port_named
from troubleshooter.mesh.workload.startup import time_of
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Raw, Resource, as_list, as_map

BEFORE = ("startupProbe", "readinessProbe")
"""Probes that have to pass before a container is ready."""


class Asks(StrEnum):
    """What has to answer before a pod is ready."""

    NOTHING = "none"
    OTHER_PORT = "other-port"
    COMMAND = "command"
    THE_PORT = "asked"


def probes_before(workload: Workload, port: int) -> tuple[Asks, Resource] | None:
    """What has to answer before a request comes to a port of the pods, with the place; None where more than probes
    decides: readiness gates, or pods that are not as their template is."""
    if workload.pod_spec.get("readinessGates") or any(_differs(workload, pod) for pod in workload.pods):
        return None
    path = f"{workload.template.path}spec"
    held = [(n, c) for n, c in enumerate(map(as_map, as_list(workload.pod_spec.get("containers"))))]
    found: dict[Asks, Resource] = {}
    for number, container in held:
        for name in BEFORE:
            probe = as_map(container.get(name))
            if probe:
                place = workload.object.at(f"{path}.containers[{number}].{name}")
                found.setdefault(_asked(workload.pod_spec, probe, port), place)
    for word in (Asks.THE_PORT, Asks.COMMAND, Asks.OTHER_PORT):
        if word in found:
            return word, found[word]
    return Asks.NOTHING, workload.object.at(f"{path}.containers[{serving(workload.pod_spec, port)}]")


def serving(spec: Raw, port: int) -> int:
    """The number of the application's container that declares a port, else of the first."""
    held = [(n, c) for n, c in enumerate(map(as_map, as_list(spec.get("containers")))) if c.get("name") != PROXY]
    declaring = (n for n, c in held for p in as_list(c.get("ports")) if as_map(p).get("containerPort") == port)
    return next(declaring, held[0][0] if held else 0)


def began(pod: Pod) -> tuple[int, Resource] | None:
    """The second (Unix time) at which the last container of a pod's application was started, with the place; None where
    that is not told, or one has been started more than once."""
    own = [(n, s) for n, s in _statuses(pod) if s.get("name") != PROXY]
    times = [(_started(s), n) for n, s in own]
    if not times or any(time is None for time, _ in times):
        return None
    second, number = max((time, n) for time, n in times if time is not None)
    return second, pod.owner.at(f"status.containerStatuses[{number}].state.running.startedAt")


def _statuses(pod: Pod) -> Iterator[tuple[int, Raw]]:
    return enumerate(map(as_map, as_list(pod.owner.status.get("containerStatuses"))))


def _started(status: Raw) -> int | None:
    found = time_of(as_map(as_map(status.get("state")).get("running")).get("startedAt"))
    return floor(found.timestamp()) if found and status.get("restartCount") == 0 else None


def _asked(spec: Raw, probe: Raw, port: int) -> Asks:
    """What one probe asks. An HTTP or TCP probe of another host asks elsewhere."""
    asks = next((as_map(probe.get(k)) for k in ("httpGet", "tcpSocket", "grpc") if k in probe), None)
    if asks is None:
        return Asks.COMMAND
    number = asks.get("port")
    if isinstance(number, str):
        number = int(number) if number.isascii() and number.isdecimal() else port_named(spec, number, injected=False)
    return Asks.THE_PORT if number == port and not asks.get("host") else Asks.OTHER_PORT


def _differs(workload: Workload, pod: Pod) -> bool:
    """Whether a pod has such probes where its template has none, or the other way round."""
    told = {str(c.get("name")): _has(c) for c in map(as_map, as_list(workload.pod_spec.get("containers")))}
    return any(_has(c) != told.get(str(c.get("name")), False) for c in pod.containers)


def _has(container: Raw) -> bool:
    return any(container.get(name) for name in BEFORE)
