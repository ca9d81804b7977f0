"""Facts about what exportTo hides from the namespace of a proxy: a service, or the VirtualService whose routes the
request needs.

Must not know what follows from it. What a hidden DestinationRule would define is found in `of_subsets`.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-export_to;
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig (defaultServiceExportTo and the others).
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_gateway_only import leads
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import MESH, attempts, decide
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.sidecar.sidecars import export_field
from troubleshooter.model import HopKind, Object, Request, Resource, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.request.expectation import arrives_as_expected
from troubleshooter.walk.routes.connections import by_connection
from troubleshooter.walk.routes.routing import host_of

DEFAULTS = {"VirtualService": "defaultVirtualServiceExportTo", "DestinationRule": "defaultDestinationRuleExportTo"}


def export_places(mesh: Mesh, thing: Object, field: str, *, own: bool) -> list[Resource]:
    """Where an object says to whom it is exported; where it does not (`own` False), also the default of the mesh."""
    default = mesh.settings.at(DEFAULTS.get(thing.kind, "defaultServiceExportTo"))
    return [thing.at(field), *([default] if default is not None and not own else [])]


def about_hidden_service(case: CaseBuilder, mesh: Mesh, service: Service, viewer: str) -> None:
    """Whether exportTo is what hides a service from a namespace, and one that shows it there too."""
    field, thing = export_field(service), service.object
    own = thing.spec.get("exportTo") is not None if service.entry else field.partition('"')[2][:-2] in thing.annotations
    places = export_places(mesh, thing, field, own=own)
    case.role("service", thing.at())
    case.fact("service.exported", "yes" if service.exported_to(viewer) else "no", *places)
    wider = [*(e for e in service.export_to if e != "~"), viewer]
    case.detail("service.export_field", field)
    case.detail("service.export_wider", wider if service.entry else ",".join(wider))
    case.detail("destination.viewer", viewer)


def about_hidden_routes(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """Where a request finds no route, or goes where it is not expected: the first VirtualService that would take it
    there and is not exported to the namespace of the proxy."""
    for thing in _hidden(mesh, request, trail, hop):
        places = export_places(mesh, thing, "spec.exportTo", own=thing.spec.get("exportTo") is not None)
        case.role("virtual_service", thing.at())
        case.fact("virtual_service.exported", "no", *places)
        case.detail("virtual_service.export_wider", mesh.virtual_services.export_wider(thing, hop.party.namespace))
        case.detail("destination.viewer", hop.party.namespace)
        return


def _hidden(mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> Iterable[Object]:
    lost = trail.failed and trail.steps[-1].stage is Stage.ROUTE and trail.hop is hop
    astray = bool(request.expect) and not trail.failed and not arrives_as_expected(mesh, request, trail)
    if hop.routing is None or not (lost or astray) or (hop.kind is HopKind.SENDER and hop.routing.owners):
        return []
    gateway = hop.server.reference if hop.server else "" if hop.kind is HopKind.GATEWAY else MESH
    sender = _sender(request, hop)
    found = (v for v in mesh.virtual_services.hidden(gateway, hop.party.namespace) if _serves(mesh, v, request, hop))
    if lost:
        return (v for v in found if _takes(mesh, request, trail, v, sender))
    return (v for v in found if leads(mesh, v, request, sender))


def _serves(mesh: Mesh, thing: Object, request: Request, hop: Hop) -> bool:
    """Whether a VirtualService has the host, at the server of a gateway or for a sidecar."""
    held = mesh.virtual_services
    names = held.shared_hosts(thing, hop.server.hosts) if hop.server else held.hosts_of(thing)
    asked = host_of(request) if hop.server or hop.service is None else hop.service.host
    return hosts.most_specific(asked, names) is not None


def _sender(request: Request, hop: Hop) -> Sender:
    reference, port = (hop.server.reference, hop.server.number) if hop.server else ("", request.port)
    return Sender(labels=hop.party.labels, namespace=hop.party.namespace, port=port, gateway=reference or MESH)


def _takes(mesh: Mesh, request: Request, trail: Trail, thing: Object, sender: Sender) -> bool:
    """Whether its routes would take the request."""
    if trail.hop.family == "http":
        return decide(attempts(mesh.virtual_services.http_routes([thing]), sender), request).route is not None
    return isinstance(by_connection(mesh, request, trail, [thing], sender), list)
