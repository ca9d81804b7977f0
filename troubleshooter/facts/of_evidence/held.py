"""What one proxy has, looked up in whichever of its pages says it, with the place where it says so.

Decides: that warming, refused and draining pieces are not in use. None is "no page says", which is not "nothing". Must
not know which request is in question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from troubleshooter.evidence.envoy.dump import (
    ClusterConfig,
    ConfigDump,
    ConfigState,
    EndpointConfig,
    ListenerConfig,
    RouteConfig,
)
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.envoy.status import Clusters, Counter, Host, Stats
from troubleshooter.model import Source

T = TypeVar("T")
USED = frozenset({ConfigState.ACTIVE, ConfigState.STATIC})
UNHEALTHY = {"UNHEALTHY": "failed_eds_health", "DRAINING": "eds_status_draining", "TIMEOUT": "failed_eds_health"}
"""Envoy's health words of an endpoint configuration, as the flags of `/clusters` (admin/v3/clusters.proto)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Generic[T]):
    """Something a proxy has, and where a page says so."""

    value: T
    source: Source


@dataclass(frozen=True, slots=True)
class Held:
    """What a proxy has."""

    proxy: Proxy

    @property
    def whole(self) -> bool:
        """Whether a dump with the proxy's own bootstrap is there, as `/config_dump` writes it: from what was asked for
        in part (by a port, or a host) nothing follows about what is not in it."""
        return any(page.value.node.id for page in self.proxy.of(ConfigDump))

    def clusters(self) -> list[Piece[ClusterConfig]] | None:
        """All clusters of its dumps, in any state; None where no dump has this part."""
        return _listed((page.name, page.value.clusters) for page in self.proxy.of(ConfigDump))

    def routes(self) -> list[Piece[RouteConfig]] | None:
        """All route configurations, in any state."""
        return _listed((page.name, page.value.routes) for page in self.proxy.of(ConfigDump))

    def listeners(self) -> list[Piece[ListenerConfig]] | None:
        """All listeners, in any state."""
        return _listed((page.name, page.value.listeners) for page in self.proxy.of(ConfigDump))

    def cluster(self, name: str) -> Piece[ClusterConfig] | None:
        """The cluster of that name that is in use."""
        return next((one for one in self.clusters() or () if one.value.name == name and one.value.state in USED), None)

    def route_config(self, name: str) -> Piece[RouteConfig] | None:
        """The route configuration of that name that is in use."""
        return next((one for one in self.routes() or () if one.value.name == name and one.value.state in USED), None)

    def hosts(self, cluster: str) -> Piece[tuple[Host, ...]] | None:
        """The endpoints of a cluster with their health; None where no page says."""
        for page in self.proxy.of(Clusters):
            status = page.value.by_name.get(cluster)
            if status is not None:
                line = next((host.line for host in status.hosts), status.line)
                return Piece(value=status.hosts, source=Source(file=page.name, line=line, text=_told(status.hosts)))
        configs = _listed((page.name, page.value.endpoints) for page in self.proxy.of(ConfigDump))
        if configs is None or self.cluster(cluster) is None:
            return None
        hosts = tuple(_host(one.value) for one in configs if one.value.cluster == cluster)
        return Piece(value=hosts, source=Source(file=configs[0].source.file if configs else "", text=_told(hosts)))

    def limits(self, cluster: str) -> Piece[Mapping[str, int]] | None:
        """The limits of a cluster (circuit breakers), by Envoy's names."""
        for page in self.proxy.of(Clusters):
            status = page.value.by_name.get(cluster)
            if status is not None and status.limits:
                text = ", ".join(f"{name} {value}" for name, value in status.limits.items())
                return Piece(value=status.limits, source=Source(file=page.name, line=status.line, text=text))
        return None

    def counter(self, scope: str, owner: str, name: str) -> Piece[Counter] | None:
        """A counter; None where no page has it, which is not the same as 0."""
        for page in self.proxy.of(Stats):
            found = page.value.of(scope, owner, name)
            if found is not None:
                text = f"{'.'.join(part for part in (scope, owner, name) if part)}: {found.value}"
                return Piece(value=found, source=Source(file=page.name, line=found.line, text=text))
        return None

    def counters(self, scope: str, end: str) -> Iterator[tuple[str, str]]:
        """Owner and name of every counter of a scope whose name ends like this."""
        for page in self.proxy.of(Stats):
            for owner, names in page.value.scopes.get(scope, {}).items():
                yield from ((owner, name) for name in names if name.endswith(end))

    def counted(self, scope: str, owner: str, name: str) -> Piece[Counter] | None:
        """A counter that is above 0."""
        found = self.counter(scope, owner, name)
        return found if found and found.value.value > 0 else None


Config = TypeVar("Config", ListenerConfig, RouteConfig, ClusterConfig, EndpointConfig)


def _listed(parts: Iterable[tuple[str, tuple[Config, ...] | None]]) -> list[Piece[Config]] | None:
    found = [(name, part) for name, part in parts if part is not None]
    return list(_pieces(found)) if found else None


def _pieces(parts: Iterable[tuple[str, tuple[Config, ...]]]) -> Iterator[Piece[Config]]:
    for name, part in parts:
        for one in part:
            called = one.cluster if isinstance(one, EndpointConfig) else one.name
            yield Piece(value=one, source=Source(file=name, text=f"{called or 'without a name'} at {one.place}"))


def _host(endpoint: EndpointConfig) -> Host:
    flag = UNHEALTHY.get(endpoint.health)
    return Host(
        address=endpoint.address,
        port=endpoint.port,
        flags=frozenset([flag] if flag else []),
        priority=endpoint.priority,
        locality=endpoint.locality,
        weight=endpoint.weight,
    )


def _told(hosts: tuple[Host, ...]) -> str:
    """The endpoints in a few words."""
    if not hosts:
        return "no endpoints"
    first = [f"{h.address}:{h.port} {'/'.join(sorted(h.flags)) or 'healthy'}" for h in hosts[:3]]
    return ", ".join(first) + (f" and {len(hosts) - 3} more" if len(hosts) > 3 else "")
