"""The listener stage of a sidecar: which outbound listener and filter chain take the connection, and as which protocol.

A port of a service is taken by the listener at its own address, or by one that all addresses of the port share; what
neither is for meets the listener that takes everything captured. Must not know routes or destinations.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/;
https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/;
https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/; `buildListenerFromEntry` and
`getListenerName` in istio/istio pilot/pkg/networking/core/listener.go;
`buildOutboundCatchAllNetworkFilterChains` in listener_builder.go there.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import at_stage
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.egress import Egress
from troubleshooter.mesh.sidecar.listeners import Claim, Shared, allocated, is_wide
from troubleshooter.mesh.sidecar.sidecars import Scope, export_field
from troubleshooter.model import STAGES, Connection, HopKind, Request, Resource, Stage, StageVerdict
from troubleshooter.walk.basis.decisions import Trail, dropped, http
from troubleshooter.walk.basis.failures import REFUSED
from troubleshooter.walk.caller.names import answered_by_proxy
from troubleshooter.walk.caller.old_versions import heard, refused
from troubleshooter.walk.caller.pod_addresses import members
from troubleshooter.walk.caller.readiness import unready
from troubleshooter.walk.caller.sender import bypassed, scope_of, spoken

CATCH_ALL, FALL_THROUGH = "virtualOutbound-catchall-tcp", "PassthroughFilterChain"
BLACK_HOLE = "BlackHoleCluster"
SPEECH = {"tls": "TLS", "tcp": "a protocol that is no HTTP"}


def listen(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """listener: which outbound listener takes the connection, and as which protocol."""
    trail = trail.decide(family=spoken(request))
    if trail.steps[0].verdict is StageVerdict.UNKNOWN:
        return _unseen(trail)
    if bypassed(trail):
        return trail.passes(Stage.LISTENER, "no proxy, no listener")
    waiting = unready(trail)
    if waiting is not None:
        return waiting
    trail = trail.decide(family=heard(mesh, request))
    touched = _touched(mesh, trail)
    if touched is not None:
        family = _family(
            mesh, trail.hop.port, request
        )  # a connection to no service of the registry is taken to be passed on
        return touched.decide(family=family, passthrough=trail.hop.service is None and family != "http")
    return _of_registry(mesh, request, trail)


def _of_registry(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The listener for what the name stands for, as far as the proxy has it."""
    service, port, scope = trail.hop.service, trail.hop.port, scope_of(mesh, trail)
    own = scope.own_listener(request.host, request.port)
    if own is not None:
        return _at_own_address(mesh, request, trail, own)
    if service is None or service.external_name:
        return _elsewhere(mesh, request, trail, f"{request.host} port {request.port} is in no registry")
    if not scope.at(request.port).has(service):
        return _elsewhere(mesh, request, trail, *hidden(service, scope))
    if port is None:
        return _undeclared_port(mesh, request, trail, service)
    port = scope.read_as(service, port)
    trail = trail.decide(port=port)
    if port.protocol.family == "udp":
        trail = trail.decide(family="udp", passthrough=True)
        return trail.passes(Stage.LISTENER, "UDP goes past the proxy", resource=service.object.at(f"{port.path}.name"))
    wide = is_wide(service) and not (allocated(service) and _allocates(mesh, trail))
    if port.protocol.family == "http" or wide:
        return _at_shared(mesh, request, trail, port, service)
    return _declared(mesh, request, trail, port, service)


def _at_own_address(mesh: Mesh, request: Request, trail: Trail, own: Egress) -> Trail:
    """A listener at an address that a Sidecar gives it: HTTP goes by the host that is asked for, and anything else to
    the first service that it imports."""
    scope = scope_of(mesh, trail).on(request.port)
    first = next((c for c in mesh.listeners.of_port(request.port) if scope.has(c.service)), None)
    protocol = own.protocol if own.port else first.port.protocol if first else own.protocol
    result = {"name": f"{request.host}_{request.port}", "filter_chain": "", "protocol": str(protocol), "tls": ""}
    place = scope.sidecar.at("spec.egress") if scope.sidecar is not None else None
    said = f"a listener of {scope.sidecar} is at this address"
    if protocol.family == "http":
        trail = trail.decide(family="http").passes(Stage.LISTENER, said, resource=place, result=result)
        return refused(mesh, request, trail, place) or trail
    if first is None:
        return _through(mesh, trail, said, place, result)
    trail = trail.decide(service=first.service, port=replace(first.port, protocol=protocol), member="")
    return trail.passes(Stage.LISTENER, said, resource=place, result=result)


