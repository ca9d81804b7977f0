"""The service registry: Kubernetes Services and ServiceEntries as istiod sees them.

Decides: which hosts exist, and which of several services of one host counts for whom. Must not know routes,
DestinationRules or policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE, NETWORKING, Index, age, oldest_first, selects
from troubleshooter.mesh.control_plane.discovery import is_discovered
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.service.services import EXPORT_ANNOTATION, Port, Service, entry_ports, service_ports
from troubleshooter.mesh.workload.workloads import Pod, Workload, Workloads
from troubleshooter.model import Object, as_list, as_map, as_words


class Registry:
    """Every service, by host."""

    def __init__(self, index: Index, settings: Settings, workloads: Workloads) -> None:
        self._index, self._settings, self._workloads = index, settings, workloads
        self.all = [*sorted(self._kubernetes(), key=age_of), *sorted(self._entries(), key=age_of)]
        self._by_host: dict[str, list[Service]] = defaultdict(list)
        self._by_object: dict[int, list[Service]] = defaultdict(list)
        self._by_address: dict[str, Service] = {}
        self._allocated: dict[str, Service] = {}
        for service in self.all:
            self._by_host[service.host].append(service)
            self._by_object[id(service.object)].append(service)
            for address in service.addresses:
                self._by_address.setdefault(address, service)
            for address in service.allocated:
                self._allocated.setdefault(address, service)
        self._wildcards = [s for s in self.all if s.host.startswith("*")]

    @cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(self._by_host)

    def get(self, host: str) -> Service | None:
        """The service of exactly this full host, wherever it is visible."""
        return next(iter(self._by_host.get(host, ())), None)

    def at_address(self, address: str) -> Service | None:
        """The service that has this virtual IP address."""
        return self._by_address.get(address)

    def allocated(self, address: str) -> Service | None:
        """The ServiceEntry to which istiod gave this address, for proxies that answer DNS."""
        return self._allocated.get(address)

    def behind(self, service: Service, viewer: str) -> Service:
        """What a service stands for: itself, or what the name of an ExternalName Service leads to in the registry, over
        as many of them as there are. Where they lead nowhere in it, or round in a circle, the last of them.

        Source: `resolveServiceAliases` in istio/istio pilot/pkg/model/push_context.go (since 1.21).
        """
        seen = {service.host}
        while service.external_name:
            name = service.external_name.lower()
            further = self.find(name, viewer) or self.get(name)
            if further is None or further.host in seen:
                break
            seen.add(further.host)
            service = further
        return service

    def find(self, host: str, viewer: str, kept: Callable[[Service], bool] | None = None) -> Service | None:
        """The service that a proxy in namespace `viewer` has for a full host: the exact one first, then the longest
        wildcard. `kept` tells those that are left to it; without it all that it may see are.

        Of several of one host counts one of the viewer's own namespace, then a Kubernetes Service, then one exported to
        this namespace by name, then the oldest.
        Source: `selectServices`, `appendSidecarServices` in istio/istio pilot/pkg/model/sidecar.go;
        `servicesExportedToNamespace` in push_context.go there.
        """

        def left(service: Service) -> bool:
            return service.visible_to(viewer) if kept is None else kept(service)

        def rank(service: Service) -> tuple[bool, bool, bool]:
            return service.namespace != viewer, service.entry, viewer not in service.export_to

        exact = [s for s in self._counting(host) if left(s)]
        if exact:
            return exact[0] if len(exact) == 1 else min(exact, key=rank)
        covering = [s for s in self._wildcards if hosts.covers(s.host, host) and left(s)]
        return min(covering, key=lambda s: (-len(s.host), *rank(s)), default=None)

    def together(self, service: Service) -> list[Service]:
        """The ServiceEntries whose ports count as one: those of one namespace for one host that differ in nothing else.

        Source: `canMergeServices` in istio/istio pilot/pkg/model/sidecar.go.
        """
        if not service.entry:
            return [service]
        held = (s for s in self._by_host.get(service.host, ()) if s.entry and s.namespace == service.namespace)
        return [s for s in held if s is service or _alike(s, service)]

    def _counting(self, host: str) -> list[Service]:
        """What is known by a host: of the Services of several Kubernetes clusters the first speaks for all, which is
        that of the proxy's own cluster if it has one.

        Source: `Services` in istio/istio pilot/pkg/serviceregistry/aggregate/controller.go.
        """
        held = self._by_host.get(host, [])
        if len(held) < 2:
            return held
        first = next((s for s in held if not s.entry and s.discovered), None)
        return [s for s in held if s.entry or first is None or s is first]

    def inferred(self, host: str, viewer: str) -> Service | None:
        """The service of exactly this host to which a route may send although nothing imports it: one of the viewer's
        namespace, else of the first in the alphabet that shows it.

        Source: `collectImportedServices` in istio/istio pilot/pkg/model/sidecar.go.
        """
        held = [s for s in self._counting(host) if s.visible_to(viewer)]
        return min(held, key=lambda s: (s.namespace != viewer, s.namespace, s.entry), default=None)

    def ports_of(self, service: Service) -> list[Port]:
        """The ports of a service, and of the ServiceEntries that count as one with it."""
        return list({p.number: p for s in reversed(self.together(service)) for p in reversed(s.ports)}.values())[::-1]

    def with_port(self, service: Service, number: int) -> Service:
        """Of the ServiceEntries that count as one with this, the first that has a port; itself where none has it."""
        if service.port(number) is not None:
            return service
        return next((s for s in self.together(service) if s.port(number) is not None), service)

    def namesakes(self, service: Service) -> list[Service]:
        """The Kubernetes Services of the same host in other Kubernetes clusters: to Istio all are one."""
        if service.entry or service.external_name:
            return []
        near = service.object.cluster
        return [s for s in self._by_host.get(service.host, ()) if not s.entry and s.object.cluster != near]

    def of(self, thing: Object) -> list[Service]:
        """The services that an object makes."""
        return self._by_object.get(id(thing), [])

    def selecting(self, workload: Workload) -> list[Service]:
        """The Kubernetes Services of its namespace that select a workload's pods."""
        held = (self._by_selector.get((workload.namespace, *pair), ()) for pair in workload.labels.items())
        return [s for services in held for s in services if selects(s.selector, workload.labels)]

    @cached_property
    def by_port(self) -> Mapping[int, list[tuple[Service, Port]]]:
        """Every port of every service, by number."""
        held: dict[int, list[tuple[Service, Port]]] = defaultdict(list)
        for service in self.all:
            for port in service.ports:
                held[port.number].append((service, port))
        return held

    @cached_property
    def _by_selector(self) -> Mapping[tuple[str, str, str], list[Service]]:
        """Kubernetes Services by namespace and the first pair of their selector."""
        held: dict[tuple[str, str, str], list[Service]] = defaultdict(list)
        for service in self.all:
            if service.selector and not service.entry:
                held[service.namespace, *next(iter(service.selector.items()))].append(service)
        return held

    def serving(self, workload: Workload, pod: Pod, number: int) -> tuple[Service, Port] | None:
        """The Service port that makes the inbound listener of a container port: of the oldest Service that leads there,
        the first of its ports.

        Source: `getFilterChainsByServicePort` in istio/istio pilot/pkg/networking/core/listener_inbound.go.
        """
        leading = {
            id(s.object): (s, p) for s in self.selecting(workload) for p in s.ports[::-1] if _target(p, pod) == number
        }  # fmt: skip
        oldest = next(iter(oldest_first(s.object for s, _ in leading.values())), None)
        return leading[id(oldest)] if oldest is not None else None

    def _kubernetes(self) -> Iterable[Service]:
        default = self._settings.default_export("Service")
        for thing in self._index.all(CORE, "Service"):
            annotation = thing.annotations.get(EXPORT_ANNOTATION, "")
            yield Service(
                host=f"{thing.name}.{thing.namespace}.svc.{self._settings.domain}",
                object=thing,
                ports=tuple(service_ports(thing)),
                selector=as_words(thing.spec.get("selector")),
                headless=thing.spec.get("clusterIP") == "None",
                external=thing.spec.get("type") == "ExternalName",
                addresses=_addresses([thing.spec.get("clusterIP"), *as_list(thing.spec.get("clusterIPs"))]),
                resolution="DNS" if thing.spec.get("type") == "ExternalName" else "STATIC",
                export_to=tuple(e.strip() for e in annotation.split(",") if e.strip()) or tuple(default),
                discovered=is_discovered(self._index, self._settings, thing.namespace),
            )

    def _entries(self) -> Iterable[Service]:
        default = self._settings.default_export("ServiceEntry")
        for thing in self._index.all(NETWORKING, "ServiceEntry"):
            base = Service(
                host="",
                object=thing,
                ports=tuple(entry_ports(thing)),
                selector=as_words(as_map(thing.spec.get("workloadSelector")).get("labels")),
                external=thing.spec.get("location") != "MESH_INTERNAL",
                addresses=_addresses(as_list(thing.spec.get("addresses"))),
                resolution=str(thing.spec.get("resolution") or "NONE"),
                export_to=tuple(str(e) for e in as_list(thing.spec.get("exportTo"))) or tuple(default),
            )
            for host in as_list(thing.spec.get("hosts")):
                yield replace(base, host=str(host).lower())


def age_of(service: Service) -> tuple[str, str, str, str]:
    """Istiod's order of services: by creation time, then name (of a ServiceEntry its host), then namespace. The last is
    the object's own name, where istiod has no order at all.

    Source: `SortServicesByCreationTime` in istio/istio pilot/pkg/model/push_context.go.
    """
    created, name, namespace = age(service.object)
    return created, service.host if service.entry else name, namespace, name


def _alike(one: Service, other: Service) -> bool:
    return (one.resolution, one.selector, set(one.export_to), one.object.labels) == (
        other.resolution, other.selector, set(other.export_to), other.object.labels
    )  # fmt: skip


def _addresses(written: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(a) for a in written if hosts.is_address(str(a))))


def _target(port: Port, pod: Pod) -> int | None:
    """The number of the container port that a service port leads to at a pod."""
    return port.target if isinstance(port.target, int) else pod.port_named(port.target)
