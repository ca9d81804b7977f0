"""Facts about a VirtualService with a wider host whose route would take a request that finds none.

Proxies use the routes of the most specific host alone. Must not know causes.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts;
`virtual_hosts` of the mesh says what a gateway makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import MESH, Route, attempts, decide
from troubleshooter.model import Object, Raw, Request, as_list, as_map
from troubleshooter.walk import Hop
from troubleshooter.walk.routes.routing import host_of


def about_wider_host(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Where no route of the most specific host takes a request: the first one of a wider host that would."""
    routing = hop.routing
    if routing is None or routing.route is not None or routing.nearest is None or routing.left_out is not None:
        return
    name = host_of(request)
    if hop.service is not None and hop.server is None:
        name = hop.service.host
    for route in _wider(mesh, request, hop, name):
        owner = routing.owners[0]
        case.role("rival", route.holder.at())
        case.fact(
            "virtual_service.wider", "takes-it", owner.at("spec.hosts"), route.holder.at("spec.hosts"), route.at()
        )
        case.detail("rival.field", route.path)
        case.detail("virtual_service.wider_host", _pattern(mesh, route.holder, name))
        case.detail("virtual_service.wider_route", _copied(mesh, route))
        return


def _wider(mesh: Mesh, request: Request, hop: Hop, name: str) -> Iterator[Route]:
    """The routes that would take the request, of VirtualServices that the proxy has for a wider host alone."""
    assert hop.routing is not None  # noqa: S101 - the caller looked
    reference, port = (hop.server.reference, hop.server.number) if hop.server else (MESH, request.port)
    sender = Sender(labels=hop.party.labels, namespace=hop.party.namespace, gateway=reference, port=port)
    for owner in mesh.virtual_services.bound(reference, hop.party.namespace):
        if owner in hop.routing.owners or not _pattern(mesh, owner, name).startswith("*"):
            continue
        found = decide(attempts(mesh.virtual_services.http_routes([owner]), sender), request).route
        if found is not None and "delegate" not in found.raw:
            yield found


def _pattern(mesh: Mesh, owner: Object, name: str) -> str:
    """The most specific of its hosts that covers a name, "" if none does."""
    return hosts.most_specific(name, mesh.virtual_services.hosts_of(owner)) or ""


def _copied(mesh: Mesh, route: Route) -> dict[str, Any]:
    """The route as another VirtualService would write it: with full names of hosts, and without its own name."""
    held = [_full(mesh, route, as_map(item)) for item in as_list(route.raw.get("route"))]
    return {**{k: v for k, v in route.raw.items() if k != "name"}, **({"route": held} if held else {})}


def _full(mesh: Mesh, route: Route, item: Raw) -> dict[str, Any]:
    target = as_map(item.get("destination"))
    host = hosts.fqdn(str(target.get("host") or ""), route.owner.namespace, mesh.settings.domain)
    return {**item, "destination": {**target, "host": host}}
