"""Which server of a gateway takes a connection among those that share its port, by what comes in and by its name.

Decides: server, filter chain, and what becomes of a connection that none is for. Must not know how it came to the port,
or routes beyond whether there are any.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/; istio/istio
pilot/pkg/networking/core/gateway.go;
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.credentials import assumed
from troubleshooter.mesh.gateway.servers import Opened, Server, speaks
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Connection, Outcome, Stage
from troubleshooter.walk.basis.client_tls import ENDING
from troubleshooter.walk.basis.decisions import Trail, dropped, http
from troubleshooter.walk.basis.failures import CUT_OFF, REFUSED
from troubleshooter.walk.gateway.relaying import pass_on
from troubleshooter.walk.gateway.sni_names import mesh_name

ASKING = frozenset({"MUTUAL", "ISTIO_MUTUAL"})
"""TLS modes in which a client without a certificate is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What comes in at a gateway: the scheme on the wire, the name in a TLS hello, the container port (None for a
    client outside, who knows the Service's port only)."""

    scheme: str
    name: str
    port: int | None


def take_connection(mesh: Mesh, trail: Trail, there: Sequence[Opened], arrival: Arrival) -> Trail:
    """The trail at the server that takes a connection, of those that are open on its port."""
    servers = [o.server for o in there]
    fitting = [s for s in servers if understands(s, arrival.scheme)]
    if not fitting:
        return _wrong_protocol(trail, servers[0], arrival)
    server = by_name(fitting, arrival)
    if server is None:
        plain = next((s for s in servers if not s.tls), None)
        return _wrong_protocol(trail, plain, arrival) if plain else _no_chain(trail, fitting[0], arrival)
    port = next(o.port for o in there if o.server is server)
    if server.tls == "ISTIO_MUTUAL" and len(trail.hops) == 1:
        return _stranger(trail, server)
    return _taken(mesh, trail, server, port, arrival)


def understands(server: Server, scheme: str) -> bool:
    """Whether a server can make anything of a scheme. One for plain TCP passes on whatever comes."""
    return speaks(server, scheme) or server.protocol.family in {"tcp", "auto"}


def by_name(fitting: Sequence[Server], arrival: Arrival) -> Server | None:
    """The server for a name: of TLS servers by the most specific host. Plaintext HTTP servers are one listener,
    whatever the host; here the one that names it stands for all."""
    secure = _most_specific([s for s in fitting if s.tls], arrival.name)
    plain = [s for s in fitting if not s.tls]
    if secure is not None or not plain:
        return secure
    return _most_specific([s for s in plain if s.protocol.family == "http"], arrival.name) or plain[0]


def _most_specific(servers: Sequence[Server], name: str) -> Server | None:
    told = mesh_name(name) if any(s.tls == "AUTO_PASSTHROUGH" for s in servers) else None
    name = told.host if told else name  # servers between networks are for the services that hellos name
    patterns = {p: s for s in reversed(servers) if (p := s.pattern(name)) is not None}
    best = hosts.most_specific(name, patterns)
    return patterns[best] if best is not None else None


def family_of(server: Server) -> str:
    """How the gateway reads what comes in at a server: HTTP where it sees it, else a connection."""
    terminated = server.protocol == "https" and server.tls in ENDING
    return "http" if server.protocol.family == "http" or terminated else "tcp"


def _taken(mesh: Mesh, trail: Trail, server: Server, port: int, arrival: Arrival) -> Trail:
    result = {
        "name": f"{server.bind}_{port}" if server.bind else f"0.0.0.0_{port}",
        "filter_chain": arrival.name if server.tls else "",
        "protocol": str(server.protocol),
        "tls": server.tls,
    }
    trail = trail.decide(server=server, family=family_of(server))
    assumes: tuple[str, ...] = ("the certificate is good for the client",) if server.tls in ENDING else ()
    if server.tls in ASKING and len(trail.hops) == 1:
        assumes += ("the client shows a certificate that the gateway trusts",)
    unseen = assumed(mesh.index, server, trail.hop.party.namespace)
    if unseen is not None:
        assumes += (
            f"the pods get Secret {unseen.name} of namespace {unseen.namespace} (no Secrets were looked at there)",
        )
    said, spot = f"server {server.index} of {server.gateway}", server.gateway.at(server.path)
    if server.tls == "AUTO_PASSTHROUGH":
        return pass_on(mesh, trail, arrival.name, result=result, closed=no_chain(trail))
    return trail.passes(Stage.LISTENER, said, resource=spot, result=result, assumes=assumes)


def _wrong_protocol(trail: Trail, server: Server, arrival: Arrival) -> Trail:
    """Plaintext at servers that all take TLS, or the reverse."""
    spot = server.gateway.at(f"{server.path}.port.protocol")
    expected = server.protocol.upper()
    trail = trail.decide(server=server)
    said = f"{server.gateway} expects {expected} on port {server.number}, the client speaks {arrival.scheme}"
    if arrival.scheme != "http":
        outcome = Outcome(status=400, flags=("DPE",), details="http1.codec_error", connection=Connection.TLS_ERROR)
        return trail.fails(Stage.LISTENER, said, outcome, resource=spot)
    # Where any name is served, the connection reaches the TLS handshake and leaves no line in the log.
    any_name = "*" in server.names and server.tls in ENDING
    outcome = dropped(Connection.RESET) if any_name else no_chain(trail)
    return trail.fails(Stage.LISTENER, said, outcome, resource=spot)


def _no_chain(trail: Trail, server: Server, arrival: Arrival) -> Trail:
    said = f"no server on port {server.number} is for the name {arrival.name}"
    if hosts.is_address(arrival.name):
        said = f"no server on port {server.number} takes a hello without a name, as {arrival.name} is an address"
    return trail.fails(Stage.LISTENER, said, no_chain(trail), resource=server.gateway.at(f"{server.path}.hosts"))


def _stranger(trail: Trail, server: Server) -> Trail:
    """A client outside the mesh at a server that asks for a certificate of the mesh: its handshake fails, which leaves
    no line in the log."""
    said = f"{server.gateway} asks for a certificate of the mesh, which no client outside has"
    spot = server.gateway.at(f"{server.path}.tls.mode")
    return trail.decide(server=server).fails(Stage.LISTENER, said, dropped(Connection.TLS_ERROR), resource=spot)


def no_chain(trail: Trail) -> Outcome:
    """What a connection comes to for which a listener has no filter chain: it is closed before a byte is read. The
    proxy of the hop before, in the middle of its handshake, gives its client an error."""
    return handshake_cut_off(trail) or dropped(Connection.RESET, "NR", details="filter_chain_not_found")


def handshake_cut_off(trail: Trail) -> Outcome | None:
    """What the proxy of the hop before tells its client where its TLS handshake is cut off here; None where the client
    itself makes it, or no HTTP is inside."""
    inside = len(trail.hops) > 1 and trail.hops[-2].family == "http"
    return http(503, "UF", details=CUT_OFF) if inside else None


def refused(trail: Trail) -> Outcome:
    """Nothing listens: a client outside is refused; the proxy of the hop before gives its client an error."""
    if len(trail.hops) > 1 and trail.hops[-2].family == "http":
        return http(503, "UF", details=REFUSED)
    return dropped(Connection.REFUSED) if len(trail.hops) == 1 else dropped(Connection.RESET, "UF", "URX")
