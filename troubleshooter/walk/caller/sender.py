"""The sender's hop up to its proxy: does the name resolve, is the connection captured?

Must not know listeners (`listening` does) or routes.
Source: https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/.
"""

from __future__ import annotations

from collections.abc import Callable

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.not_modelled.unmodelled import at_stage
from troubleshooter.mesh.policy.mtls import Reason
from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.sidecar.listeners import allocated
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.mesh.workload.redirection import TEMPLATES, proxyless
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Connection, Request, Stage
from troubleshooter.walk.basis.decisions import Trail, dropped
from troubleshooter.walk.basis.interception import gap, in_ambient
from troubleshooter.walk.caller.names import answered_by_proxy, by_the_pod, unknown_here
from troubleshooter.walk.caller.pod_addresses import is_own, members, of_a_pod

WORLD = frozenset(
    "com org net io dev app cloud info biz co ai edu gov eu uk de fr nl ch at it es pl se us ca au jp cn in br".split()  # noqa: SIM905 - a list of names is read best as words
)
"""Top-level domains by which `example.com` is told from `service.namespace` where that namespace was not seen."""

PASSTHROUGH = "PassthroughCluster"


PAST = {
    Reason.NOT_TAKEN: "interception mode NONE: no connection is taken to the proxy",
    Reason.RUN_AS_PROXY: "the application runs as user or group 1337 like the proxy, whose connections are not taken",
}
"""Why a connection goes past the proxy, where it is not for its port or address."""


