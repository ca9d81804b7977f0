"""Facts about hosts at a gateway: a request whose host no route there is for, and VirtualServices whose hosts no server
of their Gateway takes.

Must not know what is done about it. Sources:
https://istio.io/latest/docs/reference/config/networking/gateway/#Server-hosts;
https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server, speaks
from troubleshooter.mesh.routing.routes import MESH, gateways_of
from troubleshooter.model import HopKind, Object, Request, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.gateway_routing import overlooked
from troubleshooter.walk.routes.routing import host_of

SHOWN = 8
"""Hosts that are named at most."""

ALIKE = 0.75
"""How much alike the one label in which two hosts differ must be for one to be taken for a slip of the other."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Apart:
    """A VirtualService and a Gateway that it names, of which no server takes the host in question. `how` is the word of
    the fact; `asked` whether the request asks for that host; `guess` the host that the VirtualService could mean."""

    owner: Object
    gateway: Object
    server: Server
    how: str
    asked: bool = False
    guess: str = ""
    number: int = 0


def nameless(mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> str:
    """The host for which a gateway has nothing, where that is why a request dies: at the route stage no route, at the
    listener no name in the TLS hello. "" where it dies of something else."""
    if hop.kind is not HopKind.GATEWAY or not trail.failed or trail.hop is not hop:
        return ""
    died = trail.steps[-1].stage
    unrouted = died is Stage.ROUTE and hop.routing is not None and not _owned(mesh, request, hop)
    if unrouted and hop.family == "http":
        return host_of(request)
    unnamed = "filter_chain_not_found" in trail.outcome.details and request.scheme == "https"
    return (request.sni or request.host).lower() if unnamed and (unrouted or died is Stage.LISTENER) else ""


def _owned(mesh: Mesh, request: Request, hop: Hop) -> bool:
    """Whether a VirtualService that is bound to the server has the host, which of TLS that is passed on is the name in
    the hello."""
    held = hop.routing.owners if hop.routing else ()
    passed = hop.server is not None and hop.server.tls == "PASSTHROUGH"
    name = (request.sni or request.host).lower()
    return any(not passed or hosts.most_specific(name, mesh.virtual_services.hosts_of(v)) is not None for v in held)


def servers_here(mesh: Mesh, request: Request, hop: Hop) -> list[Server]:
    """The servers that take connections of this scheme and port at a gateway hop."""
    workload = hop.party.workload
    held = mesh.gateways.for_workload(workload) if workload else hop.party.gateways
    found = [s for g in held for s in mesh.gateways.servers(g) if speaks(s, request.scheme)]
    number = hop.server.number if hop.server else request.port
    return [s for s in found if s.number == number] or found


def apart_at(mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> Apart | None:
    """The VirtualService bound to a Gateway of this hop that should take the request and cannot for its host, if there
    is exactly one."""
    name = nameless(mesh, request, trail, hop)
    servers = servers_here(mesh, request, hop) if name else []
    found: dict[int, Apart] = {}
    for server in servers:
        for owner in mesh.virtual_services.bound(server.reference, hop.party.namespace):
            means = hosts.most_specific(name, mesh.virtual_services.hosts_of(owner)) is not None
            each = _asked(mesh, owner, server, name, servers) if means else _other(mesh, owner, server, name)
            if each is not None:
                found.setdefault(id(owner), each)
    best = [a for a in found.values() if a.asked] or list(found.values())
    return best[0] if len(best) == 1 else None


def _asked(mesh: Mesh, owner: Object, server: Server, name: str, servers: Iterable[Server]) -> Apart | None:
    """A VirtualService that has the very host, and no server of its Gateway that lets it have it."""
    own = [s for s in servers if s.gateway is server.gateway]
    if any(hosts.meet(h, name) for s in own for h in mesh.virtual_services.shared_hosts(owner, s.hosts)):
        return None
    taking = next((s for s in own if s.serves(name)), None)
    if taking is not None:
        return Apart(owner=owner, gateway=server.gateway, server=taking, how="other-namespace", asked=True)
    how = "not-served" if _meets(mesh, owner, server.gateway) else "apart"
    return Apart(owner=owner, gateway=server.gateway, server=server, how=how, asked=True)


def _other(mesh: Mesh, owner: Object, server: Server, name: str) -> Apart | None:
    """A VirtualService without the host, all of whose hosts are of no use at its Gateway, where the host is served."""
    if not server.serves(name) or _useful(mesh, owner) or _how(mesh, owner, server.gateway) != "apart":
        return None
    return Apart(
        owner=owner, gateway=server.gateway, server=server, how="apart", guess=name,
        number=_slip(mesh.virtual_services.hosts_of(owner), name),
    )  # fmt: skip


def _slip(held: list[str], name: str) -> int:
    """The position of the host that is most like another one."""
    near = difflib.get_close_matches(name, held, n=1, cutoff=0.0)
    return held.index(near[0]) if near else 0


def _meets(mesh: Mesh, owner: Object, gateway: Object) -> bool:
    return any(mesh.virtual_services.shared_hosts(owner, s.hosts) for s in mesh.gateways.servers(gateway))


def _useful(mesh: Mesh, owner: Object) -> bool:
    """Whether a VirtualService is of use somewhere: in the mesh, at a Gateway of its, or at one that was not seen."""
    for reference in gateways_of(owner):
        gateway = mesh.gateways.get(reference)
        if reference == MESH or gateway is None or not mesh.gateways.servers(gateway) or _meets(mesh, owner, gateway):
            return True
    return False


def _how(mesh: Mesh, owner: Object, gateway: Object) -> str:
    """Why a Gateway has no use for any host of a VirtualService."""
    bare = [h.rpartition("/")[2] for s in mesh.gateways.servers(gateway) for h in s.hosts]
    return "other-namespace" if mesh.virtual_services.shared_hosts(owner, bare) else "apart"


def apart_alone(mesh: Mesh, owner: Object) -> Apart | None:
    """The same without a request: a VirtualService that is of no use at any of its Gateways."""
    if _useful(mesh, owner):
        return None
    gateway = mesh.gateways.get(gateways_of(owner)[0])
    assert gateway is not None  # noqa: S101 - one that is not there could be of use
    servers = mesh.gateways.servers(gateway)
    how = _how(mesh, owner, gateway)
    mine = mesh.virtual_services.hosts_of(owner)
    served = sorted(
        {h.rpartition("/")[2] for s in servers for h in s.hosts if not h.rpartition("/")[2].startswith("*")}
    )
    near = [(n, host) for n, h in enumerate(mine) for host in served if alike(h, host)]
    guess = near[0] if how == "apart" and len(near) == 1 else (0, "")
    return Apart(owner=owner, gateway=gateway, server=servers[0], how=how, number=guess[0], guess=guess[1])


def about_hosts(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """Whether a gateway has routes for the host that a request asks for, and if not, why."""
    routing = hop.routing
    if routing is not None and _owned(mesh, request, hop):
        place = routing.owners[0].at("spec.hosts")
        case.fact("request.host_routes", "here", place)
        case.fact("virtual_service.gateway_hosts", "met", place)
        return
    found = apart_at(mesh, request, trail, hop)
    if found is not None:
        about_apart(case, mesh, found, nameless(mesh, request, trail, hop))
    else:
        about_unknown_host(case, mesh, request, trail, hop)


def about_hosts_alone(case: CaseBuilder, mesh: Mesh, owner: Object) -> None:
    """That none of its Gateways has use for the hosts of a VirtualService."""
    found = apart_alone(mesh, owner)
    if found is not None:
        about_apart(case, mesh, found)


def about_apart(case: CaseBuilder, mesh: Mesh, found: Apart, name: str = "") -> None:
    """That no server of its Gateway takes a VirtualService's host; `name` is the host asked for, "" if none."""
    server = found.server
    field = f"{server.path}.hosts"
    mine = mesh.virtual_services.hosts_of(found.owner)
    number = mine.index(best) if name and (best := hosts.most_specific(name, mine)) else found.number
    place, served = found.owner.at(f"spec.hosts[{number}]"), found.gateway.at(field)
    case.role("virtual_service", found.owner.at())
    case.role("gateway", found.gateway.at())
    first, second = (served, place) if found.asked or found.how == "other-namespace" else (place, served)
    case.fact("virtual_service.gateway_hosts", found.how, first, second)
    case.fact("virtual_service.host_mend", "gateway" if found.asked else "here" if found.guess else "none", place)
    case.detail("virtual_service.host_field", f"spec.hosts[{number}]")
    case.detail("virtual_service.host_guess", found.guess)
    wanted = name if found.asked else mine[number] if mine else ""
    case.detail("virtual_service.host_wanted", wanted)
    case.detail("virtual_service.host_with_namespace", f"{found.owner.namespace}/{wanted}")
    case.detail("gateway.hosts_field", field)
    case.detail(
        "gateway.hosts", ", ".join(dict.fromkeys(h for s in mesh.gateways.servers(found.gateway) for h in s.hosts))
    )
    case.detail("virtual_service.hosts", ", ".join(mine))


def about_unknown_host(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """That a gateway has routes, and none for the host that a request asks for, and which host could be meant. Nothing
    is said where no VirtualService is bound to the gateway at all: they may lie in a part that was not seen."""
    name = nameless(mesh, request, trail, hop)
    servers = servers_here(mesh, request, hop) if name else []
    held = [(s, v) for s in servers for v in mesh.virtual_services.bound(s.reference, hop.party.namespace)]
    if not held:
        return
    places = (held[0][0].gateway.at(f"{held[0][0].path}.hosts"), *(v.at("spec.hosts") for _, v in held[:4]))
    if overlooked(mesh, request):
        case.fact("request.host_routes", "elsewhere", *places)
        return
    case.fact("request.host_routes", "none", *places)
    case.fact("request.host_form", "address" if hosts.is_address(name) else "name", *places[:1])
    serving = next((s for s in servers if s.serves(name)), None)
    case.fact("request.host_served", "yes" if serving else "no", *places[:1])
    known = {host: (s, v) for s, v in reversed(held) for host in mesh.virtual_services.shared_hosts(v, s.hosts)}
    guess = _meant(
        name, [host for host, (s, _) in known.items() if s.tls != "PASSTHROUGH"]
    )  # those want a tls route too
    case.fact("request.host_guess", "one" if guess else "none", *places)
    server, owner = known.get(guess, held[0])
    case.role("gateway", (serving or server).gateway.at())
    case.role("virtual_service", owner.at())
    case.detail("gateway.hosts_field", f"{(serving or server).path}.hosts")
    case.detail("request.host_asked", name)
    case.detail("request.host_guess", guess)
    case.detail("request.hosts_known", ", ".join(sorted(known)[:SHOWN]) or "none")


def _meant(name: str, known: list[str]) -> str:
    """The host that a client could mean: the only one of nearly that name, else the only one there is."""
    near = [host for host in known if alike(name, host)]
    found = near if len(near) == 1 else known
    return found[0] if len(found) == 1 and not found[0].startswith("*") else ""


def alike(one: str, other: str) -> bool:
    """Whether one host may be a slip of the other: they differ in one label, which is nearly the same, or one has a
    label more in front."""
    mine, its = one.split("."), other.split(".")
    if len(mine) != len(its):
        short, long = sorted((mine, its), key=len)
        return len(short) > 1 and long[1:] == short
    apart = [(a, b) for a, b in zip(mine, its, strict=True) if a != b]
    return len(apart) == 1 and difflib.SequenceMatcher(None, *apart[0]).ratio() >= ALIKE