def _unseen(trail: Trail) -> Trail:
    """The rest of the hop where it is not known what the name stands for: not known either."""
    for stage in STAGES[HopKind.SENDER][2:]:
        trail = trail.unknown(stage, trail.steps[0].detail, unlock=trail.steps[0].unlock)
    return trail.ends(trail.outcome)


def _touched(mesh: Mesh, trail: Trail) -> Trail | None:
    party = trail.hop.party
    touch = at_stage(mesh.unmodelled.of_proxy(party.namespace, party.labels), Stage.LISTENER)
    if touch is None:
        return None
    return trail.unknown(Stage.LISTENER, f"{touch.object} is not modelled yet", resource=touch.resource)


def hidden(service: Service, scope: Scope) -> tuple[str, Resource]:
    """Why the proxy does not have a service, and the place that says so."""
    if scope.sidecar is None or not service.visible_to(scope.namespace):
        said = f"{service.object} is not exported to namespace {scope.namespace}"
        return said, service.object.at(export_field(service))
    return f"{scope.sidecar} does not import {service.object}", scope.sidecar.at("spec.egress")


def _family(mesh: Mesh, port: Port | None, request: Request) -> str:
    """How a listener treats the request: as the port declares, or (sniffed) as the client speaks."""
    family = port.protocol.family if port else "auto"
    return heard(mesh, request) if family == "auto" else family


def shared_by_all(mesh: Mesh, trail: Trail, number: int) -> Shared | None:
    """The sending proxy's listener of a port for all addresses."""
    return mesh.listeners.shared(number, scope_of(mesh, trail), allocates=_allocates(mesh, trail))


def _allocates(mesh: Mesh, trail: Trail) -> bool:
    return trail.hop.party.pod is not None and answered_by_proxy(mesh, trail.hop.party.pod)


def _place(port: Port, service: Service) -> Resource:
    return service.object.at(f"{port.path}.{'appProtocol' if port.declared_by == 'appProtocol' else 'name'}")


def _result(name: str, port: Port) -> dict[str, str]:
    return {"name": name, "filter_chain": "", "protocol": str(port.protocol), "tls": ""}


def _declared(mesh: Mesh, request: Request, trail: Trail, port: Port, service: Service) -> Trail:
    """The listener at the address of a service or, if it is headless, of its pod."""
    family = _family(mesh, port, request)
    address = request.host if hosts.is_address(request.host) else next(iter(service.addresses), "")
    if service.headless and not address:
        pods = mesh.endpoints(service, port).ready
        asked = members(pods, trail.hop.member) if trail.hop.member else pods
        address = next((e.address for e in asked if e.address), "")
    result = _result(f"{address or service.host}_{port.number}", port)
    said = f"port {port.number} of {service.object} is {_how(port, family)}"
    trail = trail.decide(family=family, detects=port.protocol.family == "auto")
    return trail.passes(Stage.LISTENER, said, resource=_place(port, service), result=result)


def _how(port: Port, family: str) -> str:
    if port.protocol.family == "auto":
        return f"of no declared protocol: {'HTTP' if family == 'http' else family.upper()} is detected"
    return f"declared {port.protocol} by its {port.declared_by}" if port.declared_by else str(port.protocol)


def _at_shared(mesh: Mesh, request: Request, trail: Trail, port: Port, service: Service) -> Trail:
    """The listener for all addresses of a port that a service of the registry has a part in."""
    held = shared_by_all(mesh, trail, port.number)
    result, place = _result(f"0.0.0.0_{port.number}", port), _place(port, service)
    trail = trail.decide(detects=held is not None and held.http)
    if held is not None and held.http and heard(mesh, request) == "http":
        if port.protocol.family not in {"http", "auto"}:
            said = f"HTTP services share port {port.number}, and their routes do not know {request.host}"
        else:
            said = f"port {port.number} of {service.object} is {_how(port, 'http')}"
        return trail.passes(Stage.LISTENER, said, resource=place, result=result)
    taken = _taker(request, trail, held)
    if taken is not None:
        return _taken(mesh, request, trail, taken, result)
    spoke = _speech(mesh, request)
    said = f"port {request.port} is declared {port.protocol} and the client speaks {spoke}"
    return _through(mesh, trail, said, place, result)


