"""Facts about the routes of a gateway's server that passes TLS on: whether one is for the name in the hello.

Must not know causes. Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute;
`buildGatewayNetworkFiltersFromTLSRoutes` in istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.routes import routes_of
from troubleshooter.model import HopKind, Object, Request, Stage, as_list
from troubleshooter.walk import Hop, Trail


def about_tls_routes(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """That no tls route of a server that passes TLS on takes the connection, though a VirtualService with the name and
    with tls routes is bound to it."""
    server = hop.server
    died = trail.failed and trail.hop is hop and trail.steps[-1].stage is Stage.ROUTE
    if hop.kind is not HopKind.GATEWAY or not died or server is None or server.tls != "PASSTHROUGH":
        return
    name = (request.sni or request.host).lower()
    held = [v for v in hop.routing.owners if _has(mesh, v, server, name)] if hop.routing else []
    routed = next((v for v in held if _matches(v)), None)
    if routed is not None and hosts.most_specific(name, _names(routed)) is None:
        _other_name(case, routed, server, name)


def _has(mesh: Mesh, owner: Object, server: Server, name: str) -> bool:
    return hosts.most_specific(name, mesh.virtual_services.shared_hosts(owner, server.hosts)) is not None


def _matches(owner: Object) -> list[str]:
    """The fields of its tls matches."""
    return [f"{r.path}.match[{n}]" for r in routes_of(owner, "tls") for n, _ in enumerate(r.matches)]


def _names(owner: Object) -> list[str]:
    """The names that its tls matches are for."""
    return [str(h).lower() for r in routes_of(owner, "tls") for m in r.matches for h in as_list(m.get("sniHosts"))]


def _other_name(case: CaseBuilder, owner: Object, server: Server, name: str) -> None:
    field = f"{_matches(owner)[0]}.sniHosts"
    case.role("virtual_service", owner.at())
    case.role("gateway", server.gateway.at())
    case.fact("gateway.tls_route", "other-name", owner.at(field), server.gateway.at(f"{server.path}.tls"))
    case.fact("virtual_service.tls_matches", "one" if len(_matches(owner)) == 1 else "several", owner.at("spec.tls"))
    case.detail("virtual_service.sni_field", field)
    case.detail("virtual_service.sni_hosts", ", ".join(_names(owner)))
    case.detail("request.sni", name)
