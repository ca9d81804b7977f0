"""The ztunnels of ambient mode, a pod on each node: on which nodes none runs, and which pods suffer from it.

A pod of ambient mode has rules in its own network that lead its connections to ports which the ztunnel of its node
opens there. Where that does not run, nobody listens on them. Decides from pods that were seen. A ztunnel that runs and
is not ready may serve some pods, so nothing is said of it; nor of one that is only being made or replaced. Must not
know requests.
Sources: https://istio.io/latest/docs/ambient/architecture/traffic-redirection/ (the ports, and the annotation that
istio-cni writes); the chart of ztunnel in manifests/charts/ztunnel of istio/istio (a DaemonSet, its label).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.workload.trouble import Ailment, Trouble, ailment
from troubleshooter.mesh.workload.workloads import Pod, Workload, Workloads
from troubleshooter.model import Resource

APP = "ztunnel"
REDIRECTED = "ambient.istio.io/redirection"
"""The annotation of a pod whose connections istio-cni has led to ztunnel."""
STOPPED = frozenset(
    {Trouble.CRASHING, Trouble.OUT_OF_MEMORY, Trouble.IMAGE, Trouble.CONFIG, Trouble.UNSCHEDULABLE}
)  # fmt: skip


class Absence(StrEnum):
    """Why no ztunnel serves a node."""

    DOWN = "down"
    """It is there and does not run."""
    NONE = "absent"
    """There is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A node without a ztunnel that runs, and the place that shows it: the status of its pod, or the DaemonSet."""

    why: Absence
    node: str
    place: Resource
    pod: Resource | None = None
    ailment: Ailment | None = None


class Ztunnels:
    """Those of all nodes."""

    def __init__(self, index: Index, workloads: Workloads) -> None:
        self._index = index
        self.sets = [w for w in workloads.all if w.object.kind == "DaemonSet" and w.labels.get("app") == APP]
        self._on: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in (p for w in self.sets for p in w.pods if p.node and not p.standin):
            self._on[pod.owner.cluster, pod.node].append(pod)
        self._served: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        if self.sets:
            for pod in (p for w in workloads.all for p in w.pods if redirected(p)):
                self._served[pod.owner.cluster, pod.node].append(pod)

    @property
    def some_down(self) -> bool:
        """Whether any node is known to have none that runs."""
        return any(self._stopped(pods) for pods in self._on.values())

    def lost(self, pod: Pod) -> Lost | None:
        """Why the connections of a pod get nowhere; None where they do, are not led to a ztunnel, or nothing tells."""
        if not redirected(pod):
            return None
        held = self._on.get((pod.owner.cluster, pod.node))
        if held:
            return _down(held[0]) if self._stopped(held) else None
        made = next((w for w in self.sets if w.object.cluster == pod.owner.cluster), None)
        if made is None or not self._index.listed(made.object.cluster, CORE, "Pod", made.namespace):
            return None
        return Lost(why=Absence.NONE, node=pod.node, place=made.object.at())

    def without(self, workload: Workload) -> Lost | None:
        """The first node on which a ztunnel of this DaemonSet does not run, and pods are that need it."""
        if workload not in self.sets:
            return None
        nodes = dict.fromkeys((pod.owner.cluster, pod.node) for pod in workload.pods)
        down = (key for key in nodes if key in self._on and self._stopped(self._on[key]))
        chosen = (served[0] for key in down if (served := self._served.get(key)))
        return next(filter(None, map(self.lost, chosen)), None)

    @staticmethod
    def _stopped(pods: list[Pod]) -> bool:
        return all(ailment(p.owner).trouble in STOPPED for p in pods if not p.ready) and not any(p.ready for p in pods)


def redirected(pod: Pod) -> bool:
    """Whether the rules that lead to ztunnel are in the network of a pod that runs."""
    return pod.annotations.get(REDIRECTED) == "enabled" and bool(pod.node) and not pod.standin


def _down(pod: Pod) -> Lost:
    found = ailment(pod.owner)
    return Lost(why=Absence.DOWN, node=pod.node, place=found.place, pod=pod.owner.at(), ailment=found)
