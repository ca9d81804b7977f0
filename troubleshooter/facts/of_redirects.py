"""Facts about redirects: who sends the client where, and whether TLS ends in front of the gateway.

Decides which server or route is meant, and how its requests could be told apart. Must not know causes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings (httpsRedirect);
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.control_plane.proxy_config import FIELD, own_config
from troubleshooter.mesh.gateway.entrances import Entrance
from troubleshooter.mesh.gateway.load_balancers import ends_tls
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import HopKind, Request, Resource
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.routes.routing import host_of


def about_redirects(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """Where the last proxy redirects the client, and what a gateway outside clients enter by does with plain
    requests."""
    hop = trail.hop
    place = trail.steps[-1].resource if trail.steps and hop.redirect else None
    case.fact("route.redirect", hop.redirect or "none", place)
    route = hop.routing.route if hop.routing else None
    if hop.redirect:
        case.fact("route.redirect_by", "route" if route else "gateway", place)
    if hop.redirect and route is not None:
        _route_fix(case, mesh, hop)
    first = trail.hops[0]
    if first.kind is HopKind.GATEWAY and first.party.workload is not None and request.scheme == "https":
        _in_front(case, mesh, request, first, first.party.workload)
    elif first.kind is not HopKind.GATEWAY or (first.server is not None and not first.server.redirects):
        # So nobody is asked about a load balancer that has no part in it.
        case.fact("gateway.https_redirect", "no", first.server.gateway.at(first.server.path) if first.server else None)


def _route_fix(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """The match that leaves a redirecting route the plain requests of its gateway only, where TLS ends there."""
    route = hop.routing.route if hop.routing else None
    assert route is not None  # noqa: S101 - the caller looked
    case.role("virtual_service", route.owner.at())
    case.detail("route.redirect_field", route.path)
    plain = _plain_port(mesh, hop) if hop.server is not None and hop.server.tls else None
    case.fact("route.redirect_port", "one" if plain else "none", route.at())
    matches = [dict(m) for m in route.matches] or [{}]
    case.detail("route.redirect_match", [{**m, "port": plain} for m in matches] if plain else None)


def _plain_port(mesh: Mesh, hop: Hop) -> int | None:
    """The port of the plaintext HTTP server of a gateway hop's Gateway, if there is exactly one such port."""
    servers = mesh.gateways.servers(hop.server.gateway) if hop.server else []
    found = {s.number for s in servers if s.protocol.family == "http"}
    return found.pop() if len(found) == 1 else None


def _in_front(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop, workload: Workload) -> None:
    """What a load balancer does with TLS, by the annotations of the Service, and whether the server that gets what it
    sends on redirects to https."""
    ways = [e for e in mesh.gateways.ways_in(workload) if e.dialled(request.port)]
    entrance = next((e for e in ways if ends_tls(e.service, e.port) is not None), None)
    opened = mesh.gateways.opened(mesh.gateways.for_workload(workload), workload)
    plain = [o for o in opened if o.listens and o.server.protocol.family == "http"]
    landed = [o.server for o in plain if entrance is None or o.port == entrance.target]
    redirecting = next((s for s in landed if s.redirects and s.serves(host_of(request))), None)
    if redirecting is None:
        case.fact("gateway.https_redirect", "no", *(s.gateway.at(s.path) for s in landed[:1]))
    else:
        case.role("gateway", redirecting.gateway.at())
        _redirecting(case, redirecting)
    trusted = _trusts(mesh, hop)
    case.fact("gateway.trusted_proxies", "some" if trusted else "none", _config_place(hop))
    if entrance is None:
        return
    case.role("service", entrance.service.object.at())
    case.fact("connection.tls_ends", "load-balancer", ends_tls(entrance.service, entrance.port))
    if redirecting is not None:
        _apart(case, mesh, entrance, redirecting, workload)


def _redirecting(case: CaseBuilder, server: Server) -> None:
    field = f"{server.path}.tls"
    case.fact("gateway.https_redirect", "yes", server.gateway.at(f"{field}.httpsRedirect"))
    case.detail("gateway.redirect_field", field)
    case.detail("gateway.redirect_port", server.number)


def _trusts(mesh: Mesh, hop: Hop) -> bool:
    own = own_config(hop.party.pod.annotations) if hop.party.pod else {}
    return mesh.settings.trusted_proxies(own) > 0


def _config_place(hop: Hop) -> Resource | None:
    return hop.party.pod.at(FIELD) if hop.party.pod else None


def _apart(case: CaseBuilder, mesh: Mesh, entrance: Entrance, server: Server, workload: Workload) -> None:
    """How requests whose TLS ended in front could be kept from those that came in plain: they have a Service port of
    their own, so they can have a container port and a server of their own."""
    ways = mesh.gateways.ways_in(workload)
    shared = any(e.target == entrance.target and ends_tls(e.service, e.port) is None for e in ways)
    case.fact("gateway.redirect_door", "shared" if shared else "own", entrance.service.object.at(entrance.port.path))
    number = entrance.port.number
    held = _numbers(mesh, workload)
    case.fact(
        "gateway.decrypted_port", "taken" if number in held else "free", entrance.service.object.at(entrance.port.path)
    )
    case.detail("gateway.decrypted_field", f"{entrance.port.path}.targetPort")
    case.detail("gateway.decrypted_target", _free({e.target for e in ways} | held, number))
    case.detail(
        "gateway.decrypted_server",
        {
            "port": {"number": number, "name": f"http-{number}", "protocol": "HTTP"},
            "hosts": list(server.raw.get("hosts") or ()),
        },
    )


def _numbers(mesh: Mesh, workload: Workload) -> set[int]:
    return {s.number for g in mesh.gateways.for_workload(workload) for s in mesh.gateways.servers(g)}


def _free(taken: Iterable[int], number: int) -> int:
    """A container port that nothing else uses, above those for which a proxy needs privileges."""
    held = set(taken)
    return next(n for n in range(number + 8000 if number < 1024 else number, 65536) if n not in held)
