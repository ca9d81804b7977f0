"""One host of the service registry, its ports and endpoints, as values.

Decides: what a port speaks, and to whom a host is visible. Must not know other services (`registry` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.basis.visibility import visible
from troubleshooter.mesh.service.protocols import Protocol, declared, declared_by, of_server
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Object, as_list, as_map

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
    """Where a connection may be sent. `pod` and `workload` are None where the address is not one of a seen pod,
    `labels` where it is not listed by a ServiceEntry or as a WorkloadEntry; `healthy` is False for one that is not
    ready; `enrolled` says that a WorkloadEntry makes it part of the mesh; `cluster` is its Kubernetes cluster."""

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
    cluster: str = ""
    relay: int = 0
    """Of a gateway to another network, the container port that takes the connection; 0 of what is dialled itself."""

    @property
    def mutual(self) -> bool:
        """Whether proxies take it for one that speaks mutual TLS. Of an endpoint that is listed the list says it, also
        where its address is a pod's."""
        return self.pod.mutual if self.pod and not self.relay and self.labels is None else self.enrolled

    @property
    def all_labels(self) -> Mapping[str, str]:
        """The labels of its pod, or those that it is listed with."""
        return self.pod.labels if self.pod and not self.relay and self.labels is None else (self.labels or {})


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """One host of the registry. A ServiceEntry with several hosts is several of these. `discovered` is False where
    istiod does not read its namespace."""

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
    discovered: bool = True

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
    def allocated(self) -> tuple[str, ...]:
        """The addresses that istiod gave a ServiceEntry without any, as its status says.

        Source: https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/#address-auto-allocation.
        """
        given = map(as_map, as_list(self.object.status.get("addresses"))) if self.entry and not self.addresses else ()
        return tuple(str(a.get("value")) for a in given if a.get("host") == self.host)

    @property
    def by_dns(self) -> bool:
        """Whether proxies look up the names of its endpoints, and of the host itself where it lists none."""
        return self.resolution in {"DNS", "DNS_ROUND_ROBIN"}

    def port(self, number: int) -> Port | None:
        """The port of a number. TCP and UDP may share one: then that for TCP, of which alone Istio makes clusters."""
        held = [p for p in self.ports if p.number == number]
        return min(held, key=lambda p: p.protocol.family == "udp", default=None)

    def exported_to(self, namespace: str) -> bool:
        return visible(self.export_to, self.namespace, namespace)

    def visible_to(self, namespace: str) -> bool:
        """Whether proxies of a namespace may have it at all."""
        return self.discovered and self.exported_to(namespace)


def service_ports(thing: Object) -> Iterable[Port]:
    """The ports of a Kubernetes Service."""
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


def entry_ports(thing: Object) -> Iterable[Port]:
    """The ports of a ServiceEntry."""
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
