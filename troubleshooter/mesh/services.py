"""The service registry: Kubernetes Services and ServiceEntries as istiod sees them.

Decides: which hosts and ports exist, to whom they are visible, and which endpoints answer for them. Must not know
routes, DestinationRules or policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import CORE, NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.pods import is_number
from troubleshooter.mesh.protocols import Protocol, declared, declared_by, of_server
from troubleshooter.mesh.settings import Settings
from troubleshooter.mesh.workloads import Pod, Workload, Workloads
from troubleshooter.model import Object, as_list, as_map, as_words

EXPORT_ANNOTATION = "networking.istio.io/exportTo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port of a service. `target` is targetPort as written (a number or a name); `path` is its place in the
    object."""

    number: int
    name: str
    protocol: Protocol
    target: int | str
    path: str
    declared_by: str = ""
    """What said the protocol: `appProtocol`, `name`, `protocol`, or "" if nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a connection may be sent. `pod` and `workload` are None where the address is not one of a seen pod;
    `healthy` is False for one that is not ready; `enrolled` says that a WorkloadEntry makes it part of the mesh."""

    address: str
    port: int
    workload: Workload | None = None
    pod: Pod | None = None
    locality: str = ""
    network: str = ""
    weight: int = 1
    priority: int = 0
    healthy: bool = True
    labels: Mapping[str, str] | None = None
    enrolled: bool = False

    @property
    def mutual(self) -> bool:
        """Whether proxies take it for one that speaks mutual TLS."""
        return self.pod.mutual if self.pod else self.enrolled

    @property
    def all_labels(self) -> Mapping[str, str]:
        return self.pod.labels if self.pod else (self.labels or {})


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """One host of the registry. A ServiceEntry with several hosts is several of these."""

    host: str
    object: Object
    ports: tuple[Port, ...]
    selector: Mapping[str, str]
    headless: bool = False
    external: bool = False
    resolution: str = "STATIC"
    export_to: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    """Its virtual IP addresses, as far as they are known; ranges are left out."""

    @property
    def namespace(self) -> str:
        return self.object.namespace

    @property
    def entry(self) -> bool:
        """Whether it comes from a ServiceEntry."""
        return self.object.kind == "ServiceEntry"

    @property
    def external_name(self) -> str:
        """The name that an ExternalName Service stands for."""
        return str(self.object.spec.get("externalName") or "") if self.object.spec.get("type") == "ExternalName" else ""

    @property
    def by_dns(self) -> bool:
        """Whether proxies look up the names of its endpoints, and of the host itself where it lists none."""
        return self.resolution in {"DNS", "DNS_ROUND_ROBIN"}

    def port(self, number: int) -> Port | None:
        return next((p for p in self.ports if p.number == number), None)

    def visible_to(self, namespace: str) -> bool:
        return visible(self.export_to, self.namespace, namespace)


def visible(export_to: Iterable[str], own: str, viewer: str) -> bool:
    """Whether an object of namespace `own` with this exportTo is seen from `viewer`; an empty list means everywhere.

    Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-export_to.
    """
    entries = list(export_to)
    return not entries or "*" in entries or viewer in entries or ("." in entries and own == viewer)


