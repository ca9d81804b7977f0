"""Gateways: which pods run them, which servers they open, and who can reach them from outside.

Decides: selector to pods, server to port, host and TLS mode. Must not know routes.
Source: https://istio.io/latest/docs/reference/config/networking/gateway/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.protocols import Protocol, of_server
from troubleshooter.mesh.services import Port, Registry, Service
from troubleshooter.mesh.workloads import Workload, Workloads
from troubleshooter.model import Object, Raw, as_list, as_map, as_words

KIND = "Gateway"


@dataclass(frozen=True, kw_only=True, eq=False)
class Server:
    """One server of a Gateway. `hosts` are as written but with `./` resolved; `tls` its TLS mode in upper case, "" for
    plaintext."""

    gateway: Object
    index: int
    number: int
    protocol: Protocol
    hosts: tuple[str, ...]
    raw: Raw

    @property
    def path(self) -> str:
        return f"spec.servers[{self.index}]"

    @property
    def tls(self) -> str:
        settings = as_map(self.raw.get("tls"))
        if self.protocol.family != "tls":
            return ""
        return str(settings.get("mode") or "SIMPLE").upper()

    @property
    def redirects(self) -> bool:
        """Whether it answers every plain request with a redirect to https."""
        return as_map(self.raw.get("tls")).get("httpsRedirect") is True

    def serves(self, host: str) -> bool:
        """Whether a host falls under one of its hosts, whatever namespace routes may come from."""
        return any(hosts.covers(h.rpartition("/")[2], host) for h in self.hosts)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entrance:
    """A way in from outside: the gateway's Service port that leads to a server's port."""

    service: Service
    port: Port
    target: int


class Gateways:
    """Every Gateway with the workloads that its selector matches."""

    def __init__(self, index: Index, workloads: Workloads, registry: Registry) -> None:
        self._workloads, self._registry = workloads, registry
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._by_key = {f"{g.namespace}/{g.name}": g for g in self.all}
        self._by_label: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in workloads.all:
            for pair in workload.labels.items():
                self._by_label[pair].append(workload)

    def get(self, reference: str) -> Object | None:
        """The Gateway of a `namespace/name`."""
        return self._by_key.get(reference)

    def selector(self, gateway: Object) -> dict[str, str]:
        return as_words(gateway.spec.get("selector"))

    def workloads(self, gateway: Object) -> list[Workload]:
        """The workloads whose pods it configures: those with all labels of its selector, in any namespace."""
        selector = self.selector(gateway)
        if not selector:
            return [w for w in self._workloads.all if any(p.gateway for p in w.pods)]
        first = next(iter(selector.items()))
        return [w for w in self._by_label.get(first, ()) if selects(selector, w.labels)]

    def proxies(self) -> list[Workload]:
        """Workloads that look like gateways, selected or not: they run nothing but a proxy."""
        return [w for w in self._workloads.all if w.representative.gateway]

    def servers(self, gateway: Object) -> list[Server]:
        """Its servers, those without a port number left out."""
        return list(_servers(gateway))

    def for_workload(self, workload: Workload) -> list[Object]:
        """The Gateways that configure a workload, the oldest first."""
        return [g for g in self.all if workload in self.workloads(g)]

    def entrances(self, workload: Workload, number: int) -> list[Entrance]:
        """The ports of the Services in front of a gateway workload that lead to the container port on which a server of
        port `number` listens. istiod listens on the targetPort of the Service port with the server's number.

        Source: https://istio.io/latest/docs/reference/config/networking/gateway/#Port;
        `collectMergedGateways`/`ResolvedTargetPort` in istio/istio pilot/pkg/model/gateway.go.
        """
        pod = workload.representative
        found = []
        for service in self._registry.selecting(workload):
            for port in service.ports:
                target = port.target if isinstance(port.target, int) else pod.port_named(port.target)
                if target is not None and number in (port.number, target):
                    found.append(Entrance(service=service, port=port, target=target))
        return found

    def serving(self, scheme: str, port: int, host: str) -> list[Object]:
        """The Gateways of which some server takes this scheme, port and host from outside."""
        return [g for g in self.all if any(takes(s, scheme, port) and s.serves(host) for s in _servers(g))]


def takes(server: Server, scheme: str, port: int) -> bool:
    """Whether a server is meant for a scheme and port: `http` for plaintext servers, `https` for TLS ones, `tcp` for
    any that is no HTTP."""
    families = {"http": {"http"}, "https": {"tls"}, "tcp": {"tcp", "tls", "auto"}}[scheme]
    return server.number == port and server.protocol.family in families


def _servers(gateway: Object) -> Iterable[Server]:
    for n, item in enumerate(as_list(gateway.spec.get("servers"))):
        raw = as_map(item)
        port = as_map(raw.get("port"))
        number = port.get("number")
        if isinstance(number, int):
            yield Server(
                gateway=gateway,
                index=n,
                number=number,
                protocol=of_server(str(port.get("protocol") or "")),
                hosts=tuple(_own(str(h), gateway.namespace) for h in as_list(raw.get("hosts"))),
                raw=raw,
            )


def _own(host: str, namespace: str) -> str:
    return f"{namespace}/{host[2:]}" if host.startswith("./") else host