def _speech(mesh: Mesh, request: Request) -> str:
    family = heard(mesh, request)
    return "HTTP/1.0" if family != spoken(request) else SPEECH.get(family, "plain HTTP")


def _taker(request: Request, trail: Trail, held: Shared | None) -> Claim | None:
    if held is None:
        return None
    service = trail.hop.service
    addresses = [request.host] if hosts.is_address(request.host) else service.addresses if service else ()
    return held.taker((request.sni or request.host) if spoken(request) == "tls" else "", addresses, service)


def _taken(mesh: Mesh, request: Request, trail: Trail, taken: Claim, result: dict[str, str]) -> Trail:
    """The service that takes what is not read as HTTP: the one that was meant, or another without an address."""
    service, port = taken
    family = _family(mesh, port, request)
    result |= {"protocol": str(port.protocol)}
    said = f"port {port.number} of {service.object} is {_how(port, family)}"
    if service is not trail.hop.service:
        said = f"{service.object} has no address, so it listens at every address of port {port.number}: it takes this"
        trail = trail.decide(meant=trail.hop.service)
    trail = trail.decide(service=service, port=port, member="", family=family)
    return trail.passes(Stage.LISTENER, said, resource=_place(port, service), result=result)


def _through(mesh: Mesh, trail: Trail, said: str, place: Resource | None, result: dict[str, str]) -> Trail:
    """What no filter chain of a listener is for: passed on as it is or, with REGISTRY_ONLY, sent to the
    BlackHoleCluster (Istio: util.BlackHoleCluster in pilot/pkg/networking/util/util.go)."""
    result["filter_chain"] = result["filter_chain"] or FALL_THROUGH
    family = "tcp" if trail.hop.family == "http" else trail.hop.family  # nobody reads it
    trail = trail.decide(passthrough=True, family=family)
    scope = scope_of(mesh, trail)
    if scope.closed:
        said += f", and the mesh lets nothing else out ({BLACK_HOLE})"
        result["cluster"] = BLACK_HOLE
        spot = place or scope.closed_by
        return trail.fails(Stage.LISTENER, said, dropped(Connection.RESET, "UH"), resource=spot, result=result)
    said += ": the proxy passes it on as it is, without mutual TLS"
    return trail.passes(Stage.LISTENER, said, resource=place, result=result)


def _undeclared_port(mesh: Mesh, request: Request, trail: Trail, service: Service) -> Trail:
    """A port that the service does not have. The proxy knows nothing of it, and passes the connection through where it
    may; behind a cluster IP nobody answers then."""
    said, place = f"{service.object} has no port {request.port}", service.object.at("spec.ports")
    held = shared_by_all(mesh, trail, request.port)
    read = held is not None and held.http and heard(mesh, request) == "http"
    other = scope_of(mesh, trail).closed or service.entry or service.headless
    if other or (not read and _taker(request, trail, held) is not None):
        return _elsewhere(mesh, request, trail, said, place)
    outcome = http(503, "UF", details=REFUSED) if read else dropped(Connection.RESET, "UF", "URX")
    return trail.decide(passthrough=True).fails(Stage.LISTENER, said, outcome, resource=place)


def _elsewhere(mesh: Mesh, request: Request, trail: Trail, said: str, place: Resource | None = None) -> Trail:
    """A host, address or port that this proxy does not have. Services that it has may have a listener for all addresses
    of the port, whose HTTP goes by the host (`allow_any` and `block_all` are among its virtual hosts)."""
    held = shared_by_all(mesh, trail, request.port)
    if held is None:
        result = {"name": "virtualOutbound", "filter_chain": CATCH_ALL, "protocol": "tcp", "tls": ""}
        return _through(mesh, trail, said, place, result)
    result = {"name": f"0.0.0.0_{request.port}", "filter_chain": "", "protocol": "tcp", "tls": ""}
    trail = trail.decide(detects=held.http)
    if held.http and heard(mesh, request) == "http":
        how = f"the listener that other services make on port {request.port}"
        return trail.passes(Stage.LISTENER, how, result=result | {"protocol": "http"})
    taken = _taker(request, trail, held)
    return _taken(mesh, request, trail, taken, result) if taken else _through(mesh, trail, said, place, result)
