"""Pods of one workload that a request could tell apart.

Must not know requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from troubleshooter.mesh.workload.workloads import Pod

OF_ROLLOUTS = frozenset({"pod-template-hash", "controller-revision-hash", "pod-template-generation"})
"""Labels that change with every rollout and decide nothing."""


def kinds_of_pods(pods: Iterable[Pod], *, by_node: bool) -> list[tuple[Pod, int]]:
    """Pods that differ in proxy, labels, annotations of Istio, account, network or locality (and, where some Service
    asks for it, in their node), each with how many are like it."""
    groups: dict[tuple[object, ...], list[Pod]] = defaultdict(list)
    for pod in pods:
        labels = tuple(sorted((k, v) for k, v in pod.labels.items() if k not in OF_ROLLOUTS))
        notes = tuple(sorted((k, v) for k, v in pod.annotations.items() if "istio.io/" in k))
        node = pod.node if by_node else ""
        groups[pod.proxy, pod.service_account, pod.host_network, pod.locality, node, labels, notes].append(pod)
    return [(group[0], len(group)) for group in groups.values()]
