"""Who sends a request: the pods, gateways or assumed client that `--from` (or its absence) stands for.

Decides the starting points of a walk. Must not know what happens to the request afterwards.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.gateway.nodes import node_matters
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.routes import MESH, gateways_of
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import KINDS, Pod, Workload
from troubleshooter.model import HopKind, Object, Request
from troubleshooter.walk.basis.decisions import Hop, Party, Trail
from troubleshooter.walk.basis.pod_kinds import kinds_of_pods
from troubleshooter.walk.request.entry_points import enter, enter_serving, unknown_cluster
from troubleshooter.walk.request.requests import Caller, NotThereError, RequestError, parse_caller


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """Where a request sets out: the request with what was assumed for it, and a trail for each kind of sender."""

    request: Request
    trails: tuple[Trail, ...]


def starts(mesh: Mesh, request: Request, default_namespace: str = "default") -> Start:
    """The starting points of a request.

    Raises:
        RequestError: `--from` names something that is not there although its namespace was seen.
    """
    if not request.source:
        return _assumed(mesh, request, default_namespace)
    caller = parse_caller(request.source, default_namespace)
    if caller.outside:
        return Start(request=request, trails=tuple(enter(mesh, request, caller)))
    return Start(request=request, trails=tuple(_inside(mesh, caller)))


def _inside(mesh: Mesh, caller: Caller) -> list[Trail]:
    workload = _of_cluster(mesh, caller) if caller.cluster else mesh.workloads.get(*_place(caller))
    workload = workload or _by_service(mesh, caller)
    if workload is None:
        if mesh.index.saw(caller.namespace, (CORE, "Pod"), *KINDS):
            raise NotThereError(_not_there(mesh, caller))
        return [_trail(Party(namespace=caller.namespace))]
    one = caller.kind == "Pod"
    pods = [p for p in workload.pods if p.name in ("", caller.name)] if one else list(workload.staying)
    pods = [p for p in pods if caller.cluster in ("", p.owner.cluster)] or [workload.representative]
    kinds = kinds_of_pods(pods, by_node=node_matters(mesh.index) or mesh.ztunnels.some_down)
    total = sum(count for _, count in kinds)
    trails = []
    for pod, count in kinds:
        party = Party(namespace=workload.namespace, workload=workload, pod=pod)
        trails.append(_trail(party).splits("pods of the caller", count / total))
    return trails


def _place(caller: Caller) -> tuple[str, str, str]:
    return caller.kind, caller.namespace, caller.name


def _of_cluster(mesh: Mesh, caller: Caller) -> Workload | None:
    """The caller in the cluster that it is said to be in; a pod's name finds the workload it belongs to."""
    if caller.cluster not in mesh.clusters:
        raise RequestError(f"--from: {unknown_cluster(mesh, caller.cluster)}")
    held = [w for w in mesh.workloads.inside(caller.namespace) if w.object.cluster == caller.cluster]
    named = (w for w in held if (w.object.kind, w.name) == (caller.kind, caller.name))
    owner = (w for w in held if caller.kind == "Pod" and any(_is(p, caller) for p in w.pods))
    return next(chain(named, owner), None)


def _is(pod: Pod, caller: Caller) -> bool:
    return pod.name == caller.name and pod.owner.cluster == caller.cluster


def _by_service(mesh: Mesh, caller: Caller) -> Workload | None:
    """A bare name may also be a workload of another kind, if only one has it."""
    if caller.kind != "Pod":
        return None
    there = mesh.workloads.inside(caller.namespace)
    named = [w for w in there if w.name == caller.name and caller.cluster in ("", w.object.cluster)]
    return named[0] if len(named) == 1 else None


def _not_there(mesh: Mesh, caller: Caller) -> str:
    there = mesh.workloads.inside(caller.namespace)
    names = [f"{w.object.kind.lower()}/{w.name}" for w in there if caller.cluster in ("", w.object.cluster)]
    wanted = f"{caller.kind.lower()}/{caller.name}"
    near = difflib.get_close_matches(wanted, names, n=4, cutoff=0.4) or sorted(names)[:4]
    hint = f"; there is {', '.join(near)}" if near else "; there are no workloads in it"
    where = f"namespace {caller.namespace}" + (f" of cluster {caller.cluster}" if caller.cluster else "")
    return f"--from: there is no {wanted} in {where}{hint}"


def _trail(party: Party, kind: HopKind = HopKind.SENDER) -> Trail:
    return Trail(hops=(Hop(kind=kind, party=party),))


def _assumed(mesh: Mesh, request: Request, default_namespace: str) -> Start:
    """Without `--from`: outside if only gateways serve the host, else a client with a proxy in the destination's
    namespace."""
    service = known_service(mesh, request.host, default_namespace)
    entered = enter_serving(mesh, request) if service is None else []
    if entered:
        noted = replace(request, assumed=(*request.assumed, "from: outside, because only gateways serve this host"))
        return Start(request=noted, trails=tuple(entered))
    if service is None and _meant_for_gateways(mesh, request):
        why = "from: outside, because the VirtualServices for this host are bound to gateways alone"
        noted = replace(request, assumed=(*request.assumed, why))
        return Start(request=noted, trails=tuple(enter(mesh, request, Caller(outside=True))))
    namespace = service.namespace if service else default_namespace
    noted = replace(request, assumed=(*request.assumed, f"from: a client with a proxy in namespace {namespace}"))
    return Start(request=noted, trails=(_trail(assumed_client(namespace)),))


def _meant_for_gateways(mesh: Mesh, request: Request) -> bool:
    """Whether VirtualServices have the host, none of them for the mesh, and a gateway listens on the port: which host
    it takes there may be the very mistake."""
    owners = [vs for vs in mesh.virtual_services.all if request.host in mesh.virtual_services.hosts_of(vs)]
    gateways_only = bool(owners) and not any(MESH in gateways_of(owner) for owner in owners)
    return gateways_only and bool(mesh.gateways.on_port(request.port))


def known_service(mesh: Mesh, host: str, namespace: str) -> Service | None:
    """The service that a host names, from that namespace or (a short name that only one namespace has) from any."""
    name = hosts.dialled(host, namespace, mesh.registry.hosts, mesh.settings.domain)
    found = mesh.registry.get(name) or mesh.registry.find(name, namespace)
    if found is None and hosts.is_short(host):
        everywhere = [s for s in mesh.registry.all if s.host.startswith(f"{host}.") and not s.entry]
        found = everywhere[0] if len(everywhere) == 1 else None
    return found


@lru_cache(maxsize=1024)
def assumed_client(namespace: str) -> Party:
    """A client with a proxy of which nothing else is known."""
    thing = Object(raw={"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "client", "namespace": namespace}})
    pod = Pod(
        owner=thing,
        namespace=namespace,
        name="",
        labels={},
        annotations={},
        spec={},
        ready=True,
        proxy=True,
        standin=True,
    )
    return Party(namespace=namespace, pod=pod, assumed=True)
