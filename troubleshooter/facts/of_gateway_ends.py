"""Facts about the connection from a proxy of the mesh to a gateway of it: in what the two do not agree about TLS.

Must not know causes, or clients outside. Sources:
https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/;
https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/#gateways.
"""

from __future__ import annotations

from typing import NamedTuple

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_destinations import about_destination
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.policy.mtls import Reason, Sends
from troubleshooter.model import HopKind, Request, Resource, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.ends.gateway_ends import disagreement, servers_there
from troubleshooter.walk.routes.routing import host_of

BY_CONFIGURATION = frozenset({Reason.RULE, Reason.AUTO, Reason.AUTO_NO_PROXY, Reason.NO_AUTO})
"""Why a proxy sends what it does, where a DestinationRule would change that."""

OTHER_NAME = "other-name"
MODES = {"": "none", "ISTIO_MUTUAL": "istio-mutual"}


class _Found(NamedTuple):
    """In what the two differ, the hop that sends, and the server that is meant."""

    word: str
    hop: Hop
    server: Server


def about_gateway_end(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """That a request dies because the server of a gateway does not take what a proxy sends to it, or the name under
    which it does."""
    found = _other_end(mesh, request, trail) or _other_name(mesh, request, trail)
    if found is None:
        return
    server, asked = found.server, host_of(found.hop.sends or request)
    about_destination(case, mesh, found.hop)
    there = server.gateway.at(f"{server.path}.{_field(found)}")
    case.role("gateway", server.gateway.at())
    case.fact("gateway.end", found.word, *_places(found, there))
    case.fact("gateway.end_mode", MODES.get(server.tls, "own"), there)
    case.detail("gateway.hosts", ", ".join(server.hosts))
    case.detail("gateway.port", server.number)
    case.detail("gateway.server_field", server.path)
    case.detail("gateway.end_mode", server.tls)
    case.detail("gateway.end_host", asked)
    case.detail("request.sni", _name(trail, found.hop))


def _other_end(mesh: Mesh, request: Request, trail: Trail) -> _Found | None:
    """A server that does not take what is sent at all; the gateway between networks has facts of its own."""
    hop = trail.hop
    judged = trail.failed and trail.steps[-1].stage is Stage.TRANSPORT
    if not judged or hop.offer is None or hop.endpoint is None or hop.endpoint.relay:
        return None
    found = disagreement(mesh, trail, hop.offer)
    if found is None or hop.offer.reason not in BY_CONFIGURATION:
        return None
    meant = _serving(mesh, request, hop) or found.server
    return _Found(str(found.clash), hop, meant)


def _other_name(mesh: Mesh, request: Request, trail: Trail) -> _Found | None:
    """A server for the host that is asked for, but not for the name in the hello of the proxy that sends."""
    before = trail.hops[-2] if len(trail.hops) > 1 else None
    judged = trail.failed and trail.steps[-1].stage is Stage.LISTENER and trail.hop.kind is HopKind.GATEWAY
    if not judged or before is None or before.offer is None or before.endpoint is None or before.endpoint.relay:
        return None
    meant = _serving(mesh, request, before)
    if before.offer.sends is Sends.PLAINTEXT or meant is None or meant.tls in {"", "AUTO_PASSTHROUGH"}:
        return None
    return _Found(OTHER_NAME, before, meant)


def _serving(mesh: Mesh, request: Request, hop: Hop) -> Server | None:
    """The server at the far end for the host that is asked for."""
    asked = host_of(hop.sends or request)
    held = servers_there(mesh, hop.endpoint) if hop.endpoint else []
    return next((s for s in held if s.serves(asked)), None)


def _field(found: _Found) -> str:
    """What of the server says what it takes."""
    if found.word == OTHER_NAME:
        return "hosts"
    return "tls.mode" if found.server.tls else "port.protocol"


def _places(found: _Found, there: Resource) -> list[Resource]:
    """What is at fault: a rule that decides what is sent, else the server."""
    sent = found.hop.offer.place if found.hop.offer else None
    return [sent, there] if sent else [there]


def _name(trail: Trail, hop: Hop) -> str:
    """The name in the hello of a hop."""
    number = trail.hops.index(hop)
    judged = (s for s in trail.steps if s.hop == number and s.stage is Stage.TRANSPORT)
    return next((str(s.result.get("sni") or "") for s in judged), "")