class Registry:
    """Every service, by host."""

    def __init__(self, index: Index, settings: Settings, workloads: Workloads) -> None:
        self._index, self._settings, self._workloads = index, settings, workloads
        self.all = [*self._kubernetes(), *self._entries()]
        self._by_host: dict[str, list[Service]] = defaultdict(list)
        self._by_object: dict[int, list[Service]] = defaultdict(list)
        self._by_address: dict[str, Service] = {}
        for service in self.all:
            self._by_host[service.host].append(service)
            self._by_object[id(service.object)].append(service)
            for address in service.addresses:
                self._by_address.setdefault(address, service)
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

    def behind(self, service: Service, viewer: str) -> Service:
        """What a service stands for: itself, or what the name of an ExternalName Service leads to in the registry.

        Source: `resolveServiceAliases` in istio/istio pilot/pkg/model/push_context.go (since 1.21).
        """
        seen = {service.host}
        while service.external_name:
            further = self.find(service.external_name, viewer)
            if further is None or further.host in seen:
                break
            seen.add(further.host)
            service = further
        return service

    def find(self, host: str, viewer: str) -> Service | None:
        """The service that a proxy in namespace `viewer` has for a full host: the exact one first, then the longest
        wildcard; one in the viewer's own namespace before others."""
        exact = [s for s in self._by_host.get(host, ()) if s.visible_to(viewer)]
        if exact:
            return min(exact, key=lambda s: s.namespace != viewer)
        covering = [s for s in self._wildcards if hosts.covers(s.host, host) and s.visible_to(viewer)]
        return max(covering, key=lambda s: len(s.host), default=None)

    def of(self, thing: Object) -> list[Service]:
        """The services that an object makes."""
        return self._by_object.get(id(thing), [])

    def selecting(self, workload: Workload) -> list[Service]:
        """The Kubernetes Services of its namespace that select a workload's pods."""
        held = (self._by_selector.get((workload.namespace, *pair), ()) for pair in workload.labels.items())
        return [s for services in held for s in services if selects(s.selector, workload.labels)]

    @cached_property
    def _by_selector(self) -> Mapping[tuple[str, str, str], list[Service]]:
        """Kubernetes Services by namespace and the first pair of their selector."""
        held: dict[tuple[str, str, str], list[Service]] = defaultdict(list)
        for service in self.all:
            if service.selector and not service.entry:
                held[service.namespace, *next(iter(service.selector.items()))].append(service)
        return held

    def serving(self, workload: Workload, pod: Pod, number: int) -> tuple[Service, Port] | None:
        """The Service port that makes the inbound listener of a container port: of the oldest Service that leads there.

        Source: `buildInboundListeners` in istio/istio pilot/pkg/networking/core/listener_inbound.go.
        """
        leading = {
            id(s.object): (s, p) for s in self.selecting(workload) for p in s.ports if _target(p, pod) == number
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
                ports=tuple(_service_ports(thing)),
                selector=as_words(thing.spec.get("selector")),
                headless=thing.spec.get("clusterIP") == "None",
                external=thing.spec.get("type") == "ExternalName",
                addresses=_addresses([thing.spec.get("clusterIP"), *as_list(thing.spec.get("clusterIPs"))]),
                resolution="DNS" if thing.spec.get("type") == "ExternalName" else "STATIC",
                export_to=tuple(e.strip() for e in annotation.split(",") if e.strip()) or tuple(default),
            )

    def _entries(self) -> Iterable[Service]:
        default = self._settings.default_export("ServiceEntry")
        for thing in self._index.all(NETWORKING, "ServiceEntry"):
            base = Service(
                host="",
                object=thing,
                ports=tuple(_entry_ports(thing)),
                selector=as_words(as_map(thing.spec.get("workloadSelector")).get("labels")),
                external=thing.spec.get("location") != "MESH_INTERNAL",
                addresses=_addresses(as_list(thing.spec.get("addresses"))),
                resolution=str(thing.spec.get("resolution") or "NONE"),
                export_to=tuple(str(e) for e in as_list(thing.spec.get("exportTo"))) or tuple(default),
            )
            for host in as_list(thing.spec.get("hosts")):
                yield replace(base, host=str(host).lower())


def _addresses(written: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(a) for a in written if hosts.is_address(str(a))))


def _target(port: Port, pod: Pod) -> int | None:
    """The number of the container port that a service port leads to at a pod."""
    return port.target if isinstance(port.target, int) else pod.port_named(port.target)


def _service_ports(thing: Object) -> Iterable[Port]:
    for n, port in enumerate(map(as_map, as_list(thing.spec.get("ports")))):
        number, target = port.get("port"), port.get("targetPort")
        if not is_number(number):
            continue
        name, app = str(port.get("name") or ""), str(port.get("appProtocol") or "")
        protocol = declared(name, app, number, str(port.get("protocol") or "TCP"))
        named = isinstance(target, str) and not target.isdigit()
        yield Port(
            number=number,
            name=name,
            protocol=protocol,
            target=str(target) if named and target else _number(target) or number,
            path=f"spec.ports[{n}]",
            declared_by=declared_by(name, app, str(port.get("protocol") or "TCP")),
        )


def _number(value: object) -> int | None:
    """A port number, also one written as text."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) <= 5:
        return int(value)
    return value if is_number(value) else None


def _entry_ports(thing: Object) -> Iterable[Port]:
    for n, port in enumerate(map(as_map, as_list(thing.spec.get("ports")))):
        number = port.get("number")
        if is_number(number):
            yield Port(
                number=number,
                name=str(port.get("name") or ""),
                protocol=of_server(str(port.get("protocol") or "")),
                target=_number(port.get("targetPort")) or number,
                path=f"spec.ports[{n}]",
                declared_by="protocol",
            )
