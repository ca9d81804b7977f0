"""Pieces that have a client: one service port, as proxies that configuration itself names reach it.

A piece has no caller. It is judged for a client with a proxy in the service's own namespace, which sees what every
client without rules of its own sees, and in the namespaces that have a DestinationRule of their own for the host. Must
not know requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_connections import about_connection
from troubleshooter.facts.of_destinations import about_destination
from troubleshooter.facts.of_exceptions import about_exception
from troubleshooter.facts.of_walks import about_mesh
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.visibility import visible
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Case, CaseKind, HopKind, Object, Request, StageVerdict, as_list, as_map, as_words
from troubleshooter.walk import Hop, Party, Routing, Trail
from troubleshooter.walk.destinations.destination import find_cluster
from troubleshooter.walk.destinations.endpoint_choice import choose_endpoints
from troubleshooter.walk.ends.transport import connect
from troubleshooter.walk.request.parties import assumed_client


def connection_cases(mesh: Mesh, service: Service, port: Port) -> Iterator[Case]:
    """One service port as each of these clients reaches it: a case for every kind of endpoint that they are sent
    to."""
    if service.entry or service.external_name:
        return
    for namespace in _own_rules(mesh, service):
        request = Request(source="", to="", scheme="http", host=service.host, port=port.number)
        hop = Hop(kind=HopKind.SENDER, party=assumed_client(namespace), service=service, port=port, family="http")
        for n, trail in enumerate(connections(mesh, request, find_cluster(mesh, request, Trail(hops=(hop,))))):
            identifier = f"piece/connection/{namespace}/{service.host}/{port.number}/{n}"
            yield _connection_case(mesh, identifier, trail)


def way_to(mesh: Mesh, party: Party, kind: HopKind, target: Destination, port: int) -> tuple[Trail, Trail | None]:
    """How a proxy gets to a destination of a route on a port: after the cluster stage, and at the first kind of
    endpoint (None if it gets to none)."""
    request = Request(source="", to="", scheme="http", host=target.host, port=port)
    hop = Hop(kind=kind, party=party, routing=Routing(destination=target), family="http")
    found = find_cluster(mesh, request, Trail(hops=(hop,)))
    return found, next(connections(mesh, request, found), None)


def connections(mesh: Mesh, request: Request, found: Trail) -> Iterator[Trail]:
    """From the cluster stage on: a trail for every kind of endpoint, those that break first. What cannot be told
    without more objects is left out."""
    if found.over or found.hop.cluster is None or found.hop.cluster.service_port is None:
        return
    reached = [t for t in choose_endpoints(mesh, request, found) if t.hop.endpoint and not t.over]
    ends = [connect(mesh, request, t) for t in reached]
    told = [t for t in ends if all(step.verdict is not StageVerdict.UNKNOWN for step in t.steps)]
    yield from sorted(told, key=lambda t: not t.failed)


def _connection_case(mesh: Mesh, identifier: str, trail: Trail) -> Case:
    case = CaseBuilder(identifier, CaseKind.PIECE)
    about_mesh(case, mesh)
    about_destination(case, mesh, trail.hop)
    about_connection(case, trail, trail.hop)
    about_exception(case, mesh, trail.hop)
    return case.build()


def _own_rules(mesh: Mesh, service: Service) -> list[str]:
    """The service's namespace, and others that have a rule for exactly this host."""
    held = mesh.destination_rules
    rules = (r for r in held.covering(service.host) if held.host_of(r) == service.host)
    others = [r.namespace for r in rules if r.namespace != mesh.settings.root_namespace]
    return list(dict.fromkeys((service.namespace, *others)))


def route_client(mesh: Mesh, thing: Object, host: str, subset: str) -> Party:
    """The client for which a destination of a VirtualService is judged: one for which the subset is defined, if there
    is any such client that sees the VirtualService. Else all fail alike, and it is one in the service's namespace."""
    service = mesh.registry.get(host)
    if service is None:
        return Party(namespace=thing.namespace)
    others = ((thing.namespace, {}), *_with_rules(mesh, host))
    clients = [(service.namespace, {}), *((ns, labels) for ns, labels in others if _may_call(mesh, ns))]
    seen = [(ns, labels) for ns, labels in clients if _sees(mesh, thing, ns)] or clients[:1]
    for namespace, labels in seen:
        rule = mesh.destination_rules.in_force(service, namespace, labels)
        if rule is not None and rule.subset(subset) is not None:
            return _party(namespace, labels)
    return _party(*seen[0])


def _may_call(mesh: Mesh, namespace: str) -> bool:
    """Whether clients may run in a namespace: one that holds configuration alone, where other namespaces were seen with
    their workloads, has none."""
    return bool(mesh.workloads.inside(namespace)) or not mesh.workloads.all or not mesh.index.saw(namespace)


def _with_rules(mesh: Mesh, host: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(namespace, pod labels) of the clients for which some rule of the host is made."""
    for rule in mesh.destination_rules.covering(host):
        yield rule.namespace, as_words(as_map(rule.spec.get("workloadSelector")).get("matchLabels"))


def _sees(mesh: Mesh, thing: Object, namespace: str) -> bool:
    export = [str(e) for e in as_list(thing.spec.get("exportTo"))] or mesh.settings.default_export("VirtualService")
    return visible(export, thing.namespace, namespace)


def _party(namespace: str, labels: Mapping[str, str]) -> Party:
    client = assumed_client(namespace)
    if not labels:
        return client
    assert client.pod is not None  # noqa: S101 - a client that is assumed has one
    return replace(client, pod=replace(client.pod, labels=labels))
