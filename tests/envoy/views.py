"""One proxy of a mesh, as the parts that make its configuration see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.envoy.envoy_shapes import Identity, Shape, length
from tests.envoy.loopback import Places
from tests.envoy.secrets import Authority
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.routing.routes import Route, routes_of
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.sidecar.sidecars import Scope
from troubleshooter.mesh.workload.old_http import accepted, recognised
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object

BLACKHOLE, PASSTHROUGH = "BlackHoleCluster", "PassthroughCluster"


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """The proxy of a pod: what it sees of a mesh, and who it is. `identity` is its certificate of the mesh."""

    mesh: Mesh
    places: Places
    workload: Workload
    pod: Pod
    identity: Identity
    authority: Authority

    @property
    def namespace(self) -> str:
        return self.pod.namespace

    @property
    def labels(self) -> Mapping[str, str]:
        return self.pod.labels

    @property
    def address(self) -> str:
        return self.places.of_pod(self.pod)

    @property
    def scope(self) -> Scope:
        return self.mesh.sidecars.scope(self.namespace, self.labels)

    @property
    def reading(self) -> Shape:
        """How it reads HTTP: paths, and whether it takes HTTP/1.0."""
        takes = accepted(self.mesh.index, self.mesh.settings, self.pod)
        return {**self.paths, "http_protocol_options": {"accept_http_10": takes}}

    @property
    def detected(self) -> list[str]:
        """What it takes for HTTP where it detects the protocol."""
        return [*(["http/1.0"] if recognised(self.mesh.index) else []), "http/1.1", "h2c"]

    @property
    def paths(self) -> Shape:
        """How it normalizes paths.

        Source: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ProxyPathNormalization.
        """
        option = self.mesh.settings.path_normalization
        return {
            "normalize_path": option != "NONE",
            "merge_slashes": option in ("MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"),
            "path_with_escaped_slashes_action": (
                "UNESCAPE_AND_FORWARD" if option == "DECODE_AND_MERGE_SLASHES" else "KEEP_UNCHANGED"
            ),
        }

    @property
    def patience(self) -> str:
        """How long its listeners wait for a client to say what it speaks."""
        return length(self.mesh.settings.values.get("protocolDetectionTimeout"))

    @property
    def rest(self) -> str:
        """The cluster of what the proxy does not know."""
        return BLACKHOLE if self.scope.closed else PASSTHROUGH

    def services(self) -> Iterable[Service]:
        """What it has of the registry, by its names; a gateway has everything that is exported to it."""
        kept = None if self.pod.gateway else self.scope.has
        found = (self.mesh.registry.find(s.host, self.namespace, kept) for s in self.mesh.registry.all)
        return {s.host: s for s in found if s is not None and not s.external_name}.values()

    def destinations(self) -> Iterable[Service]:
        """What it has clusters for: its services, and those to which its VirtualServices may send."""
        own = {s.host: s for s in self.services()}
        held = (v for v in self.mesh.virtual_services.all if self.mesh.virtual_services.visible(v, self.namespace))
        taken = [] if self.pod.gateway else [v for v in held if self.scope.takes(v)]
        routes = [r for v in taken for r in (*self.mesh.virtual_services.http_routes([v]), *_of_connections(v))]
        named = {d.host for r in routes for d in self.mesh.virtual_services.destinations(r)} - own.keys()
        more = (self.mesh.registry.inferred(host, self.namespace) for host in sorted(named))
        return [*own.values(), *(s for s in more if s is not None and not s.external_name)]

    def aliases(self, service: Service) -> Iterable[Service]:
        """The ExternalName Services that stand for a service."""
        held = (s for s in self.mesh.registry.all if s.external_name and s.visible_to(self.namespace))
        return [s for s in held if self.mesh.registry.behind(s, self.namespace) is service]

    def ports(self) -> Iterable[tuple[Service, Port]]:
        return (pair for service in self.services() for pair in self.ports_of(service))

    def ports_of(self, service: Service) -> Iterable[tuple[Service, Port]]:
        """The ports of a service, each with the ServiceEntry that has it, where several count as one."""
        registry = self.mesh.registry
        return ((registry.with_port(service, port.number), port) for port in registry.ports_of(service))

    def cluster_of(self, target: Destination, listener: int, *, on_port: bool = False) -> str:
        """The name of the cluster that a route sends to, whether there is one or not. Without a port in the route it is
        the service's only one, else that of the listener. With `on_port` nothing is known of services without the
        listener's port, as in the http routes of a sidecar.

        Sources: `GetDestinationCluster` in istio/istio pilot/pkg/networking/core/route/route.go;
        `buildSidecarOutboundVirtualHosts` in httproute.go there.
        """
        service = self.mesh.registry.find(target.host, self.namespace)
        alone = service.ports[0].number if service and len(service.ports) == 1 and not on_port else listener
        host = service.external_name.lower() if service and service.external_name else target.host
        return cluster_name(target.port or alone, host, target.subset)


def _of_connections(thing: Object) -> list[Route]:
    return [route for kind in ("tls", "tcp") for route in routes_of(thing, kind)]


def cluster_name(port: int, host: str, subset: str = "") -> str:
    """The name that istiod gives the cluster of a service port."""
    return f"outbound|{port}|{subset}|{host}"


def domains(service: Service, viewer: str, address: str) -> list[str]:
    """The names by which a client in a namespace may ask for a service. Source: `GenerateAltVirtualHosts` in
    istio/istio pilot/pkg/networking/core/httproute.go."""
    full = [service.host, f"{service.host}."]
    if service.entry and not service.host.endswith(".svc.cluster.local"):
        return [*full, *service.addresses]
    name, space, *_ = service.host.split(".")
    short = [name] if space == viewer else []
    names = [*full, *short, f"{name}.{space}", f"{name}.{space}.svc"]
    # The pods of a headless service are called by names of their own below it.
    return [*names, *(f"*.{one}" for one in names if service.headless), address, *service.addresses]
