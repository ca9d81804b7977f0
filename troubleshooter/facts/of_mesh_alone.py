"""Facts about VirtualServices for the mesh alone, seen from a gateway, which does not use them.

Decides whether one of them, and nothing else, has the routes that a request at a gateway lacks. Must not know causes.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-gateways (mesh is what
holds where no gateway is named).
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.routes import MESH, gateways_of, routes_of
from troubleshooter.model import HopKind, Object, Stage
from troubleshooter.walk import Hop, Trail


def about_mesh_alone(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """The VirtualService for the mesh alone that has the host for which a gateway has no route. Where one with the host
    names a gateway, it is that one which is meant for outside."""
    server, routing = hop.server, hop.routing
    died = trail.failed and trail.hop is hop and trail.steps[-1].stage is Stage.ROUTE
    if hop.kind is not HopKind.GATEWAY or not died or server is None or routing is None or routing.owners:
        return
    held = routing.overlooked
    if not held or any(gateways_of(v) != [MESH] for v in held):
        return
    useful = [v for v in held if _could_serve(mesh, v, server, hop)]
    if len(useful) != 1:
        return
    owner, gateway = useful[0], server.gateway
    reference = gateway.name if gateway.namespace == owner.namespace else server.reference
    case.role("virtual_service", owner.at())
    case.role("gateway", gateway.at())
    case.fact("virtual_service.bound_to", "mesh-alone", owner.at("spec.gateways"), gateway.at(server.path))
    case.detail("virtual_service.hosts", ", ".join(mesh.virtual_services.hosts_of(owner)))
    case.detail("virtual_service.gateways_wanted", [MESH, reference])
    case.detail("gateway.reference", reference)


def _could_serve(mesh: Mesh, owner: Object, server: Server, hop: Hop) -> bool:
    """Whether a server would use its routes if it were bound to the Gateway."""
    kinds = ("http",) if hop.family == "http" else ("tls",) if server.tls == "PASSTHROUGH" else ("tcp",)
    led = any(True for kind in kinds for _ in routes_of(owner, kind))
    seen = mesh.virtual_services.visible(owner, hop.party.namespace)
    return led and seen and bool(mesh.virtual_services.shared_hosts(owner, server.hosts))
