"""Which starts first in a pod, the application or its proxy, and what became of an application that was first.

Decides from pods as they are, and for pods that are still to be made from what asks for the proxy to be first. Until
its proxy is ready an application has no network, because its connections are taken to the proxy. Must not know
requests.
Sources: https://istio.io/latest/docs/ops/common-problems/injection/ (pod or containers start with network issues);
`holdApplicationUntilProxyStarts` in https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig;
`reorderPod` in istio/istio pkg/kube/inject/webhook.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from troubleshooter.mesh.basis.pods import PROXY
from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

HOLD = "holdApplicationUntilProxyStarts"
WAIT: Raw = {"postStart": {"exec": {"command": ["pilot-agent", "wait"]}}}
"""How injection makes the containers after the proxy wait for it: kubelet starts them one after the other, each when
the one before has ended its hook."""
SOON = 60
"""Seconds within which a proxy is ready that can reach istiod."""
FEW = 3
"""Restarts after which an application has come up that only had to wait for its proxy; the pauses between them grow."""


class Start(StrEnum):
    """Which starts first."""

    HELD = "held"
    """The application waits, because the proxy's hook makes it."""
    NATIVE = "native"
    """The proxy is a native sidecar, which Kubernetes starts first."""
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyExit:
    """A run of an application's container that failed while its proxy was starting."""

    place: Resource
    container: str


def start_of(pod: Pod) -> Start | None:
    """Which starts first in a pod; None where that is not known: it has no proxy, or none yet."""
    if pod.standin or not pod.proxy or pod.gateway:
        return None
    containers = [as_map(c) for c in as_list(pod.spec.get("containers"))]
    proxy = next((n for n, c in enumerate(containers) if c.get("name") == PROXY), None)
    if proxy is None:
        return Start.NATIVE
    return Start.HELD if proxy == 0 and as_map(containers[0].get("lifecycle")).get("postStart") else Start.TOGETHER


def held_by_config(annotations: Mapping[str, str], settings: Settings) -> bool:
    """Whether pods that are made now let the application wait: their annotation says so, or the mesh config."""
    own = own_config(annotations)
    defaults = as_map(settings.values.get("defaultConfig"))
    return own.get(HOLD, defaults.get(HOLD)) is True


def held_too(annotations: Mapping[str, str]) -> str:
    """The annotation with the setting that lets the application wait, beside what it holds already."""
    return json.dumps({**own_config(annotations), HOLD: True})


def early_exits(workload: Workload) -> list[EarlyExit]:
    """One for each pod whose application failed only while its proxy was starting, if that is so of most of its
    pods."""
    pods = [p for p in workload.pods if not p.standin and p.owner.status.get("containerStatuses")]
    found = [exits for pod in pods if (exits := next(_exits(pod.owner), None)) is not None]
    return found if len(found) * 2 > len(pods) else []


def _exits(pod: Object) -> Iterator[EarlyExit]:
    """The application's containers that run now, and whose last run before that failed within a minute of the start of
    a proxy that has never been restarted."""
    statuses = [as_map(s) for s in as_list(pod.status.get("containerStatuses"))]
    proxy = next((s for s in statuses if s.get("name") == PROXY and s.get("restartCount") == 0), None)
    began = time_of(as_map(as_map(as_map(proxy).get("state")).get("running")).get("startedAt"))
    for n, status in enumerate(statuses):
        ended = as_map(as_map(status.get("lastState")).get("terminated"))
        running = status.get("ready") is True and "running" in as_map(status.get("state"))
        count = status.get("restartCount")
        failed = ended.get("reason") == "Error" and isinstance(count, int) and 0 < count <= FEW
        over = time_of(ended.get("finishedAt"))
        if running and failed and began and over and abs((over - began).total_seconds()) <= SOON:
            place = pod.at(f"status.containerStatuses[{n}].lastState.terminated")
            yield EarlyExit(place=place, container=str(status.get("name") or ""))


def time_of(text: object) -> datetime | None:
    """A time of Kubernetes (`2026-05-11T08:00:00Z`); None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
