"""Gateways: which pods run them, which servers they open, and who can reach them from outside.

Decides: selector to pods, server to port, host and TLS mode. Must not know routes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/; `mergeGateways` in istio/istio
pilot/pkg/model/gateway.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.entrances import UNTRANSLATED, Entrance, entrances_of, listening, on_node, opened_on_node
from troubleshooter.mesh.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.pods import is_number
from troubleshooter.mesh.protocols import Protocol, of_server
from troubleshooter.mesh.registry import Registry
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
    def settings(self) -> Raw | None:
        """Its TLS settings, None where it has none."""
        return as_map(self.raw["tls"]) if self.raw.get("tls") is not None else None

    @property
    def tls(self) -> str:
        if self.protocol.family != "tls":
            return ""
        return str((self.settings or {}).get("mode") or "SIMPLE").upper()

    @property
    def redirects(self) -> bool:
        """Whether it answers every plain request with a redirect to https."""
        return (self.settings or {}).get("httpsRedirect") is True

    def serves(self, host: str) -> bool:
        """Whether a host falls under one of its hosts, whatever namespace routes may come from."""
        return self.pattern(host) is not None

    def pattern(self, host: str) -> str | None:
        """The most specific of its hosts that a host falls under."""
        return hosts.most_specific(host, [h.rpartition("/")[2] for h in self.hosts])

    @property
    def reference(self) -> str:
        """`namespace/name` of its Gateway, as VirtualServices name it."""
        return f"{self.gateway.namespace}/{self.gateway.name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A server as a gateway pod opens it, on container port `port`. `shadowed_by` is the server that keeps it from
    being opened at all: one of the same port with the same TLS host, or with a protocol that cannot share the port."""

    server: Server
    port: int
    shadowed_by: Server | None = None


class Gateways:
    """Every Gateway with the workloads that its selector matches."""

    def __init__(self, index: Index, workloads: Workloads, registry: Registry) -> None:
        self._workloads, self._registry = workloads, registry
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._by_key = {f"{g.namespace}/{g.name}": g for g in self.all}
        self._servers = {id(g): list(_servers(g)) for g in self.all}
        self._by_label: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in workloads.all:
            for pair in workload.labels.items():
                self._by_label[pair].append(workload)
        self._ways_in: dict[int, list[Entrance]] = {}
        self._by_workload: dict[int, list[Object]] = defaultdict(list)
        for gateway in self.all:
            for workload in self.workloads(gateway):
                self._by_workload[id(workload)].append(gateway)

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
        return self._servers.get(id(gateway), [])

    def for_workload(self, workload: Workload) -> list[Object]:
        """The Gateways that configure a workload, the oldest first."""
        return self._by_workload.get(id(workload), [])

    def opened(self, gateways: Iterable[Object], workload: Workload | None) -> list[Opened]:
        """The servers of Gateways, the oldest first, as the pods of a workload open them (None: pods that were not
        seen, which are taken to listen on the servers' own numbers)."""
        found: list[Opened] = []
        ports: dict[int, int] = {}
        first: dict[int, Server] = {}
        by_host: dict[tuple[int, str], Server] = {}
        for server in (s for g in gateways for s in self.servers(g)):
            if server.number not in ports:
                ports[server.number] = listening(self.ways_in(workload), server.number) if workload else server.number
            port = ports[server.number]
            rival = _in_the_way(server, first.get(port), [by_host.get((port, host)) for host in server.hosts])
            found.append(Opened(server=server, port=port, shadowed_by=rival))
            if rival is None:
                first.setdefault(port, server)
                by_host |= {(port, host): server for host in server.hosts if server.settings is not None}
        return found

    def entrances(self, workload: Workload, number: int) -> list[Entrance]:
        """The ports of the Services in front of a gateway workload that lead to the container port on which a server of
        port `number` listens. istiod listens on the targetPort of the Service port with the server's number.
        """
        return [e for e in self.ways_in(workload) if number in (e.port.number, e.target)]

    def ways_in(self, workload: Workload) -> list[Entrance]:
        """Every port of the Services in front of a gateway workload."""
        found = self._ways_in.get(id(workload))
        if found is None:
            found = self._ways_in[id(workload)] = entrances_of(self._registry, workload)
        return found

    def at_port(self, gateway: Object, port: int) -> list[Workload]:
        """The workloads of a Gateway at which a client outside can dial a port; all where it can at none."""
        held = self.workloads(gateway)
        return [w for w in held if not self.ways_in(w) or self.dialled(w, port)] or held

    def dialled(self, workload: Workload, port: int) -> set[int]:
        """The container ports that a client outside reaches by dialling a port: of a Service, or of a node. Services
        that the cloud or the nodes open count before those inside."""
        ways = [e for e in self.ways_in(workload) if e.dialled(port)]
        found = {e.target for e in ways if e.outward} or {e.target for e in ways}
        own = on_node(workload.representative, port)
        return found | ({own} if own is not None else set())

    def exposed(self, server: Server, workload: Workload) -> bool | None:
        """Whether a client outside the pods can get to a server: some port of a Service or node leads to where it
        listens. None where no Service in front was seen, as something else may lead there, and where the one with this
        port says a container port by a name that none has."""
        ways = self.ways_in(workload)
        port = listening(ways, server.number)
        if any(e.target == port for e in ways) or any(opened_on_node(pod, port) for pod in workload.pods):
            return True
        translated = (s for s in self._registry.selecting(workload) if UNTRANSLATED not in s.object.labels)
        unnamed = any(s.port(server.number) for s in translated)
        return None if unnamed or not ways else False

    def serving(self, scheme: str, port: int, host: str) -> list[Object]:
        """The Gateways of which some server takes this scheme, port and host from outside."""

        def takes_it(server: Server) -> bool:
            return speaks(server, scheme) and server.serves(host) and self._at(server, port)

        return [g for g in self.all if any(map(takes_it, self.servers(g)))]

    def meaning(self, scheme: str, port: int, host: str) -> list[Object]:
        """The Gateways whose pods a client reaches by dialling a port, and of which some server is for this scheme and
        names this host, on whatever port."""

        def means_it(server: Server) -> bool:
            return speaks(server, scheme) and server.pattern(host) not in (None, "*")

        meant = (g for g in self.all if any(map(means_it, self.servers(g))))
        return [g for g in meant if any(self.dialled(w, port) for w in self.workloads(g))]

    def on_port(self, port: int) -> list[Object]:
        """The Gateways of which some server is reached on a port from outside, whatever it is for."""
        return [g for g in self.all if any(self._at(s, port) for s in self.servers(g))]

    def _at(self, server: Server, port: int) -> bool:
        """Whether a server is reached on a port from outside: on its own number, or on a Service port that leads to the
        container port that it is opened on."""
        if server.number == port:
            return True
        entrances = (e for w in self.workloads(server.gateway) for e in self.entrances(w, server.number))
        return any(e.dialled(port) for e in entrances)


