"""Facts about the certificates that servers of gateways ask of clients.

Must not know causes. Source: https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_gateway_secrets import about_own_secret
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk import Hop, Trail

MODES = {
    "SIMPLE": "simple",
    "MUTUAL": "mutual",
    "OPTIONAL_MUTUAL": "mutual",
    "PASSTHROUGH": "passthrough",
    "ISTIO_MUTUAL": "istio-mutual",
    "AUTO_PASSTHROUGH": "auto-passthrough",
}


def about_client_certificate(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """The TLS mode of the server that a client outside comes to; that it dies at one that asks for a certificate of the
    mesh."""
    server = hop.server
    if hop.kind is HopKind.GATEWAY and len(trail.hops) == 1 and server is not None:
        place = server.gateway.at(f"{server.path}.tls.mode" if server.tls else f"{server.path}.port.protocol")
        case.fact("gateway.tls_mode", MODES.get(server.tls, "none"), place)
    died = trail.failed and len(trail.hops) == 1 and trail.steps[-1].stage is Stage.LISTENER
    if hop.kind is not HopKind.GATEWAY or not died or server is None or server.tls != "ISTIO_MUTUAL":
        return
    case.role("gateway", server.gateway.at())
    case.fact("gateway.client_certificate", "of-the-mesh", server.gateway.at(f"{server.path}.tls.mode"))
    case.detail("gateway.hosts", ", ".join(server.hosts))
    about_own_secret(case, mesh, server, hop.party.namespace)
