"""Who sends a request: the pods, gateways or assumed client that `--from` (or its absence) stands for.

Decides the starting points of a walk. Must not know what happens to the request afterwards.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from troubleshooter.mesh import clusters, hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routes import MESH, gateways_of
from troubleshooter.mesh.services import Service
from troubleshooter.mesh.unmodelled import GATEWAY_API
from troubleshooter.mesh.workloads import Pod, Workload
from troubleshooter.model import HopKind, Object, Request, as_list, as_map
from troubleshooter.walk.decisions import Hop, Party, Trail
from troubleshooter.walk.requests import Caller, RequestError, parse_caller

OF_ROLLOUTS = frozenset({"pod-template-hash", "controller-revision-hash", "pod-template-generation"})
"""Labels that change with every rollout and decide nothing."""


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
        return Start(request=request, trails=tuple(_outside(mesh, request, caller)))
    return Start(request=request, trails=tuple(_inside(mesh, caller)))


def _inside(mesh: Mesh, caller: Caller) -> list[Trail]:
    workload = _of_cluster(mesh, caller) if caller.cluster else mesh.workloads.get(*_place(caller))
    workload = workload or _by_service(mesh, caller)
    if workload is None:
        if mesh.index.saw(caller.namespace):
            raise RequestError(_not_there(mesh, caller))
        return [_trail(Party(namespace=caller.namespace))]
    one = caller.kind == "Pod"
    pods = [p for p in workload.pods if p.name in ("", caller.name)] if one else list(workload.staying)
    pods = [p for p in pods if caller.cluster in ("", p.owner.cluster)] or [workload.representative]
    kinds = kinds_of_pods(pods)
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
    known = clusters.names(mesh.index)
    if caller.cluster not in known:
        there = f"there is {', '.join(known)}" if known else f"name one with -f {caller.cluster}=PATH"
        raise RequestError(f"--from: no Kubernetes cluster is called {caller.cluster}; {there}")
    held = [w for w in mesh.workloads.inside(caller.namespace) if w.object.cluster == caller.cluster]
    named = (w for w in held if (w.object.kind, w.name) == (caller.kind, caller.name))
    owner = (w for w in held if caller.kind == "Pod" and any(_is(p, caller) for p in w.pods))
    return next(chain(named, owner), None)


def _is(pod: Pod, caller: Caller) -> bool:
    return pod.name == caller.name and pod.owner.cluster == caller.cluster


def kinds_of_pods(pods: Iterable[Pod]) -> list[tuple[Pod, int]]:
    """Pods that a request could tell apart (by proxy, labels, annotations of Istio, account, network, locality), each
    with how many are like it."""
    groups: dict[tuple[object, ...], list[Pod]] = defaultdict(list)
    for pod in pods:
        labels = tuple(sorted((k, v) for k, v in pod.labels.items() if k not in OF_ROLLOUTS))
        notes = tuple(sorted((k, v) for k, v in pod.annotations.items() if "istio.io/" in k))
        groups[pod.proxy, pod.service_account, pod.host_network, pod.locality, labels, notes].append(pod)
    return [(group[0], len(group)) for group in groups.values()]


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


def _outside(mesh: Mesh, request: Request, caller: Caller) -> list[Trail]:
    """A trail for each gateway workload through which the request may enter."""
    if caller.gateway:
        namespace, _, name = caller.gateway.partition("/")
        gateway = mesh.gateways.get(caller.gateway) or mesh.index.get(GATEWAY_API, "Gateway", namespace, name)
        if gateway is None:
            raise RequestError(_no_gateway(mesh, caller.gateway))
        return _entries(mesh, [gateway], request.port)
    name = request.sni or request.host
    serving = mesh.gateways.serving(request.scheme, request.port, name)
    chosen = (
        _with_routes(mesh, serving, request.host)  # nobody points a name at a gateway that has nothing for it
        or _of_gateway_api(mesh, request, unnamed=False)
        or serving
        or _of_gateway_api(mesh, request)
        or mesh.gateways.meaning(request.scheme, request.port, name)  # on another port: the request dies at them
        or mesh.gateways.on_port(request.port)  # none serves the host: it dies at them too
        or mesh.gateways.naming(request.port, name)  # nothing listens on the port: it dies at their pods
    )
    if not chosen:
        raise RequestError(_not_served(mesh, request))
    return _entries(mesh, chosen, request.port)


def _not_served(mesh: Mesh, request: Request) -> str:
    said = f"--from outside: no Gateway serves {request.scheme}, port {request.port}, host {request.host}"
    for thing in mesh.virtual_services.all:
        unseen = [g for g in gateways_of(thing) if g != MESH and not mesh.index.saw(g.partition("/")[0])]
        if unseen and hosts.most_specific(request.host, mesh.virtual_services.hosts_of(thing)) is not None:
            return f"{said} among what was read; {thing} names Gateway {unseen[0]}, whose namespace is not in the input"
    return f"{said}; name one with --from gateway:NAMESPACE/NAME"


def _with_routes(mesh: Mesh, gateways: list[Object], host: str) -> list[Object]:
    """Those of some Gateways to which a VirtualService for the host is bound, whether or not it is used there."""
    held = (v for v in mesh.virtual_services.all if hosts.most_specific(host, mesh.virtual_services.hosts_of(v)))
    bound = {reference for v in held for reference in gateways_of(v)}
    return [g for g in gateways if f"{g.namespace}/{g.name}" in bound]


def _of_gateway_api(mesh: Mesh, request: Request, *, unnamed: bool = True) -> list[Object]:
    """The Gateways of the Gateway API with a listener for this port and host; listeners without a hostname take any."""
    every = "*" if unnamed else ""
    return [
        g
        for g in mesh.index.all(GATEWAY_API, "Gateway")
        for listener in map(as_map, as_list(g.spec.get("listeners")))
        if listener.get("port") == request.port and hosts.covers(str(listener.get("hostname") or every), request.host)
    ]


def _entries(mesh: Mesh, gateways: list[Object], port: int) -> list[Trail]:
    """A trail for each workload behind the Gateways at which a client can dial the port, for each if it can at none.
    Nothing tells how clients spread over them."""
    parties: dict[object, Party] = {}
    for gateway in gateways:
        workloads = mesh.gateways.at_port(gateway, port) if gateway.group != GATEWAY_API else []
        if not workloads:
            parties.setdefault(gateway.key, Party(namespace=gateway.namespace, gateways=(gateway,)))
        for workload in workloads:
            known = parties.get(workload.object.key)
            entered = (*known.gateways, gateway) if known and gateway not in known.gateways else (gateway,)
            parties[workload.object.key] = Party(
                namespace=workload.namespace, workload=workload, pod=workload.representative, gateways=entered
            )
    share = 1.0 if len(parties) == 1 else None
    return [_trail(p, HopKind.GATEWAY).splits("gateway", share) for p in parties.values()]


def _no_gateway(mesh: Mesh, reference: str) -> str:
    space = reference.partition("/")[0]
    if not mesh.index.saw(space):
        return f"--from gateway:{reference}: nothing of namespace {space} is in the input"
    names = [f"{g.namespace}/{g.name}" for g in mesh.gateways.all]
    near = difflib.get_close_matches(reference, names, n=4, cutoff=0.3)
    hint = f"; there is {', '.join(near)}" if near else ""
    return f"--from gateway:{reference}: there is no such Gateway{hint}"


def _assumed(mesh: Mesh, request: Request, default_namespace: str) -> Start:
    """Without `--from`: outside if only gateways serve the host, else a client with a proxy in the destination's
    namespace."""
    service = known_service(mesh, request.host, default_namespace)
    serving = mesh.gateways.serving(request.scheme, request.port, request.host) or _of_gateway_api(mesh, request)
    if service is None and serving:
        noted = replace(request, assumed=(*request.assumed, "from: outside, because only gateways serve this host"))
        return Start(request=noted, trails=tuple(_entries(mesh, serving, request.port)))
    if service is None and _meant_for_gateways(mesh, request):
        why = "from: outside, because the VirtualServices for this host are bound to gateways alone"
        noted = replace(request, assumed=(*request.assumed, why))
        return Start(request=noted, trails=tuple(_outside(mesh, request, Caller(outside=True))))
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