def _in_the_way(server: Server, first: Server | None, same_host: Iterable[Server | None]) -> Server | None:
    """The server of the same port that keeps another from being opened: one with the same host where TLS settings tell
    servers apart, or the first if it is plaintext and not both are HTTP."""
    taken = next(filter(None, same_host), None)
    if taken is not None and server.settings is not None:
        return taken
    if first is None or first.tls:
        return None
    both = first.protocol.family == "http" and server.protocol.family == "http"
    return None if both else first


def takes(server: Server, scheme: str, port: int) -> bool:
    """Whether a server is meant for a scheme and port: `http` for plaintext servers, `https` for TLS ones, `tcp` for
    any that is no HTTP."""
    return server.number == port and speaks(server, scheme)


def speaks(server: Server, scheme: str) -> bool:
    """Whether a server is meant for a scheme, on whatever port."""
    return server.protocol.family in {"http": {"http"}, "https": {"tls"}, "tcp": {"tcp", "tls", "auto"}}[scheme]


def _servers(gateway: Object) -> Iterable[Server]:
    for n, item in enumerate(as_list(gateway.spec.get("servers"))):
        raw = as_map(item)
        port = as_map(raw.get("port"))
        number = port.get("number")
        if is_number(number):
            yield Server(
                gateway=gateway,
                index=n,
                number=number,
                protocol=of_server(str(port.get("protocol") or "")),
                hosts=tuple(_own(str(h), gateway.namespace) for h in as_list(raw.get("hosts"))),
                raw=raw,
            )


def _own(host: str, namespace: str) -> str:
    """A server's host with its namespace written out, and without one where any will do."""
    space, slash, name = host.partition("/")
    if not slash or space == "*":
        return name if slash else host
    return f"{namespace if space == '.' else space}/{name}"
