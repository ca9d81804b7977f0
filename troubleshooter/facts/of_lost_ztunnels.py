"""Facts about nodes on which no ztunnel runs.

Must not know requests.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.mesh.workload.ztunnels import Lost
from troubleshooter.model import Stage
from troubleshooter.walk import Trail


def about_ztunnels_on_the_way(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Of a way that ends at a pod whose ztunnel does not run."""
    ends = (trail.hop.party.pod, trail.hop.endpoint.pod if trail.hop.endpoint else None)
    died = trail.failed and trail.steps[-1].stage in {Stage.CAPTURE, Stage.TRANSPORT}
    lost = next((found for pod in ends if pod is not None and (found := mesh.ztunnels.lost(pod))), None)
    if died and lost is not None:
        _about(case, lost)


def about_ztunnels(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """Of the DaemonSet that makes them."""
    lost = mesh.ztunnels.without(workload)
    if lost is not None:
        _about(case, lost)


def _about(case: CaseBuilder, lost: Lost) -> None:
    case.role("pod", lost.pod)
    case.fact("pod.ztunnel", lost.why, lost.place)
    case.detail("pod.node", lost.node)
    if lost.ailment is not None:
        case.fact("pod.trouble", lost.ailment.trouble, lost.place)
        case.detail("pod.container", lost.ailment.container)
        case.detail("pod.reason", lost.ailment.reason or "no reason is given")
