"""What server a Gateway would need on a port where none of its servers listens, as far as it can be made up.

Decides which kind of server, with what settings. Must not know why none is there, or causes.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/#Server.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_gateway_secrets import secrets_for_tls
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.entrances import Entrance
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, Request
from troubleshooter.walk.routes.routing import host_of

HTTP, HTTPS = 80, 443
"""The ports of URLs that name none: a redirect to https leads from one to the other."""


def about_new_server(
    case: CaseBuilder, mesh: Mesh, request: Request, gateway: Object, workload: Workload, *, plain: bool
) -> None:
    """A server for the port of the Service that the client dials: one that sends its plain requests to the https server
    that is there, a plain one, or one that shows the only certificate there is. `plain` if what comes in is no TLS."""
    ways = mesh.gateways.ways_in(workload)
    number = next((e.port.number for e in ways if e.dialled(request.port)), request.port)
    held = [s for s in mesh.gateways.servers(gateway) if s.serves(host_of(request))]
    secrets = secrets_for_tls(mesh, workload.namespace)
    kind = "none"
    tls: dict[str, object] = {}
    if plain:
        leads = request.scheme == "http" and request.port == HTTP and _secure(held, ways)
        kind = "redirect" if leads else "plain"
        tls = {"httpsRedirect": True} if kind == "redirect" else {}
    elif request.scheme == "https" and len(secrets) == 1:
        kind, tls = "certificate", {"mode": "SIMPLE", "credentialName": secrets[0].name}
        case.detail("gateway.own_secret", secrets[0].name)
    case.fact(
        "gateway.new_server", kind, gateway.at("spec.servers"), *(s.at() for s in secrets if kind == "certificate")
    )
    scheme, hosts = "http" if plain else request.scheme, (held[0].raw.get("hosts") if held else None)
    port = {"number": number, "name": _name(mesh, gateway, f"{scheme}-{number}"), "protocol": scheme.upper()}
    server = {"port": port, "hosts": hosts or [request.host], **({"tls": tls} if tls else {})}
    case.detail("gateway.new_server", server if kind != "none" else None)


def _secure(held: list[Server], ways: list[Entrance]) -> bool:
    """Whether clients who are sent to https get to one of these servers, at the port that https has."""
    behind = {number for e in ways if e.dialled(HTTPS) for number in (e.port.number, e.target)}
    return any(s.protocol.family == "tls" and s.number in behind for s in held)


def _name(mesh: Mesh, gateway: Object, wanted: str) -> str:
    """A name for its port that no server of the Gateway has."""
    ports = (s.raw.get("port") for s in mesh.gateways.servers(gateway))
    taken = {port.get("name") for port in ports if isinstance(port, dict)}
    return wanted if wanted not in taken else f"{wanted}-more"
