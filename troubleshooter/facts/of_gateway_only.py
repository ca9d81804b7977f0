"""Facts about VirtualServices that are bound to gateways alone, seen from a sidecar, which does not use them.

Decides: whether one of them would send a request where it is expected to go. That is never a fault by itself: routes
that are made for outside are rightly none for the mesh. Must not know causes.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-gateways.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import MESH, attempts, decide, gateways_of
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.model import HopKind, Object, Request, Resource
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.request.expectation import arrives_as_expected


def about_gateway_only(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """Where a request goes straight to its service and not where it is expected: the VirtualService for gateways alone
    that would send it there."""
    straight = hop.kind is HopKind.SENDER and hop.family == "http" and hop.routing and not hop.routing.owners
    if not (request.expect and straight and hop.service) or trail.failed:
        return
    if arrives_as_expected(mesh, request, trail):
        return
    sender = Sender(labels=hop.party.labels, namespace=hop.party.namespace, port=request.port)
    found = [v for v in mesh.virtual_services.all if _for_gateways(mesh, v, hop) and leads(mesh, v, request, sender)]
    place: Resource = hop.service.object.at()
    if len(found) == 1:
        place = found[0].at("spec.gateways")
        case.role("virtual_service", found[0].at())
        case.detail("virtual_service.gateways", ", ".join(gateways_of(found[0])))
        case.detail("virtual_service.host", hop.service.host)
    case.fact("virtual_service.for_gateways_only", "yes" if len(found) == 1 else "no", place)


def _for_gateways(mesh: Mesh, thing: Object, hop: Hop) -> bool:
    """Whether it has the service among its hosts, reaches the sender, and is not bound to the mesh. One for all hosts
    can never be."""
    names = mesh.virtual_services.hosts_of(thing)
    served = hop.service is not None and hosts.most_specific(hop.service.host, names) is not None
    visible = mesh.virtual_services.visible(thing, hop.party.namespace)
    return served and visible and "*" not in names and MESH not in gateways_of(thing)


def leads(mesh: Mesh, thing: Object, request: Request, sender: Sender) -> bool:
    """Whether its routes would send the request, or a share of it, where it is expected."""
    route = decide(attempts(mesh.virtual_services.http_routes([thing]), sender), request).route
    return route is not None and any(_expected(mesh, request, d) for d in mesh.virtual_services.destinations(route))


def _expected(mesh: Mesh, request: Request, target: Destination) -> bool:
    name, _, subset = request.expect.partition(":")
    service = mesh.registry.get(target.host)
    if service is None or (subset and target.subset != subset):
        return False
    return hosts.dialled(name, service.namespace, {service.host}, mesh.settings.domain) == service.host
