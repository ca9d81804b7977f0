"""Where a client outside the mesh enters it: the gateways that take its request, cluster by cluster.

Decides the starting points of requests from outside. Must not know what happens to the request afterwards. The Gateways
of a Kubernetes cluster configure pods that its own istiod serves: which of them serve a host is asked of each cluster.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.nodes import node_matters
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.mesh.routing.routes import MESH, gateways_of
from troubleshooter.model import HopKind, Object, Request, as_list, as_map
from troubleshooter.walk.basis.decisions import Hop, Party, Trail
from troubleshooter.walk.basis.pod_kinds import kinds_of_pods
from troubleshooter.walk.request.requests import Caller, NotThereError


class Way(NamedTuple):
    """A Gateway as the istiod of a Kubernetes cluster has it."""

    cluster: str
    view: Mesh
    gateway: Object


Tier = Callable[[Mesh, Request], list[Object]]


def enter(mesh: Mesh, request: Request, caller: Caller) -> list[Trail]:
    """A trail for each gateway workload through which the request may enter.

    Raises:
        RequestError: there is no such gateway, or none for this request.
    """
    if caller.gateway:
        found = _first(mesh, request, [lambda view, _: _named(view, caller.gateway)], caller.cluster)
        if not found:
            raise NotThereError(_no_gateway(mesh, caller))
        return _entries(mesh, found, request.port)
    found = _first(mesh, request, TIERS)
    if not found:
        raise NotThereError(_not_served(mesh, request))
    return _entries(mesh, found, request.port)


def enter_serving(mesh: Mesh, request: Request) -> list[Trail]:
    """The same by those gateways alone of which a server is for the request; empty if there are none."""
    return _entries(mesh, _first(mesh, request, [_serving, _of_gateway_api]), request.port)


def _first(mesh: Mesh, request: Request, tiers: Iterable[Tier], cluster: str = "") -> list[Way]:
    """What the first of some questions finds that finds anything in any cluster (in the one named)."""
    names = [name for name in sorted(mesh.clusters) if cluster in ("", name)]
    views = [(name, mesh.seen_from(name)) for name in names]
    asked = ([Way(name, view, g) for name, view in views for g in tier(view, request)] for tier in tiers)
    return next(filter(None, asked), [])


def _serving(mesh: Mesh, request: Request) -> list[Object]:
    return mesh.gateways.serving(request.scheme, request.port, request.sni or request.host)


def _with_routes(mesh: Mesh, request: Request) -> list[Object]:
    """Those that serve the host and to which a VirtualService for it is bound, whether or not it is used there: nobody
    points a name at a gateway that has nothing for it."""
    services = mesh.virtual_services
    held = (v for v in services.all if hosts.most_specific(request.host, services.hosts_of(v)))
    bound = {reference for v in held for reference in gateways_of(v)}
    return [g for g in _serving(mesh, request) if f"{g.namespace}/{g.name}" in bound]


def _of_gateway_api(mesh: Mesh, request: Request, *, unnamed: bool = True) -> list[Object]:
    """The Gateways of the Gateway API with a listener for this port and host; listeners without a hostname take any."""
    every = "*" if unnamed else ""
    return [
        g
        for g in mesh.index.all(GATEWAY_API, "Gateway")
        for listener in map(as_map, as_list(g.spec.get("listeners")))
        if listener.get("port") == request.port and hosts.covers(str(listener.get("hostname") or every), request.host)
    ]


TIERS: tuple[Tier, ...] = (
    _with_routes,
    lambda mesh, request: _of_gateway_api(mesh, request, unnamed=False),
    _serving,
    _of_gateway_api,
    # None is for it: the request dies at those that mean the host on another port, else at those on its port, else
    # (nothing listens on the port) at the pods of those that name the host, whether their Service has the port or not.
    lambda mesh, request: mesh.gateways.meaning(request.scheme, request.port, request.sni or request.host),
    lambda mesh, request: mesh.gateways.on_port(request.port),
    lambda mesh, request: mesh.gateways.naming(request.port, request.sni or request.host),
    lambda mesh, request: mesh.gateways.known_for(request.sni or request.host),
)


def _named(mesh: Mesh, reference: str) -> list[Object]:
    namespace, _, name = reference.partition("/")
    found = mesh.gateways.get(reference) or mesh.index.get(GATEWAY_API, "Gateway", namespace, name)
    return [found] if found else []


def _entries(mesh: Mesh, found: Iterable[Way], port: int) -> list[Trail]:
    """A trail for each workload behind the Gateways at which a client can dial the port, for each if it can at none.
    Nothing tells how clients spread over them."""
    parties: dict[object, Party] = {}
    bare: dict[object, Party] = {}
    for cluster, view, gateway in found:
        workloads = view.gateways.at_port(gateway, port, cluster) if gateway.group != GATEWAY_API else []
        if not workloads:
            bare[gateway.key] = Party(namespace=gateway.namespace, gateways=(gateway,))
        for workload in workloads:
            known = parties.get(workload.object.key)
            entered = (*known.gateways, gateway) if known and gateway not in known.gateways else (gateway,)
            parties[workload.object.key] = Party(
                namespace=workload.namespace, workload=workload, pod=workload.representative, gateways=entered
            )
    manned = {g.key for party in parties.values() for g in party.gateways}
    kept = [*parties.values(), *(party for key, party in bare.items() if key not in manned)]
    share = 1.0 if len(kept) == 1 else None
    return [trail for p in kept for trail in _by_pods(mesh, p, share)]


def _by_pods(mesh: Mesh, party: Party, share: float | None) -> list[Trail]:
    """A trail for each kind of pod of a gateway that clients reach."""
    if party.workload is None or party.pod is None:
        return [Trail(hops=(Hop(kind=HopKind.GATEWAY, party=party),)).splits("gateway", share)]
    taking = [p for p in party.workload.staying if p.ready or p.host_network] or [party.pod]
    kinds = kinds_of_pods(taking, by_node=node_matters(mesh.index))
    total = sum(count for _, count in kinds)
    trails = ((Trail(hops=(Hop(kind=HopKind.GATEWAY, party=replace(party, pod=p)),)), n / total) for p, n in kinds)
    return [trail.splits("gateway", share).splits("pods of the gateway", part) for trail, part in trails]


def _not_served(mesh: Mesh, request: Request) -> str:
    said = f"--from outside: no Gateway serves {request.scheme}, port {request.port}, host {request.host}"
    for thing in mesh.virtual_services.all:
        unseen = [g for g in gateways_of(thing) if g != MESH and not mesh.index.saw(g.partition("/")[0])]
        if unseen and hosts.most_specific(request.host, mesh.virtual_services.hosts_of(thing)) is not None:
            return f"{said} among what was read; {thing} names Gateway {unseen[0]}, whose namespace is not in the input"
    return f"{said}; name one with --from gateway:NAMESPACE/NAME"


def _no_gateway(mesh: Mesh, caller: Caller) -> str:
    reference = caller.gateway
    space = reference.partition("/")[0]
    if caller.cluster and caller.cluster not in mesh.clusters:
        return f"--from gateway:{reference}@{caller.cluster}: {unknown_cluster(mesh, caller.cluster)}"
    if not mesh.index.saw(space):
        return f"--from gateway:{reference}: nothing of namespace {space} is in the input"
    names = [f"{g.namespace}/{g.name}" for g in mesh.gateways.all if caller.cluster in ("", g.cluster)]
    near = difflib.get_close_matches(reference, names, n=4, cutoff=0.3)
    hint = f"; there is {', '.join(near)}" if near else ""
    where = f" in cluster {caller.cluster}" if caller.cluster else ""
    return f"--from gateway:{reference}: there is no such Gateway{where}{hint}"


def unknown_cluster(mesh: Mesh, cluster: str) -> str:
    """What to say of the name of a Kubernetes cluster that none has."""
    known = sorted(filter(None, mesh.clusters))
    there = f"there is {', '.join(known)}" if known else f"name one with -f {cluster}=PATH"
    return f"no Kubernetes cluster is called {cluster}; {there}"
