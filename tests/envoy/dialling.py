"""How the caller of a request gets to where its URL leads: past DNS, a load balancer, or the rules of its own pod.

Decides the address that is dialled, and through which proxy. Must not know what becomes of the connection there.
"""

from __future__ import annotations

from dataclasses import replace

from tests.envoy.clients import Dial
from tests.envoy.loopback import OUTBOUND, Places
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.load_balancers import ends_tls
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Request
from troubleshooter.walk.basis.interception import gap
from troubleshooter.walk.caller.sender import meant
from troubleshooter.walk.request.requests import Caller, parse_caller

NOBODY = 1
"""A port on which nobody listens."""


def dial(mesh: Mesh, places: Places, request: Request, source: str, namespace: str) -> Dial:
    """How a caller, written as `--from` has it, dials."""
    caller = parse_caller(source, namespace)
    if caller.outside:
        return _from_outside(mesh, places, request, caller)
    home = mesh.workloads.get(caller.kind, caller.namespace, caller.name)
    assert home is not None
    pod = home.pods[0]
    own, target = places.of_pod(pod), (_address(mesh, places, request, caller.namespace), request.port)
    taken = pod.proxy and gap(pod, request.port, _real_addresses(mesh, request, caller.namespace)) is None
    return Dial(target=target, source=own, through=(own, OUTBOUND) if taken else None)


def _from_outside(mesh: Mesh, places: Places, request: Request, caller: Caller) -> Dial:
    """Straight to a pod of the gateway, as load balancers and nodes pass a connection on."""
    workload = entrance(mesh, request, caller)
    if workload is None:
        return Dial(target=("127.0.0.1", NOBODY), source="127.0.0.1")
    services = mesh.registry.selecting(workload)
    held = [o for o in mesh.gateways.opened(mesh.gateways.for_workload(workload), workload) if o.listens]
    opened = {o.port for o in held}
    led = (
        mesh.gateways.dialled(workload, request.port)
        if any(p.ready or p.host_network for p in workload.pods)
        else set()
    )
    port = next(iter(led), NOBODY) if services else next(iter(opened), NOBODY)
    ended = any(ends_tls(s, p) for s in services for p in s.ports if p.number == request.port)
    asked = any(o.server.tls == "MUTUAL" for o in held if o.port == port)
    straight = Dial(target=(places.of_pod(workload.pods[0]), port), source="127.0.0.1", certified=asked)
    return replace(straight, decrypted=ended and request.scheme == "https")


def entrance(mesh: Mesh, request: Request, caller: Caller) -> Workload | None:
    """The gateway's workload at which a client outside comes in: that of the Gateway it names, else of one that serves
    the host, else of one on the port."""
    gateways = mesh.gateways
    named = gateways.get(caller.gateway) if caller.gateway else None
    name = request.sni or request.host
    serving = gateways.serving(request.scheme, request.port, name) or gateways.on_port(request.port)
    chosen = [named] if named is not None else serving
    return next((w for g in chosen for w in gateways.at_port(g, request.port, g.cluster)), None)


def _address(mesh: Mesh, places: Places, request: Request, namespace: str) -> str:
    """What the caller's DNS says."""
    known, given = mesh.workloads.at_address(request.host), mesh.registry.allocated(request.host)
    if known:
        return places.of_pod(known[1])
    if given:
        return places.of_service(given)
    service = _service(mesh, request, namespace)
    if service is None or service.host.startswith("*") or service.external_name:
        return places.of_host(service.external_name if service and service.external_name else request.host)
    port = service.port(request.port)
    if service.headless and port:
        return next((places.of_endpoint(e) for e in mesh.endpoints(service, port).ready), "127.0.0.1")
    return places.of_service(service)


def _service(mesh: Mesh, request: Request, namespace: str) -> Service | None:
    """The service that a name means, over as many other names as there are."""
    _, service = meant(mesh, request.host, namespace)
    return mesh.registry.behind(service, namespace) if service else None


def _real_addresses(mesh: Mesh, request: Request, namespace: str) -> list[str]:
    """The addresses in the mesh, of which no loopback address tells anything."""
    service = _service(mesh, request, namespace)
    if service is None:
        return [request.host] if request.host.replace(".", "").isdigit() else []
    port = service.port(request.port)
    if service.headless and port:
        return [e.address for e in mesh.endpoints(service, port).ready]
    return list(service.addresses)
