"""What the control plane says, as values.

Decides: nothing; the modules beside this one read texts into these. Names are Istio's; "" stands for what was not said,
None for what the text cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SyncState(StrEnum):
    """What has become of one type of configuration between istiod and a proxy."""

    SYNCED = "synced"
    STALE = "stale"
    """istiod sent, and the proxy has neither taken nor refused it yet. Before errors were shown, a refusal too."""
    NOT_SENT = "not-sent"
    """istiod had nothing to send: no proxy asked for it, or none of it is there."""
    ERROR = "error"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSync:
    """One type (`CDS LDS RDS EDS ECDS` ...). `age` is how many seconds ago it last changed; `error` is why the proxy
    refused it."""

    type: str
    state: SyncState
    age: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySync:
    """A proxy that is connected to istiod. `version` is the proxy's own Istio version, never istiod's; `types` is None
    where the page does not say what has become of them; `line` and `text` are where it stands in a table."""

    pod: str
    namespace: str
    cluster: str = ""
    istiod: str = ""
    version: str = ""
    types: tuple[TypeSync, ...] | None = None
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """The proxies that are connected; `every_istiod` says whether all istiods were asked: each knows only its own."""

    proxies: tuple[ProxySync, ...]
    every_istiod: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A proxy's connection to an istiod, and since when."""

    pod: str
    namespace: str
    since: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """All connections of one istiod."""

    all: tuple[Connection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryService:
    """A service as istiod knows it: of Kubernetes, of a ServiceEntry, of another cluster."""

    host: str
    name: str = ""
    namespace: str = ""
    registry: str = ""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All services that istiod knows, by host."""

    by_host: Mapping[str, tuple[RegistryService, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardEndpoint:
    """An endpoint as istiod has it. `shard` says from which cluster (`Kubernetes/cluster1`)."""

    address: str
    port: int
    port_name: str = ""
    shard: str = ""
    healthy: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointShards:
    """The endpoints of every service of which istiod has any, by host."""

    by_host: Mapping[str, tuple[ShardEndpoint, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedConfig:
    """The Istio objects that istiod uses, as (kind, namespace, name)."""

    objects: frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Something that istiod noted when it made configuration: under which metric, about what."""

    metric: str
    about: str
    proxy: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushStatus:
    """All that istiod noted in its last push."""

    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCluster:
    """Another Kubernetes cluster that istiod reads: `status` is istiod's word (`synced`, `syncing`, `timeout`,
    `closed`); `secret` as NAMESPACE/NAME, "" for istiod's own cluster."""

    id: str
    status: str
    secret: str = ""
    istiod: str = ""
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteClusters:
    """All clusters that istiod reads."""

    all: tuple[RemoteCluster, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Which versions of Istio run: by control plane (revision or component, "" for the only one), and of proxies (by
    revision, "" where it is not said)."""

    control_planes: tuple[tuple[str, str], ...] = ()
    proxies: tuple[tuple[str, str], ...] = ()
    lines: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class Event(StrEnum):
    """What a line of the log of istiod, or of a proxy's agent, tells."""

    REJECTED = "rejected"
    JWKS = "jwks-fetch-failed"
    JWKS_FETCHED = "jwks-fetched"
    SECRET = "secret-not-given"
    SECRET_DENIED = "secret-denied"
    WATCH = "watch-failed"
    CLUSTER_TIMEOUT = "cluster-timeout"
    CLUSTER_REFUSED = "cluster-refused"
    CLIENT_REFUSED = "client-refused"
    BAD_CERTIFICATE = "bad-certificate"
    RESTARTED = "restarted"
    CANNOT_CONNECT = "cannot-connect"
    NOT_AUTHENTICATED = "not-authenticated"
    NOT_TRUSTED = "not-trusted"
    WRONG_TIME = "wrong-time"
    NO_CONFIG = "no-config"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Something that a log tells, however often: the first line of it, the number of the last, and both their times.

    `about` is what it is about: the proxy (POD.NAMESPACE) that rejected, the issuer, the cluster; `type` the type of
    configuration that was rejected; `why` the reason as it was logged."""

    event: Event
    about: str = ""
    type: str = ""
    why: str = ""
    line: int = 0
    text: str = ""
    count: int = 1
    end: int = 0
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IstiodLog:
    """What a log of istiod tells; `until` is the time of its last line."""

    events: tuple[LogEvent, ...]
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLog:
    """What the log of a proxy's container tells, besides its access log; `pod` is whose it is (NAMESPACE/NAME), as it
    says itself at its start, "" where that line is not there."""

    events: tuple[LogEvent, ...]
    pod: str = ""
