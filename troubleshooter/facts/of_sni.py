"""Facts about the name in a TLS hello (SNI) at a gateway, beside the host that is asked for once TLS is there.

Decides whether both lead to the same server. Must not know causes. Clients put no IP address into the hello.
Sources: https://istio.io/latest/docs/ops/common-problems/network-issues/#configuring-sni-routing-when-not-sending-sni;
https://datatracker.ietf.org/doc/html/rfc6066#section-3.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_certificates import about_shared
from troubleshooter.facts.of_gateway_hosts import servers_here
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.certificates import Shared, certificate, sharing
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.model import HopKind, Request, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.routes.routing import host_of


def about_sni(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """Whether the name in the hello leads to the server that has the host, at the last gateway, where one has it."""
    passed = next((h for h in reversed(trail.hops) if h.kind is HopKind.GATEWAY), None)
    hop = trail.hop if trail.failed else passed
    if hop is None or hop.kind is not HopKind.GATEWAY or request.scheme != "https":
        return
    sent, asked = request.sni or request.host, host_of(request)
    case.detail("request.sni", sent)
    case.detail("request.host_named", asked)
    if not trail.failed:
        case.fact("request.sni", "fits", hop.server.gateway.at(f"{hop.server.path}.hosts") if hop.server else None)
        return
    wanted = _server_for(mesh, request, hop, asked)
    word = _word(trail, sent, asked)
    if wanted is None or not word:
        return
    if word == "other-server":
        shared = _shared(mesh, hop, wanted)
        if shared is not None:
            about_shared(case, mesh, shared)
            word = "coalesced"
    place = wanted.gateway.at(f"{wanted.path}.hosts")
    chosen = hop.server.gateway.at(f"{hop.server.path}.hosts") if hop.server else None
    case.role("gateway", wanted.gateway.at())
    case.detail("gateway.hosts_field", f"{wanted.path}.hosts")
    case.detail("gateway.hosts", ", ".join(wanted.hosts))
    case.detail("gateway.chosen", str(hop.server.gateway) if hop.server else "")
    case.fact("request.sni", word, place, chosen)


def _word(trail: Trail, sent: str, asked: str) -> str:
    """What is wrong with the name in the hello, "" if nothing is, or the request died of something else."""
    died = trail.steps[-1].stage
    if sent.lower() == asked:
        return ""
    if died is Stage.LISTENER and "filter_chain_not_found" in trail.outcome.details:
        return "none" if hosts.is_address(sent) else "other"
    server = trail.hop.server
    other = died is Stage.ROUTE and server is not None and server.tls and not server.serves(asked)
    return "other-server" if other else ""


def _shared(mesh: Mesh, hop: Hop, wanted: Server) -> Shared | None:
    """That the server of the connection and the one that has the host show one certificate, if they do."""
    workload, here = hop.party.workload, hop.server
    if workload is None or here is None:
        return None
    shown = certificate(here, workload.namespace)
    if not shown or shown != certificate(wanted, workload.namespace):
        return None
    pairs = sharing(mesh, workload)
    both = {(here.reference, here.index), (wanted.reference, wanted.index)}
    same = next((p for p in pairs if {(s.reference, s.index) for s in (p.first, p.second)} == both), None)
    return same or Shared(first=here, second=wanted, certificate=shown, host="")


def _server_for(mesh: Mesh, request: Request, hop: Hop, asked: str) -> Server | None:
    """The TLS server of the port that has the host, if it has routes for it."""
    viewer = hop.party.namespace
    for server in servers_here(mesh, request, hop):
        held = mesh.virtual_services.for_gateway(server.reference, asked, server.hosts, viewer)
        if server.tls and server.serves(asked) and held:
            return server
    return None
