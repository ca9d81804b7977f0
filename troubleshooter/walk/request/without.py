"""What a mesh is without some of its workloads: `--without` takes their endpoints away.

Decides which workloads or pods names mean. Must not know what becomes of requests then.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Inventory, Object
from troubleshooter.walk.request.entry_points import unknown_cluster
from troubleshooter.walk.request.requests import Caller, RequestError, parse_caller

FLAG = "--without"
DEFAULT_NAMESPACE = "default"


def take_away(inventory: Inventory, names: Iterable[str], namespace: str = "", source: str = "") -> Inventory:
    """The inventory in which the pods of the named workloads, or the named pods, are taken for not ready.

    A name is written as that of a caller, `[NS/][KIND/]NAME[@CLUSTER]`. Without a namespace it is in `namespace`, else
    in that of the caller (`source`). Without a cluster it is that of the caller if it is there, else the first that
    has it.

    Raises:
        RequestError: nothing has that name, or the caller's name makes no sense.
    """
    wanted = list(names)
    if not wanted:
        return inventory
    mesh = Mesh(inventory)
    caller = parse_caller(source, namespace or DEFAULT_NAMESPACE) if source else Caller()
    namespace, near = namespace or caller.namespace or DEFAULT_NAMESPACE, caller.cluster
    gone = {_named(mesh, text, parse_caller(text, namespace, FLAG), near).key for text in wanted}
    return replace(inventory, without=inventory.without | gone)


def _named(mesh: Mesh, text: str, named: Caller, near: str) -> Object:
    held = [w for w in mesh.workloads.inside(named.namespace) if named.cluster in ("", w.object.cluster)]
    found = sorted(_meant(named, held), key=lambda thing: thing.cluster != near)
    if named.outside or not found:
        raise RequestError(_not_there(mesh, text, named, held))
    return found[0]


def _meant(named: Caller, held: list[Workload]) -> list[Object]:
    """The workloads of that kind and name; without a kind also the pod, else the workload of whatever kind."""
    exact = [w.object for w in held if (w.object.kind, w.name) == (named.kind, named.name)]
    pods = [p.owner for w in held for p in w.pods if named.kind == "Pod" and p.name == named.name]
    loose = [w.object for w in held if named.kind == "Pod" and w.name == named.name]
    return exact or pods or loose


def _not_there(mesh: Mesh, text: str, named: Caller, held: list[Workload]) -> str:
    if named.outside:
        return f"{FLAG} {text}: only workloads and pods can be taken away"
    where = f"namespace {named.namespace}" + (f" of cluster {named.cluster}" if named.cluster else "")
    if named.cluster and named.cluster not in mesh.clusters:
        return f"{FLAG} {text}: {unknown_cluster(mesh, named.cluster)}"
    if not held:
        return f"{FLAG} {text}: nothing runs in {where}, as far as the input shows"
    names = sorted({f"{w.object.kind.lower()}/{w.name}" for w in held})
    wanted = f"{named.kind.lower()}/{named.name}"
    near = difflib.get_close_matches(wanted, names, n=4, cutoff=0.4) or names[:4]
    return f"{FLAG} {text}: there is no {wanted} in {where}; there is {', '.join(near)}"
