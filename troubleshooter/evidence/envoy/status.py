"""What a proxy says of its work: hosts and their health, counters, certificates, itself.

Decides: nothing; the readers of `/clusters`, `/stats`, `/certs`, `/listeners` and `/server_info` make these. Sources:
envoy/admin/v3/{clusters,certs,listeners,server_info}.proto, docs: operations/admin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshooter.evidence.envoy.dump import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """An endpoint as the proxy sees it. `flags` are the reasons why it is not healthy, in Envoy's words of the text
    form (`failed_eds_health`, `failed_outlier_check`, ...), none for a healthy one; `counters` its own (`cx_total`,
    `cx_connect_fail`, `rq_error`, ...); `line` of the text form, None for JSON."""

    address: str
    port: int
    flags: frozenset[str] = frozenset()
    priority: int = 0
    locality: str = ""
    weight: int = 1
    counters: Mapping[str, int] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterStatus:
    """A cluster with its hosts. `limits` are those of the default priority (`max_connections`, ...); `line` is its
    first in the text form."""

    name: str
    hosts: tuple[Host, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """`/clusters`, in either form, by name."""

    by_name: Mapping[str, ClusterStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter or gauge with the line it stands on, None in JSON."""

    value: int
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`/stats`, in any of its forms. Of a counter such as `cluster.outbound|80||h.upstream_rq_total` the scope is
    `cluster`, its owner `outbound|80||h` (whatever delimiter newer Istio ends it with is taken off), its name
    `upstream_rq_total`. Scopes: `cluster`, `listener`, `http`, `tcp`, `sds`; all others have the scope "" and no
    owner."""

    scopes: Mapping[str, Mapping[str, Mapping[str, Counter]]]

    def of(self, scope: str, owner: str, name: str) -> Counter | None:
        """One counter; None where it is not there, which is not the same as 0."""
        return self.scopes.get(scope, {}).get(owner, {}).get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate that a proxy uses or trusts. Times as Envoy writes them (RFC 3339); `line` where it stands in a
    table, None for JSON."""

    path: str
    serial: str
    names: tuple[str, ...] = ()
    valid_from: str = ""
    expires: str = ""
    days_left: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """`/certs`, or what istioctl prints of the secrets: what it trusts, and the chain that it shows."""

    roots: tuple[Certificate, ...] = ()
    chain: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundListener:
    """A listener of `/listeners`."""

    name: str
    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundListeners:
    """`/listeners`, in either form."""

    all: tuple[BoundListener, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """`/server_info`: `state` is LIVE, DRAINING, PRE_INITIALIZING or INITIALIZING; `uptime` in seconds."""

    version: str = ""
    state: str = ""
    uptime: int | None = None
    node: Node = field(default_factory=Node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`/ready`: the word that it answers with (LIVE, PRE_INITIALIZING, ...)."""

    state: str
