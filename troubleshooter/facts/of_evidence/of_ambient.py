"""Whether pods that should be in ambient mode are, as ztunnel knows them and as istio-cni marked them.

Decides from the table of ztunnel's workloads, else from the annotation that istio-cni writes on a pod whose connections
it led to ztunnel. Pods that nothing asks to be in ambient mode are passed over. Must not know causes.
Source: https://istio.io/latest/docs/ambient/usage/add-workloads/.
"""

from __future__ import annotations

from troubleshooter.evidence.ambient.ztunnel_config import ZtunnelConfig
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.mesh.workload.ztunnels import REDIRECTED
from troubleshooter.model import Source
from troubleshooter.walk.basis.interception import in_ambient

OUTSIDE = "TCP"


def about_enrolment(case: CaseBuilder, scene: Scene) -> None:
    """Whether ztunnel carries the connections of the caller whose line it logged, where its namespace asks for that."""
    entry = scene.observation.entry if scene.observation else None
    if entry is None or "failure.ztunnel" not in case.facts:
        return
    found = scene.mesh.workloads.at_address(entry.downstream_remote.rpartition(":")[0].strip("[]"))
    if found is None or found[1].standin or not in_ambient(scene.mesh, found[1]):
        return
    pod = found[1]
    place = _listed(scene, pod)
    if place is not None:
        case.seen("caller.ambient", "not-carried", place, found[0].object.at())
    elif not pod.annotations.get(REDIRECTED):
        case.fact("caller.ambient", "not-carried", pod.owner.at("metadata.annotations"))


def _listed(scene: Scene, pod: Pod) -> Source | None:
    """The row that says that the pod is spoken to without a tunnel."""
    for table in scene.evidence.of(ZtunnelConfig):
        row = table.value.workload(pod.namespace, pod.name)
        if row is not None and row.protocol == OUTSIDE:
            return Source(file=table.name, line=row.line or None, text=f"{row.namespace} {row.name} {row.protocol}")
    return None
