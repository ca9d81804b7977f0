"""A restarted workload: its pods made anew from the template, through injection.

Decides: what the new pods hold. Must not know why they are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.injection.decision import Wish
from troubleshooter.mesh.policy.probes import rewritten
from troubleshooter.mesh.workload.startup import WAIT, Start, held_by_config, start_of
from troubleshooter.mesh.workload.workloads import PROXY, Pod, Workload, has_proxy
from troubleshooter.model import Inventory, Key, Object, as_map

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
"""The status of a pod that runs as it should."""


def restarted(inventory: Inventory, workloads: Iterable[Key]) -> Inventory:
    """A copy of the inventory in which the pods of these workloads are new ones."""
    keys = set(workloads)
    if not keys:
        return inventory
    mesh = Mesh(inventory)
    chosen = [w for w in mesh.workloads.all if w.object.key in keys]
    fresh = [_made(mesh, workload, pod) for workload in chosen for pod in workload.pods if not pod.standin]
    return inventory.changed(put=fresh)


def first_pod(workload: Workload) -> Object:
    """The pod that a workload without any makes as soon as it may; it is ready."""
    owner = {"apiVersion": "", "kind": workload.object.kind, "name": workload.name, "controller": True}
    metadata = {
        "name": f"{workload.name}-0",
        "namespace": workload.namespace,
        "labels": dict(workload.labels),
        "annotations": dict(workload.template.annotations),
        "ownerReferences": [owner],
    }
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _spec(workload), "status": READY}
    return Object(raw=raw, cluster=workload.object.cluster)


def _made(mesh: Mesh, workload: Workload, pod: Pod) -> Object:
    """The pod that takes the place of `pod`: same name, node and status, everything else as the template has it now.
    Its proxy is of the same sort, unless the configuration makes it go first now. Where injection rewrites its probes
    now, it is ready if a refused probe was what kept the old one from that."""
    spec = _spec(workload, _start(mesh, workload, pod))
    status = pod.owner.status
    if has_proxy(spec) and mesh.probes.rewritten(workload.template):
        refused = mesh.probes.refused(pod, workload) is not None
        spec["containers"] = [
            c if as_map(c).get("name") == PROXY else rewritten(as_map(c)) for c in spec.get("containers", ())
        ]
        status = {**status, **READY} if refused else status
    if "nodeName" in pod.spec:
        spec["nodeName"] = pod.spec["nodeName"]
    metadata = dict(pod.owner.metadata)
    metadata["labels"] = {**_kept(pod), **workload.labels}
    metadata["annotations"] = dict(workload.template.annotations)
    return pod.owner.with_raw({**pod.owner.raw, "metadata": metadata, "spec": spec, "status": status})


def _start(mesh: Mesh, workload: Workload, pod: Pod) -> Start | None:
    """Which starts first in the new pod. Where the old one's proxy went first and nothing in sight asked for that, the
    installation did, and does still."""
    if held_by_config(workload.template.annotations, mesh.settings):
        return Start.HELD
    before = start_of(pod)
    asked = before is Start.HELD and held_by_config(pod.annotations, mesh.settings)
    return Start.TOGETHER if asked else before


def _spec(workload: Workload, start: Start | None = None) -> dict[str, Any]:
    """What the template makes now, through injection."""
    spec: dict[str, Any] = deepcopy(dict(workload.pod_spec))
    served = workload.injection.wish is Wish.ASKED and workload.injection.control_plane is not False
    if served and not has_proxy(spec):
        _inject(spec, start)
    elif workload.object.kind == "Pod" and not served:
        spec["containers"] = [c for c in spec.get("containers", ()) if as_map(c).get("name") != PROXY]
    return spec


def _inject(spec: dict[str, Any], start: Start | None) -> None:
    """Put the proxy in: behind the application, before it with a hook to wait for, or as a native sidecar."""
    proxy = {"name": PROXY, "image": "auto"}
    if start is Start.NATIVE:
        spec["initContainers"] = [*spec.get("initContainers", ()), {**proxy, "restartPolicy": "Always"}]
    elif start is Start.HELD:
        spec["containers"] = [{**proxy, "lifecycle": WAIT}, *spec.get("containers", ())]
    else:
        spec["containers"] = [*spec.get("containers", ()), proxy]


def _kept(pod: Pod) -> dict[str, str]:
    """Labels that controllers add to their pods."""
    return {k: v for k, v in pod.labels.items() if k in ("pod-template-hash", "controller-revision-hash")}
