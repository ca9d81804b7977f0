"""What Kubernetes itself does about a change: pods of restarted workloads are made anew, a workload that was scaled to
zero gets one (or loses what it has), and EndpointSlices follow the pods and selectors.

Decides: what a trial may take for granted. Must not know fixes or causes.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import APPS, BATCH, CORE, selects
from troubleshooter.mesh.service.slices import slices_of
from troubleshooter.model import Inventory, Key, Object, Raw, as_map, as_words
from troubleshooter.remedy.restart import first_pod, restarted

MANAGED_BY, CONTROLLER = "endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"

RUN_BY = frozenset({CORE, APPS, BATCH})
"""Groups of the kinds at whose change Kubernetes does its part."""


def settled(before: Inventory, after: Inventory, restart: Iterable[Key]) -> Inventory:
    """The inventory `after` a change once Kubernetes has done its part. `restart` are workloads that were restarted."""
    made = restarted(after, restart)
    old = {thing.key: thing.raw for thing in before.objects}
    touched = {thing.key for thing in made.objects if old.get(thing.key) != thing.raw}
    if not any(group in RUN_BY for _, group, _, _, _ in touched):
        return made
    mesh = Mesh(made)
    workloads = [w for w in mesh.workloads.all if touched & {w.object.key, *(p.owner.key for p in w.pods)}]
    fresh = [first_pod(w) for w in workloads if not w.pods and w.replicas > 0 and _stood_still(old.get(w.object.key))]
    gone = [p.owner.key for w in workloads if w.replicas == 0 for p in w.pods if not p.standin]
    selected = [(w.namespace, w.labels) for w in workloads]
    follow = [
        s
        for s in mesh.index.all(CORE, "Service")
        if (wanted := as_words(s.spec.get("selector")))
        and (s.key in touched or any(n == s.namespace and selects(wanted, held) for n, held in selected))
    ]
    stale = [held.key for service in follow for held in slices_of(mesh.index, service) if _written_for_us(held)]
    return made.changed(put=fresh, drop=[*gone, *stale])


def _stood_still(raw: Raw | None) -> bool:
    """Whether a workload was told to run no pods."""
    return as_map((raw or {}).get("spec")).get("replicas") == 0


def _written_for_us(held: Object) -> bool:
    """Whether the controller keeps these endpoints; somebody else may have written more for the same Service."""
    return held.labels.get(MANAGED_BY, CONTROLLER) == CONTROLLER
