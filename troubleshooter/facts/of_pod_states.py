"""Facts about what Istio's own containers in a pod come to: those that set its network up, and its proxy.

Decides from the pod's statuses, whether the API server gave them or somebody printed them. Must not know requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_init_containers import about_init_container
from troubleshooter.mesh.basis.pods import PROXY
from troubleshooter.mesh.workload.trouble import BEFORE_PROXY, Trouble, ailment
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, Resource, as_list, as_map

KILLED = "OOMKilled"


def about_states_of(case: CaseBuilder, workload: Workload) -> None:
    """The same of the first pod of a workload in which something is wrong with them."""
    for pod in workload.pods:
        if not pod.standin and about_state(case, pod.owner):
            about_init_container(case, workload, pod)
            return


def about_state(case: CaseBuilder, pod: Object) -> bool:
    """Which init container keeps the pod from starting, and whether its proxy was ended for want of memory. Whether
    there is anything of the kind."""
    found = ailment(pod)
    failed = found.trouble is Trouble.INIT
    killed = _killed(pod)
    if failed or killed is not None:
        case.role("pod", pod.at())
    if failed:
        case.fact("pod.init_failed", found.container if found.container in BEFORE_PROXY else "other", found.place)
        case.detail("pod.init_container", found.container)
        case.detail("pod.reason", found.reason or "no reason is given")
    if killed is not None:
        case.fact("pod.proxy_killed", "out-of-memory", killed)
    return failed or killed is not None


def _killed(pod: Object) -> Resource | None:
    """Where a pod's status says that its proxy was ended for want of memory."""
    for key in ("containerStatuses", "initContainerStatuses"):
        for n, raw in enumerate(as_list(pod.status.get(key))):
            status = as_map(raw)
            ends = (as_map(as_map(status.get(when)).get("terminated")) for when in ("state", "lastState"))
            if status.get("name") == PROXY and any(end.get("reason") == KILLED for end in ends):
                return pod.at(f"status.{key}[{n}]")
    return None
