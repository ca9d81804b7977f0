"""Gateways: which pods run them, on which container ports their servers are opened, and who reaches them from outside.

Decides: selector to pods, server to port. Must not know routes.
Sources: https://istio.io/latest/docs/reference/config/networking/gateway/; `mergeGateways` in istio/istio
pilot/pkg/model/gateway.go and push_context.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from troubleshooter.mesh.basis.index import NETWORKING, Index, oldest_first, selects
from troubleshooter.mesh.control_plane.istiod import switched_on
from troubleshooter.mesh.gateway.entrances import (
    UNTRANSLATED,
    Entrance,
    entrances_of,
    listening,
    on_node,
    opened_on_node,
)
from troubleshooter.mesh.gateway.servers import OnPort, Opened, Server, barred, servers_of, speaks
from troubleshooter.mesh.service.registry import Registry
from troubleshooter.mesh.workload.workloads import Workload, Workloads
from troubleshooter.model import Object, as_words

KIND = "Gateway"
SCOPED = "PILOT_SCOPE_GATEWAY_TO_NAMESPACE"
"""The variable of istiod with which a Gateway configures pods of its own namespace only."""
UNPRIVILEGED = "ISTIO_META_UNPRIVILEGED_POD"
"""The variable by which a gateway's pod says that it may not listen on ports below 1024."""


class Gateways:
    """Every Gateway with the workloads that its selector matches. `primaries` says whose istiod serves the proxies of
    each Kubernetes cluster."""

    def __init__(self, index: Index, workloads: Workloads, registry: Registry, primaries: Mapping[str, str]) -> None:
        self._workloads, self._registry, self._primaries = workloads, registry, primaries
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._by_key = {f"{g.namespace}/{g.name}": g for g in self.all}
        self._servers = {id(g): list(servers_of(g)) for g in self.all}
        self._scoped = switched_on(index, SCOPED)
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
        """The workloads whose pods it configures: those with all labels of its selector, in any namespace unless istiod
        is told otherwise. An istiod configures no pods of clusters that have one of their own."""
        selector = self.selector(gateway)
        held = self._by_label.get(next(iter(selector.items())), ()) if selector else self._workloads.all
        found = [w for w in held if selects(selector, w.labels)] if selector else [w for w in held if _runs_one(w)]
        found = [w for w in found if not self._scoped or w.namespace == gateway.namespace]
        istiod = self._primaries.get(gateway.cluster)
        return [w for w in found if self._primaries.get(w.object.cluster) == istiod]

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
        held: dict[int, OnPort] = defaultdict(OnPort)
        limited = workload is not None and _unprivileged(workload)
        for server in (s for g in gateways for s in self.servers(g)):
            if server.number not in ports:
                ports[server.number] = listening(self.ways_in(workload), server.number) if workload else server.number
            port = ports[server.number]
            rival, field = held[port].add(server), barred(server, port, unprivileged=limited)
            found.append(Opened(server=server, port=port, shadowed_by=rival, barred=field))
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

    def at_port(self, gateway: Object, port: int, cluster: str) -> list[Workload]:
        """The workloads of a Gateway in a Kubernetes cluster at which a client outside can dial a port; all where it
        can at none."""
        held = [w for w in self.workloads(gateway) if w.object.cluster == cluster]
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

    def naming(self, port: int, host: str) -> list[Object]:
        """The Gateways whose pods a client reaches by dialling a port, of which some server takes this host on another
        port, in whatever protocol."""
        held = (g for g in self.all if any(s.serves(host) for s in self.servers(g)))
        return [g for g in held if any(self.dialled(w, port) for w in self.workloads(g))]

    def known_for(self, host: str) -> list[Object]:
        """The Gateways of which some server names this host, on whatever port and in whatever protocol."""
        return [g for g in self.all if any(s.pattern(host) not in (None, "*") for s in self.servers(g))]

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


def _runs_one(workload: Workload) -> bool:
    return any(pod.gateway for pod in workload.pods)


def _unprivileged(workload: Workload) -> bool:
    """Whether the pods of a workload say that they may not listen on ports below 1024."""
    return workload.representative.environment.get(UNPRIVILEGED, "").lower() == "true"
