"""Facts about pods: why those that should take a request are not ready, and whether one runs again after a failure.

Must not know requests or services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.trouble import Trouble, ailment, restarts
from troubleshooter.mesh.workloads import Pod, Workload


def about_trouble(case: CaseBuilder, pods: Iterable[Pod]) -> None:
    """What keeps these pods, of which none is ready, from being so: what most of them have."""
    told = [(pod, ailment(pod.owner)) for pod in pods if not pod.standin]
    found = [(pod, a) for pod, a in told if a.trouble is not Trouble.STOPPING] or told
    if not found:
        return
    usual = Counter(a.trouble for _, a in found).most_common(1)[0][0]
    pod, chosen = next((p, a) for p, a in found if a.trouble is usual)
    case.role("pod", pod.owner.at())
    case.fact("pod.trouble", usual, chosen.place)
    case.detail("pod.container", chosen.container)
    case.detail("pod.reason", chosen.reason or "no reason is given")


def about_restarts(case: CaseBuilder, workload: Workload) -> None:
    """Whether the application of the workload in focus has failed and been started again, where pods tell it."""
    seen = [pod for pod in workload.pods if pod.owner.status.get("containerStatuses")]
    if not seen:
        return
    found = next((a for pod in seen if (a := restarts(pod.owner)) is not None), None)
    places = [found.place] if found else [pod.owner.at("status") for pod in seen]
    case.fact("target.restarts", "some" if found else "none", *places)
    case.detail("target.restart_reason", found.reason if found else None)
