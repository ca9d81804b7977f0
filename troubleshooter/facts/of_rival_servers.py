"""Facts about servers of Gateways that are left out because another server has their TLS host first.

Must not know causes. Source: `mergeGateways` and `CheckDuplicates` in istio/istio pilot/pkg/model/gateway.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Opened, Server, speaks
from troubleshooter.model import HopKind, Object, Request
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.gateway.entering import opened
from troubleshooter.walk.routes.routing import host_of


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOut:
    """A server that is left out for one host that `rival` has first, and a VirtualService whose routes nobody has for
    that reason."""

    server: Server
    rival: Server
    number: int
    owner: Object

    @property
    def host_field(self) -> str:
        return f"{self.server.path}.hosts[{self.number}]"


def about_left_out(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail, hop: Hop) -> None:
    """That the request dies because the server that is meant for it is left out."""
    if hop.kind is not HopKind.GATEWAY or not trail.failed or trail.hop is not hop or hop.party.workload is None:
        return
    name = host_of(request)
    ways = mesh.gateways.dialled(hop.party.workload, request.port) or {request.port}
    there = (o for o in opened(mesh, trail) if o.port in ways and speaks(o.server, request.scheme))
    meant = (f for f in _left_out(mesh, there, hop.party.namespace) if _serves(mesh, f, name))
    found = next(meant, None)
    if found is not None:
        _about(case, mesh, found, name)


def about_left_out_alone(case: CaseBuilder, mesh: Mesh, gateway: Object) -> None:
    """The same without a request: of one Gateway, the first server that some of its pods leave out."""
    for workload in mesh.gateways.workloads(gateway):
        there = mesh.gateways.opened(mesh.gateways.for_workload(workload), workload)
        mine = (o for o in there if o.server.gateway is gateway)
        found = next(_left_out(mesh, mine, workload.namespace), None)
        if found is not None:
            shared = mesh.virtual_services.shared_hosts(found.owner, found.server.hosts)
            _about(case, mesh, found, shared[0])
            return


def _left_out(mesh: Mesh, there: Iterable[Opened], viewer: str) -> Iterator[LeftOut]:
    """The servers that are left out for a TLS host, each with a VirtualService that the other server has not."""
    for one in there:
        server, rival = one.server, one.shadowed_by
        taken = next((n for n, host in enumerate(server.hosts) if rival and host in rival.hosts), None)
        if rival is None or taken is None or not server.tls or not rival.tls:
            continue
        others = mesh.virtual_services.bound(rival.reference, viewer)
        for owner in mesh.virtual_services.bound(server.reference, viewer):
            if owner not in others and mesh.virtual_services.shared_hosts(owner, server.hosts):
                yield LeftOut(server=server, rival=rival, number=taken, owner=owner)


def _serves(mesh: Mesh, found: LeftOut, name: str) -> bool:
    """Whether its VirtualService has routes for a host."""
    return hosts.most_specific(name, mesh.virtual_services.shared_hosts(found.owner, found.server.hosts)) is not None


def _about(case: CaseBuilder, mesh: Mesh, found: LeftOut, name: str) -> None:
    server, rival, owner = found.server, found.rival, found.owner
    place, other = server.gateway.at(found.host_field), rival.gateway.at(f"{rival.path}.hosts")
    case.role("gateway", server.gateway.at())
    case.role("rival", rival.gateway.at())
    case.role("virtual_service", owner.at())
    case.fact("gateway.server", "host-taken", place, other)
    shared = mesh.virtual_services.shared_hosts(owner, rival.hosts)
    takes = rival.tls == server.tls and any(hosts.meet(h, name) for h in shared)
    case.fact("gateway.rival_takes", "yes" if takes else "no", other, owner.at("spec.hosts"))
    same = mesh.gateways.selector(server.gateway) == mesh.gateways.selector(rival.gateway)
    case.fact(
        "gateway.rival_selector",
        "same" if same else "other",
        *(g.at("spec.selector") for g in (server.gateway, rival.gateway)),
    )
    own = rival.gateway.namespace == owner.namespace
    case.detail("rival.reference", rival.gateway.name if own else rival.reference)
    case.detail("gateway.taken_field", found.host_field)
    case.detail("gateway.taken_host", server.hosts[found.number])
    case.detail("gateway.hosts", ", ".join(server.hosts))
    case.detail("gateway.taken_port", server.number)
    case.detail("virtual_service.host_wanted", name)
