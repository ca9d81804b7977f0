"""Facts about VirtualServices that compete for one host.

Sidecars use one VirtualService a host, and leave the others out. Gateways put all together; there, of two routes that
ask for the same, the one of the older VirtualService is used. Must not know which of them is meant. Source:
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_shadowed import effect
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.routing.coverage import takes_over
from troubleshooter.mesh.routing.matching import Sender, mismatches
from troubleshooter.mesh.routing.routes import Attempt, Route, attempts, decide, gateways_of
from troubleshooter.mesh.routing.virtual_hosts import VirtualHost, serving, virtual_hosts
from troubleshooter.model import Case, CaseKind, HopKind, Object, Request, as_list, as_map
from troubleshooter.walk import Hop
from troubleshooter.walk.routes.routing import host_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Rivals:
    """Two VirtualServices for one host: the one that is used, and the one (or whose route `lost`) that is not."""

    used: Object
    left_out: Object
    host: str
    taken: Route | None = None
    lost: Route | None = None


def about_rivals(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop, sender: Sender) -> None:
    """Of a request: whether another VirtualService for its host, which is not used, would do something else with it."""
    routing = hop.routing
    if routing is None or not routing.owners or hop.family != "http":
        return
    look = _at_gateway if hop.kind is HopKind.GATEWAY else _in_mesh
    found = look(mesh, request, hop, sender)
    if found is None:
        case.fact("virtual_service.rival", "none", routing.owners[0].at("spec.hosts"))
    else:
        about_pair(case, mesh, found)


def _in_mesh(mesh: Mesh, request: Request, hop: Hop, sender: Sender) -> Rivals | None:
    assert hop.routing is not None  # noqa: S101 - the caller looked
    used, host = hop.routing.owners[0], hop.service.host if hop.service else host_of(request)
    scope = mesh.sidecars.scope(hop.party.namespace, hop.party.labels)
    for other in mesh.virtual_services.candidates(host, hop.party.namespace, scope.takes):
        route = (
            decide(attempts(mesh.virtual_services.http_routes([other]), sender), request).route
            if other is not used
            else None
        )
        missed = hop.routing.route is None or request.expect
        if route is None or (_order(used, other) == "export" and not missed):
            continue
        if hop.routing.route is None or effect(route) != effect(hop.routing.route):
            return Rivals(used=used, left_out=other, host=host)
    return None


def _at_gateway(mesh: Mesh, request: Request, hop: Hop, sender: Sender) -> Rivals | None:
    taken = hop.routing.route if hop.routing else None
    if hop.server is None or taken is None:
        return None
    held = virtual_hosts(mesh.virtual_services, [hop.server], hop.party.namespace, hop.party.labels)
    host = serving(held, host_of(request))
    fitting = [a for a in host.attempts if not mismatches(a.match, request, sender)] if host else []
    if host is None or not fitting or fitting[0].route.holder is not taken.holder:
        return None
    others = (a for a in fitting if a.route.holder is not taken.holder and _loses(fitting[0], a))
    lost = next(others, None)
    return _lost(fitting[0], lost, host) if lost else None


def _lost(ahead: Attempt, other: Attempt, host: VirtualHost) -> Rivals:
    return Rivals(
        used=ahead.route.holder, left_out=other.route.holder, host=host.pattern, taken=ahead.route, lost=other.route
    )  # fmt: skip


def _loses(ahead: Attempt, other: Attempt) -> bool:
    """Whether a route of another VirtualService gets nothing because of one, and would do something else. What takes
    everything goes last, so that it leaves the rest to others."""
    alone = ahead.catch_all == other.catch_all
    return alone and takes_over(ahead.match, other.match) and effect(ahead.route) != effect(other.route)


def about_pair(case: CaseBuilder, mesh: Mesh, found: Rivals) -> None:
    """That two VirtualServices compete."""
    used, other = found.used, found.left_out
    case.role("virtual_service", used.at())
    case.role("rival", other.at())
    word = "same-match" if found.lost is not None else "left-out"
    mine = found.taken.path if found.taken else _host_field(mesh, used, found.host)
    its = found.lost.path if found.lost else _host_field(mesh, other, found.host)
    case.fact("virtual_service.rival", word, other.at(its), used.at(mine))
    case.fact("virtual_service.rival_order", _order(used, other), used.at(), other.at())
    shared = set(as_list(used.spec.get("gateways"))) & set(as_list(other.spec.get("gateways")))
    alike = shared or not (used.spec.get("gateways") or other.spec.get("gateways"))
    case.fact("virtual_service.rival_gateways", "same" if alike else "other", used.at(), other.at())
    merged = _merged(mesh, used, other) if found.lost is None else None
    mend = "merge" if merged else "by-hand"
    case.fact("virtual_service.rival_mend", mend, used.at("spec.http"), other.at("spec.http"))
    case.detail("virtual_service.host", found.host)
    case.detail("virtual_service.merged", merged)
    case.detail("route.front", mine)
    case.detail("route.behind", its)


def _order(used: Object, other: Object) -> str:
    """By what the one counts before the other."""
    if set(as_list(used.spec.get("exportTo"))) != set(as_list(other.spec.get("exportTo"))):
        return "export"
    return "age" if all(o.metadata.get("creationTimestamp") for o in (used, other)) else "not-known"


def _host_field(mesh: Mesh, owner: Object, host: str) -> str:
    held = [h.lower() for h in mesh.virtual_services.hosts_of(owner)]
    return f"spec.hosts[{held.index(host.lower())}]" if host.lower() in held else "spec.hosts"


def _merged(mesh: Mesh, used: Object, other: Object) -> list[dict[str, Any]] | None:
    """The http routes of both as one list: first those that do not take everything, then one that does. None where the
    two differ in more than their routes, or where both have nothing but a route that takes everything."""
    apart = any(
        (
            used.namespace != other.namespace,
            set(mesh.virtual_services.hosts_of(used)) != set(mesh.virtual_services.hosts_of(other)),
            set(gateways_of(used)) != set(gateways_of(other)),
            as_list(used.spec.get("exportTo")) != as_list(other.spec.get("exportTo")),
            any(thing.spec.get(kind) for thing in (used, other) for kind in ("tcp", "tls")),
        )
    )
    mine, its = mesh.virtual_services.http_routes([used]), mesh.virtual_services.http_routes([other])
    apart = apart or any(r.above for r in (*mine, *its))
    special = [r for r in (*mine, *its) if not r.catch_all]
    last = [r for r in (*mine, *its) if r.catch_all][:1]
    if apart or (any(r.catch_all for r in mine) and all(r.catch_all for r in its)):
        return None
    return [dict(as_map(r.raw)) for r in (*special, *last)]


def rival_cases(mesh: Mesh) -> Iterator[Case]:
    """Every pair of VirtualServices of which one is left out for a host, or loses a route to the other."""
    for found in (*_pairs_in_mesh(mesh), *_pairs_at_gateways(mesh)):
        names = f"{found.used.namespace}/{found.used.name}/{found.left_out.namespace}/{found.left_out.name}"
        case = CaseBuilder(f"piece/rivals/{names}/{found.host}/{found.lost.path if found.lost else ''}", CaseKind.PIECE)
        about_pair(case, mesh, found)
        yield case.build()


def _pairs_in_mesh(mesh: Mesh) -> Iterator[Rivals]:
    """Judged for a sidecar without labels of its own in the namespace of the host's service, on each of its ports."""
    for host in mesh.virtual_services.shared_in_mesh():
        seen: set[int] = set()
        for sender in _senders(mesh, host):
            rivals = mesh.virtual_services.candidates(host, sender.namespace)
            held = [v for v in rivals if attempts(mesh.virtual_services.http_routes([v]), sender)]
            for other in held[1:]:
                meant = _order(held[0], other) == "export"
                if id(other) not in seen and not meant and _routes(mesh, held[0]) != _routes(mesh, other):
                    seen.add(id(other))
                    yield Rivals(used=held[0], left_out=other, host=host)


