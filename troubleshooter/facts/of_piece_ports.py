"""The port for which a destination of a route is judged where no request is in hand.

Decides as istiod would for the requests that can come. Must not know cases.
Source: `GetDestinationCluster` in istio/istio pilot/pkg/networking/core/route/route.go, and
`BuildSidecarOutboundVirtualHosts` in httproute.go there: a sidecar's http routes know of each service no port but the
listener's; all others know the only port of a service.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.routes import Route, gateways_of
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.model import HopKind


def port_meant(mesh: Mesh, route: Route, target: Destination, kind: HopKind) -> int:
    """The port that a route names, or the one that all requests to which it applies come to; 0 where it is not the same
    for all of them, or cannot be told."""
    service = mesh.registry.get(target.host)
    if target.port or service is None:
        return target.port or 0
    if len(service.ports) == 1 and (kind is HopKind.GATEWAY or route.kind != "http"):
        return service.ports[0].number
    found = set(_asked(mesh, route, kind))
    return found.pop() if len(found) == 1 else 0


def _asked(mesh: Mesh, route: Route, kind: HopKind) -> Iterable[int]:
    """The ports that requests may come to: those that the matches name, else those of the servers or Services."""
    named = [number for match in route.matches if is_number(number := match.get("port")) and number]
    if named and len(named) == len(route.matches):
        return named
    if kind is HopKind.GATEWAY:
        held = (mesh.gateways.get(reference) for reference in gateways_of(route.holder))
        return [server.number for gateway in held if gateway for server in mesh.gateways.servers(gateway)]
    services = map(mesh.registry.get, mesh.virtual_services.hosts_of(route.holder))
    return [p.number for service in services if service for p in service.ports if _fits(route, p.protocol.family)]


def _fits(route: Route, family: str) -> bool:
    """Whether a port of this kind uses such routes."""
    return family in {"http", "auto"} if route.kind == "http" else family != "udp"
