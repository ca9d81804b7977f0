"""The sender's hop up to its listener: does the name resolve, is the connection captured, which listener takes it?

Must not know routes or destinations (`outbound` does).
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/;
https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/.
"""

from __future__ import annotations

from troubleshooter.mesh import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.services import Port, Service
from troubleshooter.mesh.unmodelled import at_stage
from troubleshooter.model import STAGES, Connection, HopKind, Request, Resource, Stage, StageVerdict
from troubleshooter.walk.decisions import Trail, dropped, http
from troubleshooter.walk.interception import (
    EXCLUDE_OUTBOUND,
    EXCLUDE_RANGES,
    annotation,
    in_ambient,
    leaves_out,
    leaves_out_address,
)

WORLD = frozenset(
    "com org net io dev app cloud info biz co ai edu gov eu uk de fr nl ch at it es pl se us ca au jp cn in br".split()
)
"""Top-level domains by which `example.com` is told from `service.namespace` where that namespace was not seen."""

BLACKHOLE, PASSTHROUGH = "BlackHoleCluster", "PassthroughCluster"


def resolve(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """dns: the service that the host names for the sender, or what else it may be."""
    party = trail.hop.party
    full, service = meant(mesh, request.host, party.namespace)
    if service is not None:
        trail = trail.decide(service=service, port=service.port(request.port))
        if service.entry and not hosts.is_address(full):
            said = f"{request.host} is in {service.object}; its name resolves outside Kubernetes"
            return trail.passes(Stage.DNS, said, resource=service.object.at("spec.hosts"), assumes=("public DNS",))
        return trail.passes(Stage.DNS, f"{request.host} is {service.object}", resource=service.object.at())
    if hosts.is_address(full):
        return trail.passes(Stage.DNS, f"{full} is an address, no name to resolve")
    space = _namespace_named(mesh, full, party.namespace)
    if space is None:
        said = f"{full} is no name of this cluster"
        return trail.passes(Stage.DNS, said, assumes=(f"{full} resolves outside the cluster",))
    if not mesh.index.saw(space):
        said = f"nothing of namespace {space} was seen, where {full} would be"
        return trail.unknown(Stage.DNS, said, unlock=objects_of(space))
    said = f"there is no Service for {full}: the name does not resolve"
    return trail.fails(Stage.DNS, said, dropped(Connection.DNS))


def meant(mesh: Mesh, host: str, namespace: str) -> tuple[str, Service | None]:
    """The full name that a client in a namespace means by a host, and the service of that name: one that its proxy has,
    else one that is hidden from it."""
    full = hosts.dialled(host, namespace, mesh.registry.hosts, mesh.settings.domain)
    registry = mesh.registry
    return full, registry.find(full, namespace) or registry.at_address(full) or registry.get(full)


def _namespace_named(mesh: Mesh, host: str, own: str) -> str | None:
    """The namespace in which a host would be a Service, None if the name belongs to the world outside."""
    labels = host.split(".")
    if host.endswith(f".svc.{mesh.settings.domain}") or (len(labels) == 3 and labels[2] == "svc"):
        return labels[-4] if len(labels) > 3 else labels[1]
    if len(labels) == 1:
        return own
    if len(labels) == 2 and (mesh.index.saw(labels[1]) or labels[1] not in WORLD):
        return labels[1]
    return None


def objects_of(namespace: str) -> str:
    """The command that shows what a namespace holds of what a walk needs."""
    kinds = "services,endpointslices,pods,deployments,statefulsets,istio-io"
    return f"kubectl get {kinds} -n {namespace} -o yaml"


def capture(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """capture: whether the sender's own proxy takes the connection. None is no failure."""
    party = trail.hop.party
    pod = party.pod
    if pod is None:
        said = f"nothing of namespace {party.namespace} was seen"
        return trail.unknown(Stage.CAPTURE, said, result={"proxy": ""}, unlock=objects_of(party.namespace))
    touch = at_stage(mesh.unmodelled.of_proxy(party.namespace, party.labels), Stage.CAPTURE)
    if touch is not None:
        return trail.unknown(Stage.CAPTURE, f"{touch.object} is not modelled yet", resource=touch.resource)
    if not pod.proxy_seen:
        said = f"whether {party.workload} gets a proxy is for Namespace {party.namespace} to say, which was not seen"
        unlock = f"kubectl get namespace {party.namespace} -o yaml"
        return trail.unknown(Stage.CAPTURE, said, resource=party.resource, result={"proxy": ""}, unlock=unlock)
    if in_ambient(mesh, pod):
        said = "ambient's ztunnel takes the connection, which is not modelled yet"
        return trail.unknown(Stage.CAPTURE, said, resource=pod.owner.at(), result={"proxy": "ztunnel"})
    if not pod.proxy:
        said = "no proxy: the connection leaves as the application makes it"
        return trail.passes(Stage.CAPTURE, said, resource=pod.owner.at(), result={"proxy": "none"})
    excluded = leaves_out(pod, request.port)
    if excluded or request.plaintext:
        place = annotation(pod, EXCLUDE_OUTBOUND) if excluded else None
        said = f"port {request.port} goes past the proxy" if place else "the connection is taken to go past the proxy"
        return trail.passes(Stage.CAPTURE, said, resource=place, result={"proxy": "none"})
    ranges = leaves_out_address(pod, _address(request, trail.hop.service), request.port)
    if ranges is None:
        said = f"ranges of addresses go past the proxy, and the address of {request.host} is not known"
        return trail.unknown(Stage.CAPTURE, said, resource=annotation(pod, EXCLUDE_RANGES), result={"proxy": ""})
    if ranges:
        said = f"connections to {request.host} go past the proxy, by its address"
        return trail.passes(Stage.CAPTURE, said, resource=annotation(pod, ranges), result={"proxy": "none"})
    said = "its sidecar takes the connection"
    if party.assumed:
        said = f"a client with a proxy in namespace {party.namespace} is assumed"
    return trail.passes(Stage.CAPTURE, said, resource=party.resource, result={"proxy": "sidecar"})


def _address(request: Request, service: Service | None) -> str:
    """The address that is dialled, "" if it is not known."""
    if hosts.is_address(request.host):
        return request.host.strip("[]")
    address = str(service.object.spec.get("clusterIP") or "") if service is not None else ""
    return address if hosts.is_address(address) else ""


def bypassed(trail: Trail) -> bool:
    """Whether no proxy that reads routes took the connection at this hop."""
    taken = next((s for s in trail.steps if s.hop == len(trail.hops) - 1 and s.stage is Stage.CAPTURE), None)
    return taken is not None and taken.result.get("proxy") in {"none", "ztunnel"}


def listen(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """listener: which outbound listener takes the connection, and as which protocol."""
    if trail.steps[0].verdict is StageVerdict.UNKNOWN:
        return _unseen(trail.decide(family=_spoken(request)))
    if bypassed(trail):
        return trail.decide(family=_spoken(request)).passes(Stage.LISTENER, "no proxy, no listener")
    service = trail.hop.service
    touched = _touched(mesh, trail)
    if touched is not None:
        return touched.decide(family=_family(trail.hop.port, request))
    if service is None:
        return _unregistered(mesh, request, trail, f"{request.host} port {request.port} is in no registry")
    if not service.visible_to(trail.hop.party.namespace):
        said = f"{service.object} is not exported to namespace {trail.hop.party.namespace}"
        return _unregistered(mesh, request, trail, said, service.object.at("spec.exportTo"))
    port = trail.hop.port
    if port is None:
        return _undeclared_port(mesh, request, trail, service)
    return _declared(request, trail, service, port)


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


def _spoken(request: Request) -> str:
    """The protocol family that the client itself speaks."""
    return {"http": "http", "https": "tls", "tcp": "tcp"}[request.scheme]


def _family(port: Port | None, request: Request) -> str:
    """How a listener treats the request: as the port declares, or (sniffed) as the client speaks."""
    family = port.protocol.family if port else "auto"
    return _spoken(request) if family == "auto" else family


def _declared(request: Request, trail: Trail, service: Service, port: Port) -> Trail:
    """A listener for a port that the service has."""
    family = _family(port, request)
    place = service.object.at(f"{port.path}.{'appProtocol' if port.declared_by == 'appProtocol' else 'name'}")
    name = f"0.0.0.0_{port.number}" if family == "http" else f"{service.host}_{port.number}"
    result = {"name": name, "filter_chain": "", "protocol": str(port.protocol), "tls": ""}
    trail = trail.decide(family=family)
    spoken = _spoken(request)
    if port.protocol.family == "http" and spoken != "http":
        how = "TLS" if spoken == "tls" else "a protocol that is no HTTP"
        said = f"port {port.number} is declared {port.protocol}, and the client speaks {how}: the proxy cannot read it"
        outcome = http(400, "DPE", details="http1.codec_error")
        if spoken == "tls":
            outcome = dropped(Connection.TLS_ERROR, "DPE", details="http1.codec_error")
        return trail.fails(Stage.LISTENER, said, outcome, resource=place, result=result)
    if port.protocol.family == "udp":
        return trail.passes(Stage.LISTENER, "UDP goes past the proxy", resource=place)
    said = f"port {port.number} of {service.object} is {_how(port, family)}"
    return trail.passes(Stage.LISTENER, said, resource=place, result=result)


def _how(port: Port, family: str) -> str:
    if port.protocol.family == "auto":
        return f"of no declared protocol: {'HTTP' if family == 'http' else family.upper()} is detected"
    return f"declared {port.protocol} by its {port.declared_by}" if port.declared_by else str(port.protocol)


def _undeclared_port(mesh: Mesh, request: Request, trail: Trail, service: Service) -> Trail:
    """A port that the service does not have. The proxy knows nothing of it, and passes the connection through where it
    may; behind a cluster IP nobody answers then."""
    said = f"{service.object} has no port {request.port}"
    if mesh.settings.registry_only or service.external or service.headless:
        return _unregistered(mesh, request, trail, said, service.object.at("spec.ports"))
    outcome = http(503, "UF", details="upstream_reset_before_response_started{remote_connection_failure}")
    if request.scheme != "http":
        outcome = dropped(Connection.REFUSED, "UF")
    return trail.fails(Stage.LISTENER, said, outcome, resource=service.object.at("spec.ports"))


def _unregistered(mesh: Mesh, request: Request, trail: Trail, said: str, place: Resource | None = None) -> Trail:
    """A host, address or port that this proxy does not have: passed through, or (REGISTRY_ONLY) sent nowhere.

    With REGISTRY_ONLY an HTTP request meets the route `block_all` (502) where some service makes an HTTP listener on the
    port, and else, like any other protocol, the BlackHoleCluster.
    Source: https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/;
    `buildSidecarOutboundHTTPRouteConfig` in istio/istio pilot/pkg/networking/core/httproute.go.
    """
    trail = trail.decide(family=_spoken(request), service=None, port=None)
    namespace = trail.hop.party.namespace
    shared = request.scheme == "http" and mesh.registry.on_port(request.port, namespace, "http")
    if shared:
        result = {"name": f"0.0.0.0_{request.port}", "filter_chain": "", "protocol": "http", "tls": ""}
        return trail.passes(
            Stage.LISTENER, f"the listener that other services make on port {request.port}", result=result
        )
    result = {"name": "virtualOutbound", "filter_chain": "", "protocol": "tcp", "tls": ""}
    if not mesh.settings.registry_only:
        return trail.passes(Stage.LISTENER, f"no listener for {request.host}: passed through as it is", result=result)
    outcome = dropped(Connection.RESET, "UH")
    result["filter_chain"] = "virtualOutbound-blackhole"
    spot = place or mesh.settings.at("outboundTrafficPolicy")
    return trail.fails(
        Stage.LISTENER, f"{said}, and the mesh lets nothing else out", outcome, resource=spot, result=result
    )
