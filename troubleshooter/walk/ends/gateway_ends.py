"""Whether the server of a gateway in the mesh takes what a proxy sends to it: plaintext or TLS, and whose certificates.

Must not know routes, or how a client outside enters.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/#gateways;
https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode. What each disagreement
looks like was seen on a real Envoy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.gateway.credentials import BY_NAME
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Offer, Sends
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.walk.basis.decisions import Trail
from troubleshooter.walk.basis.failures import TERMINATION, UNTRUSTED, WRONG_VERSION
from troubleshooter.walk.basis.wording import mode_text
from troubleshooter.walk.ends.quarrels import Quarrel, refusal


class Clash(StrEnum):
    """In what a proxy and the server to which it sends do not agree."""

    PLAIN_TO_TLS = "plain-to-tls"
    TLS_TO_PLAIN = "tls-to-plain"
    CERTIFICATES = "other-certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """In what, and the first of the servers that do not take it."""

    clash: Clash
    server: Server


def servers_there(mesh: Mesh, endpoint: Endpoint) -> list[Server]:
    """The servers that the pods of a gateway open on the port of an endpoint; none where it is no gateway."""
    if endpoint.pod is None or endpoint.workload is None or not endpoint.pod.gateway:
        return []
    there = mesh.seen_from(endpoint.pod.owner.cluster)
    workload = there.own(endpoint.workload)
    opened = there.gateways.opened(there.gateways.for_workload(workload), workload)
    return [o.server for o in opened if o.port == (endpoint.relay or endpoint.port) and o.listens]


def disagreement(mesh: Mesh, trail: Trail, sent: Offer) -> Disagreement | None:
    """Why no server of the gateway to which the last hop sends takes what it sends; None where one does, and where it
    sends to no gateway."""
    endpoint = trail.hop.endpoint
    servers = servers_there(mesh, endpoint) if endpoint else []
    plain = sent.sends is Sends.PLAINTEXT and trail.hop.family != "tls"
    fitting = [s for s in servers if bool(s.tls) is not plain]
    if servers and not fitting:
        return Disagreement(clash=Clash.PLAIN_TO_TLS if plain else Clash.TLS_TO_PLAIN, server=servers[0])
    return _handshake(sent, fitting, relayed=bool(endpoint and endpoint.relay)) if fitting else None


def _handshake(sent: Offer, servers: list[Server], *, relayed: bool) -> Disagreement | None:
    """The mesh's mutual TLS trusts no certificate that a server has from elsewhere, and a server that asks for a
    certificate ends a connection without one."""
    if len({s.tls for s in servers}) > 1 or sent.sends not in {Sends.MTLS, Sends.TLS}:
        return None
    server, mtls = servers[0], sent.sends is Sends.MTLS
    ends_it = BY_NAME | {"ISTIO_MUTUAL"} if relayed else BY_NAME
    wrong = server.tls in (ends_it if mtls else {"MUTUAL", "ISTIO_MUTUAL"})
    return Disagreement(clash=Clash.CERTIFICATES, server=server) if wrong else None


def at_gateway(mesh: Mesh, trail: Trail, sent: Offer) -> Quarrel | None:
    """What comes of it."""
    found, endpoint = disagreement(mesh, trail, sent), trail.hop.endpoint
    if found is None or endpoint is None:
        return None
    server = found.server
    place = sent.place or server.gateway.at(f"{server.path}.tls")
    if found.clash is Clash.PLAIN_TO_TLS:
        said = f"plaintext is sent to {endpoint.workload}, where {server.gateway} takes TLS only"
        return Quarrel(said=said, outcome=refusal(trail, "UC", TERMINATION), place=place)
    if found.clash is Clash.TLS_TO_PLAIN:
        said = f"{mode_text(sent)} is sent to {endpoint.workload}, where {server.gateway} takes plaintext only"
        return Quarrel(said=said, outcome=refusal(trail, "UF", WRONG_VERSION), place=place)
    said = f"{mode_text(sent)} is sent to a server of {server.gateway} with TLS mode {server.tls}"
    mtls = sent.sends is Sends.MTLS
    outcome = refusal(trail, "UF", UNTRUSTED) if mtls else refusal(trail, "UC", TERMINATION)
    if endpoint.relay:
        said += ", where the gateway between networks has to pass it on unopened (AUTO_PASSTHROUGH)"
        return Quarrel(said=said, outcome=outcome, place=server.gateway.at(f"{server.path}.tls.mode"))
    return Quarrel(said=said, outcome=outcome, place=sent.place)
