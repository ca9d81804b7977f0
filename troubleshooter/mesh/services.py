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
from troubleshooter.mesh.index import CORE, DISCOVERY, NETWORKING, Index, selects
from troubleshooter.mesh.protocols import Protocol, declared, of_server
from troubleshooter.mesh.settings import Settings
from troubleshooter.mesh.workloads import Pod, Workload, Workloads
from troubleshooter.model import Object, Raw, as_list, as_map, as_words

EXPORT_ANNOTATION = "networking.istio.io/exportTo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port of a service. `target` is targetPort as written (a number or a name); `path` is its place in the object."""

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
    `healthy` is False for one that is not ready."""

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
        for service in self.all:
            self._by_host[service.host].append(service)
            self._by_object[id(service.object)].append(service)
        self._wildcards = [s for s in self.all if s.host.startswith("*")]

    @cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(self._by_host)

    def get(self, host: str) -> Service | None:
        """The service of exactly this full host, wherever it is visible."""
        return next(iter(self._by_host.get(host, ())), None)

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
        return [
            s
            for s in self._in_namespace.get(workload.namespace, ())
            if s.selector and selects(s.selector, workload.labels) and not s.entry
        ]

    @cached_property
    def _in_namespace(self) -> Mapping[str, list[Service]]:
        held: dict[str, list[Service]] = defaultdict(list)
        for service in self.all:
            held[service.namespace].append(service)
        return held

    def on_port(self, number: int, viewer: str, family: str) -> bool:
        """Whether some visible service has this port in a protocol family: istiod makes such listeners by port."""
        return any(
            p.number == number and p.protocol.family in {family, "auto"} and s.visible_to(viewer)
            for s in self.all
            for p in s.ports
        )

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
                resolution=str(thing.spec.get("resolution") or "NONE"),
                export_to=tuple(str(e) for e in as_list(thing.spec.get("exportTo"))) or tuple(default),
            )
            for host in as_list(thing.spec.get("hosts")):
                yield replace(base, host=str(host).lower())


def _service_ports(thing: Object) -> Iterable[Port]:
    for n, port in enumerate(map(as_map, as_list(thing.spec.get("ports")))):
        number = port.get("port")
        if not isinstance(number, int):
            continue
        name, app = str(port.get("name") or ""), str(port.get("appProtocol") or "")
        protocol = declared(name, app, number, str(port.get("protocol") or "TCP"))
        target = port.get("targetPort")
        yield Port(
            number=number,
            name=name,
            protocol=protocol,
            target=target if isinstance(target, int | str) and target not in ("", 0) else number,
            path=f"spec.ports[{n}]",
            declared_by="" if protocol is Protocol.AUTO else "appProtocol" if app else "name",
        )


def _entry_ports(thing: Object) -> Iterable[Port]:
    for n, port in enumerate(map(as_map, as_list(thing.spec.get("ports")))):
        number = port.get("number")
        if isinstance(number, int):
            target = port.get("targetPort")
            yield Port(
                number=number,
                name=str(port.get("name") or ""),
                protocol=of_server(str(port.get("protocol") or "")),
                target=target if isinstance(target, int) and target else number,
                path=f"spec.ports[{n}]",
                declared_by="protocol",
            )


def slices_of(index: Index, thing: Object) -> list[Object]:
    """The EndpointSlices (or, without any, the Endpoints) that belong to a Service."""
    slices = [
        s
        for s in index.inside(DISCOVERY, "EndpointSlice", thing.namespace)
        if s.labels.get("kubernetes.io/service-name") == thing.name
    ]
    endpoints = index.get(CORE, "Endpoints", thing.namespace, thing.name)
    return slices or ([endpoints] if endpoints else [])


def raw_port(port: Raw, name: str) -> int | None:
    """The number of an EndpointSlice's port if it is the one of that name; a nameless one answers for any."""
    number = port.get("port")
    wanted = str(port.get("name") or "")
    return number if isinstance(number, int) and wanted in ("", name) else None
