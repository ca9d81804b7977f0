"""Facts about routes behind a gateway server that passes TLS through: only tls routes count there.

Must not know why a connection came to the server.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute;
`buildGatewayNetworkFiltersFromTLSRoutes` in istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.routes import routes_of
from troubleshooter.model import Object, Request, as_list, as_map
from troubleshooter.walk import Hop


def about_passthrough(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Whether a connection that is passed through finds a tls route, or its VirtualService has http routes alone."""
    server, routing = hop.server, hop.routing
    if server is None or routing is None or server.tls != "PASSTHROUGH":
        return
    if routing.route is not None:
        case.fact("virtual_service.passthrough", "routed", routing.route.at())
        return
    asked = request.sni or request.host
    meant = [v for v in routing.owners if hosts.most_specific(asked, mesh.virtual_services.hosts_of(v)) is not None]
    found = next((v for v in meant if not routes_of(v, "tls") and _destinations(v)), None)
    if found is None:
        return
    case.role("virtual_service", found.at())
    case.role("gateway", server.gateway.at())
    mode = server.gateway.at(f"{server.path}.tls.mode")
    case.fact("virtual_service.passthrough", "http-only", found.at("spec.http"), mode)
    match = {"port": server.number, "sniHosts": [str(h) for h in as_list(found.spec.get("hosts"))]}
    case.detail("virtual_service.passthrough_tls", [{"match": [match], "route": _destinations(found)}])


def _destinations(thing: Object) -> list[dict[str, Any]]:
    """Where the last http route that sends anywhere sends to, as a tls route has it."""
    sending = [r for r in routes_of(thing, "http") if as_list(r.raw.get("route"))]
    targets = [as_map(t) for t in as_list(sending[-1].raw["route"])] if sending else []
    return [{key: target[key] for key in ("destination", "weight") if key in target} for target in targets]
