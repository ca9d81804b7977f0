"""The namespaces that one request touches: of these alone its pods and endpoints have to be read.

A reader of a live cluster goes round: read configuration (of all namespaces: whatever is exported counts), ask
`namespaces_touched`, read pods and EndpointSlices there, and ask again with these, until no namespace is new. Five
rounds are more than any walk takes hops. Of other namespaces neither is read, and nothing is said of them.

Decides: which namespaces these are. Must not know how anything is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import APPS
from troubleshooter.mesh.control_plane.istiod import is_istiod
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.delegation import reference
from troubleshooter.mesh.routing.routes import gateways_of, routes_of
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import HopKind, Object, Request, Stage, as_list, as_map
from troubleshooter.walk.basis.decisions import Hop, Trail
from troubleshooter.walk.request.requests import RequestError, parse_caller
from troubleshooter.walk.walker import walk

Space: TypeAlias = tuple[str, str]
"""(Kubernetes cluster, namespace)."""

ROUNDS = 5
"""How often a reader goes round at most."""


def namespaces_touched(mesh: Mesh, request: Request, default_namespace: str = "default") -> frozenset[Space]:
    """The namespaces of the caller, of each proxy on the way, of all that a route for the host may send or copy the
    request to, of the gateways that may take it, and of istiod and whom it asks; in every Kubernetes cluster of the
    mesh, since a namespace is one for them all. What makes no sense in this mesh touches the namespaces that it names.
    """
    return frozenset(
        (cluster, name) for cluster in mesh.clusters for name in _names(mesh, request, default_namespace) if name
    )


def _names(mesh: Mesh, request: Request, default_namespace: str) -> set[str]:
    found = {default_namespace, mesh.settings.root_namespace, *_of_caller(request, default_namespace)}
    with suppress(RequestError):
        trails = walk(mesh, request, default_namespace).trails
        found.update(name for trail in trails for hop in trail.hops for name in _of_hop(hop))
        found.update(name for trail in trails if trail.failed for name in _of_mends(mesh, trail))
    named = [s for s in (_called(mesh, request.host, space) for space in tuple(found)) if s is not None]
    found.update(name for s in named for name in _of_service(mesh, s))
    meant = {request.host, request.headers.get("host", ""), *(s.host for s in named)}
    for owner in mesh.virtual_services.all:
        if any(
            hosts.covers(pattern, host) for pattern in mesh.virtual_services.hosts_of(owner) for host in meant if host
        ):
            found.update(_of_routes(mesh, owner))
    found.update(gateway.service.namespace for gateway in mesh.networks.gateways if gateway.service is not None)
    return (
        found
        | set(_of_providers(mesh))
        | {one.namespace for one in mesh.index.all(APPS, "Deployment") if is_istiod(one)}
    )


def _of_caller(request: Request, default_namespace: str) -> Iterator[str]:
    if request.source:
        caller = parse_caller(request.source, default_namespace)
        yield caller.namespace
        yield caller.gateway.partition("/")[0]


def _of_hop(hop: Hop) -> Iterator[str]:
    yield hop.party.namespace
    for gateway in hop.party.gateways:
        yield gateway.namespace
    for service in (hop.service, hop.meant, hop.cluster.service if hop.cluster else None):
        if service is not None:
            yield service.namespace
    for endpoint in hop.endpoints.all if hop.endpoints else ():
        if endpoint.pod is not None:
            yield endpoint.pod.namespace


def _of_mends(mesh: Mesh, trail: Trail) -> Iterator[str]:
    """Where the request may be meant to go that dies here: what the routes at the gateway lead to, and the services of
    the name that does not exist, in whatever namespace."""
    hop = trail.hop
    if trail.steps[-1].stage in (Stage.LISTENER, Stage.ROUTE) and hop.kind is HopKind.GATEWAY:
        entered = {f"{gateway.namespace}/{gateway.name}" for gateway in hop.party.gateways}
        for owner in mesh.virtual_services.all:
            if entered.intersection(gateways_of(owner)):
                yield from _of_routes(mesh, owner)
    if hop.cluster is not None and hop.cluster.missing == "host":
        name = hop.cluster.host.partition(".")[0]
        yield from (s.namespace for s in mesh.registry.all if not s.entry and s.object.name == name)


def _called(mesh: Mesh, host: str, namespace: str) -> Service | None:
    return mesh.registry.get(hosts.dialled(host, namespace, mesh.registry.hosts, mesh.settings.domain))


def _of_service(mesh: Mesh, service: Service) -> Iterator[str]:
    """Its own, and that of the one for which it stands."""
    yield service.namespace
    other = mesh.registry.get(service.external_name.lower()) if service.external_name else None
    if other is not None:
        yield other.namespace


def _of_routes(mesh: Mesh, owner: Object) -> Iterator[str]:
    """The namespaces of all destinations and mirrors of a VirtualService, of its delegates, and of the pods that run
    the gateways to which it is bound."""
    for thing in (owner, *_delegates(mesh, owner)):
        yield thing.namespace
        for host in _hosts_in(thing.spec):
            service = _called(mesh, hosts.fqdn(host, thing.namespace, mesh.settings.domain), thing.namespace)
            yield from _of_service(mesh, service) if service else ()
    for gateway in filter(None, map(mesh.gateways.get, gateways_of(owner))):
        yield gateway.namespace
        yield from (workload.namespace for workload in mesh.gateways.workloads(gateway))


def _delegates(mesh: Mesh, owner: Object) -> Iterator[Object]:
    """Those that its routes name, whether or not they may be used."""
    for route in routes_of(owner, "http"):
        named = reference(route)
        found = mesh.index.beside(owner, owner.group, owner.kind, *named) if named else None
        if found is not None:
            yield found


def _hosts_in(value: object) -> Iterator[str]:
    """Every `host` of a destination or mirror, however deep."""
    if isinstance(value, Mapping):
        if isinstance(value.get("host"), str):
            yield value["host"]
        for each in value.values():
            yield from _hosts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _hosts_in(each)


def _of_providers(mesh: Mesh) -> Iterator[str]:
    """The namespaces of the authorizers that the mesh config names: whether they answer is part of their policies."""
    for host in _services_in(mesh.settings.values.get("extensionProviders")):
        service = mesh.registry.get(host)
        if service is not None:
            yield service.namespace


def _services_in(providers: object) -> Iterator[str]:
    for provider in map(as_map, as_list(providers)):
        for said in map(as_map, provider.values()):
            if isinstance(said.get("service"), str):
                yield said["service"].rpartition("/")[2].lower()