def resolve(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """dns: the service that the host names for the sender, or what else it may be."""
    namespace = trail.hop.party.namespace
    full = _full(mesh, request.host, namespace)
    service, member = _named(mesh, full, namespace, scope_of(mesh, trail).has)
    if service is None and trail.hop.party.pod and answered_by_proxy(mesh, trail.hop.party.pod):
        service = mesh.registry.allocated(full)
    if service is not None:
        return _resolved(mesh, request, trail, service, member)
    if hosts.is_address(full):
        return of_a_pod(mesh, request, trail).passes(Stage.DNS, f"{full} is an address, no name to resolve")
    space = _namespace_named(mesh, full, namespace)
    own = by_the_pod(trail.hop.party.pod, request.host)
    if space is None or own:
        said = own or f"{full} is no name of this cluster"
        believed = f"where {request.host} leads" if own else f"{full} resolves outside the cluster"
        return trail.passes(Stage.DNS, said, assumes=(believed,))
    if not mesh.index.saw(space):
        said = f"nothing of namespace {space} was seen, where {full} would be"
        return trail.unknown(Stage.DNS, said, unlock=objects_of(space))
    said = f"there is no Service for {full}: the name does not resolve"
    return trail.fails(Stage.DNS, said, dropped(Connection.DNS))


def meant(mesh: Mesh, host: str, namespace: str) -> tuple[str, Service | None]:
    """The full name that a client in a namespace means by a host, and the service of that name: one that its proxy has,
    else one that is hidden from it."""
    full = _full(mesh, host, namespace)
    return full, _named(mesh, full, namespace)[0]


def _full(mesh: Mesh, host: str, namespace: str) -> str:
    return hosts.dialled(host, namespace, mesh.registry.hosts, mesh.settings.domain)


def _named(
    mesh: Mesh, full: str, namespace: str, kept: Callable[[Service], bool] | None = None
) -> tuple[Service | None, str]:
    """The service of a full name or address: one that is left to the sender, one that it may see, else one that is
    hidden from it. A name below that of a headless Service is one of its pods, whose name comes second."""
    seen = mesh.registry.find(full, namespace, kept) or mesh.registry.find(full, namespace)
    if seen is not None and seen.host == full:
        return seen, ""
    exact = mesh.registry.get(full) or (mesh.registry.at_address(full) if hosts.is_address(full) else None)
    if exact is not None:
        return exact, ""
    head, _, rest = full.partition(".")
    owner = mesh.registry.get(hosts.dialled(rest, namespace, mesh.registry.hosts, mesh.settings.domain))
    return (owner, head) if owner is not None and owner.headless else (seen, "")


def _resolved(mesh: Mesh, request: Request, trail: Trail, service: Service, member: str) -> Trail:
    place, named = service.object.at(), service
    service = mesh.registry.behind(service, trail.hop.party.namespace)
    astray = _astray(mesh, service)
    if astray:
        spot = named.object.at("spec.externalName")
        return trail.fails(Stage.DNS, astray, dropped(Connection.DNS), resource=spot)
    service = mesh.registry.with_port(service, request.port)
    port = service.port(request.port)
    trail = trail.decide(service=service, port=port, member=member)
    if not hosts.is_address(request.host) and unknown_here(mesh, trail.hop.party, service):
        near = trail.hop.party.cluster
        said = f"{service.object} has no namesake in cluster {near}, so the DNS there does not know {request.host}"
        return trail.fails(Stage.DNS, said, dropped(Connection.DNS), resource=place)
    if member and port and not members(mesh.endpoints(service, port).all, member):
        said = f"{service.object} has no pod {member}: the name does not resolve"
        return trail.fails(Stage.DNS, said, dropped(Connection.DNS), resource=place)
    if service.entry and not hosts.is_address(request.host):
        return _of_entry(mesh, request, trail, service)
    return trail.passes(Stage.DNS, f"{request.host} is {service.object}", resource=place)


def _astray(mesh: Mesh, service: Service) -> str:
    """Why the name of an ExternalName Service, the last of several, leads nowhere; "" where it leads somewhere, or
    outside."""
    name = service.external_name.lower().rstrip(".")
    if not name:
        return ""
    if mesh.registry.get(name) is not None:
        return f"{service.object} stands for {name}, which stands for it in turn: the name does not resolve"
    inside = name.endswith(f".svc.{mesh.settings.domain}") and name.count(".") > 2
    space = _namespace_named(mesh, name, "") if inside else None
    if space is None or not mesh.index.saw(space):
        return ""
    return f"{service.object} stands for {name}, and there is no Service of that name: it does not resolve"


def _of_entry(mesh: Mesh, request: Request, trail: Trail, service: Service) -> Trail:
    """The name of a ServiceEntry, which makes no DNS record: a proxy that answers DNS knows it if the entry has an
    address, and else it is for the DNS servers. Those of the cluster are the only ones for names that end as its own.

    Source: https://istio.io/latest/docs/ops/configuration/traffic-management/dns/;
    https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/.
    """
    pod, place = trail.hop.party.pod, service.object.at("spec.hosts")
    addressed = bool(service.addresses or service.allocated or allocated(service))
    if pod and addressed and answered_by_proxy(mesh, pod):
        return trail.passes(Stage.DNS, f"{request.host} is in {service.object}: the proxy answers", resource=place)
    named = mesh.registry.get(service.host)
    if named is not None and not named.entry:
        said = f"{request.host} is {named.object}, and {service.object} takes its place here"
        return trail.passes(Stage.DNS, said, resource=place)
    ours = service.host.endswith(f".svc.{mesh.settings.domain}")
    if pod and ours and not by_the_pod(pod, request.host):
        said = f"{request.host} is in {service.object} alone, and the cluster's DNS knows Services only"
        return trail.fails(Stage.DNS, said, dropped(Connection.DNS), resource=place)
    said = f"{request.host} is in {service.object}; its name resolves outside Kubernetes"
    return trail.passes(Stage.DNS, said, resource=place, assumes=("public DNS",))


def _namespace_named(mesh: Mesh, host: str, own: str) -> str | None:
    """The namespace in which a host would be a Service, None if the name belongs to the world outside."""
    full = f".svc.{mesh.settings.domain}"
    if host.endswith(full):
        return host.removesuffix(full).rpartition(".")[2]
    labels = host.split(".")
    if len(labels) == 3 and labels[2] == "svc":
        return labels[1]
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
    doubt = _doubt(mesh, trail, pod)
    if doubt is not None:
        return doubt
    if not pod.proxy:
        said = "no proxy: the connection leaves as the application makes it"
        return trail.passes(Stage.CAPTURE, said, resource=pod.owner.at(), result={"proxy": "none"})
    if is_own(mesh, request, trail) and scope_of(mesh, trail).own_listener(request.host, request.port) is None:
        said = f"{request.host} is the pod's own address: the connection does not leave it"
        return trail.passes(Stage.CAPTURE, said, resource=pod.owner.at(), result={"proxy": "none"}).ends(trail.outcome)
    service = trail.hop.service
    addresses = [request.host] if hosts.is_address(request.host) else service.addresses if service else ()
    found = gap(pod, request.port, addresses)
    if found is not None and not found.sure:
        said = f"whether {found.annotation} lets {request.host} past the proxy depends on its address"
        return trail.unknown(Stage.CAPTURE, said, resource=found.place)
    if found is not None:
        said = PAST.get(found.reason, "port {port} of {host} goes past the proxy")
        said = said.format(port=request.port, host=request.host)
        trail = trail.decide(gap=found)
        return trail.passes(Stage.CAPTURE, said, resource=found.place, result={"proxy": "none"})
    said = "its sidecar takes the connection"
    if party.assumed:
        said = f"a client with a proxy in namespace {party.namespace} is assumed"
    return trail.passes(Stage.CAPTURE, said, resource=party.resource, result={"proxy": "sidecar"})


def _doubt(mesh: Mesh, trail: Trail, pod: Pod) -> Trail | None:
    """The trail where it cannot be told whether a proxy takes the connection."""
    party = trail.hop.party
    touch = at_stage(mesh.unmodelled.of_proxy(party.namespace, party.labels), Stage.CAPTURE)
    if touch is not None:
        return trail.unknown(Stage.CAPTURE, f"{touch.object} is not modelled yet", resource=touch.resource)
    if not pod.proxy_seen:
        said = f"whether {party.workload} gets a proxy is for Namespace {party.namespace} to say, which was not seen"
        unlock = f"kubectl get namespace {party.namespace} -o yaml"
        return trail.unknown(Stage.CAPTURE, said, resource=party.resource, result={"proxy": ""}, unlock=unlock)
    if proxyless(pod):
        said = "gRPC without a proxy is not modelled yet"
        return trail.unknown(Stage.CAPTURE, said, resource=pod.at(f'metadata.annotations["{TEMPLATES}"]'))
    if in_ambient(mesh, pod):
        lost = mesh.ztunnels.lost(pod)
        if lost is not None:
            said = f"no ztunnel runs on node {lost.node}, to which the connections of {party.workload} are led"
            return trail.fails(Stage.CAPTURE, said, dropped(Connection.REFUSED), resource=lost.place)
        said = "ambient's ztunnel takes the connection, which is not modelled yet"
        return trail.unknown(Stage.CAPTURE, said, resource=pod.owner.at(), result={"proxy": "ztunnel"})
    return None


def bypassed(trail: Trail) -> bool:
    """Whether no proxy that reads routes took the connection at this hop."""
    taken = next((s for s in trail.steps if s.stage is Stage.CAPTURE and s.hop == len(trail.hops) - 1), None)
    return taken is not None and taken.result.get("proxy") in {"none", "ztunnel"}


def scope_of(mesh: Mesh, trail: Trail) -> Scope:
    """What is left of the mesh to the proxy that sends."""
    return mesh.sidecars.scope(trail.hop.party.namespace, trail.hop.party.labels)


def spoken(request: Request) -> str:
    """The protocol family that the client itself speaks."""
    return {"http": "http", "https": "tls", "tcp": "tcp"}[request.scheme]