def _senders(mesh: Mesh, host: str) -> Iterator[Sender]:
    service = mesh.registry.get(host)
    if service is None or service.entry:
        yield Sender(port=80)
        return
    for port in service.ports:
        if port.protocol.family in {"http", "auto"}:
            yield Sender(namespace=service.namespace, port=port.number)


def _routes(mesh: Mesh, thing: Object) -> list[Any]:
    return [r.raw for r in mesh.virtual_services.http_routes([thing])]


def _pairs_at_gateways(mesh: Mesh) -> Iterator[Rivals]:
    """Routes of several VirtualServices at one gateway server that ask for exactly the same."""
    for gateway in mesh.gateways.all:
        for workload in mesh.gateways.workloads(gateway)[:1]:
            labels = workload.representative.labels
            for server in mesh.gateways.servers(gateway):
                held = virtual_hosts(mesh.virtual_services, [server], workload.namespace, labels)
                yield from (pair for host in held.values() for pair in _equals(host))


def _equals(host: VirtualHost) -> Iterator[Rivals]:
    first: dict[str, Attempt] = {}
    for each in host.attempts:
        known = first.setdefault(_asks(each), each)
        if known.route.holder is not each.route.holder and effect(known.route) != effect(each.route):
            yield _lost(known, each, host)


def _asks(attempt: Attempt) -> str:
    """What a match block asks for, so that equal ones are found at once. All that take everything are equal."""
    if attempt.catch_all:
        return "everything"
    return json.dumps({k: v for k, v in attempt.match.items() if k != "name"}, sort_keys=True, default=str)
