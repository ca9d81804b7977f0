"""One proxy of a mesh, as the parts that make its configuration see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.envoy.envoy_shapes import Identity, Shape
from tests.envoy.loopback import Places
from tests.envoy.secrets import Authority
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.services import Port, Service
from troubleshooter.mesh.sidecars import Scope
from troubleshooter.mesh.virtual_services import Destination
from troubleshooter.mesh.workloads import Pod, Workload

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
    def rest(self) -> str:
        """The cluster of what the proxy does not know."""
        return BLACKHOLE if self.scope.closed else PASSTHROUGH

    def services(self) -> Iterable[Service]:
        """What it has of the registry; a gateway has everything that is exported to it."""
        held = self.mesh.registry.all
        left = (s for s in held if (s.visible_to(self.namespace) if self.pod.gateway else self.scope.has(s)))
        return {s.host: s for s in left if not s.external_name}.values()

    def ports(self) -> Iterable[tuple[Service, Port]]:
        return ((service, port) for service in self.services() for port in service.ports)

    def cluster_of(self, target: Destination, listener: int) -> str:
        """The name of the cluster that a route sends to, whether there is one or not. Without a port in the route it is
        the service's only one, else that of the listener.

        Source: `GetDestinationCluster` in istio/istio pilot/pkg/networking/core/route/route.go.
        """
        service = self.mesh.registry.find(target.host, self.namespace)
        alone = service.ports[0].number if service and len(service.ports) == 1 else listener
        return cluster_name(target.port or alone, target.host, target.subset)


def cluster_name(port: int, host: str, subset: str = "") -> str:
    """The name that istiod gives the cluster of a service port."""
    return f"outbound|{port}|{subset}|{host}"


def domains(service: Service, viewer: str, address: str) -> list[str]:
    """The names by which a client in a namespace may ask for a service. Source: `GenerateAltVirtualHosts` in
    istio/istio pilot/pkg/networking/core/httproute.go."""
    if service.entry:
        return [service.host, *service.addresses]
    name, space, *_ = service.host.split(".")
    short = [name] if space == viewer else []
    names = [service.host, *short, f"{name}.{space}", f"{name}.{space}.svc"]
    # The pods of a headless service are called by names of their own below it.
    return [*names, *(f"*.{one}" for one in names if service.headless), address, *service.addresses]
