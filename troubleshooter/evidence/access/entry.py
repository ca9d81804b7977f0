"""One line of Istio's access log as a value.

Decides: what a line says by itself: whether the request failed, and which side of which proxy speaks. Must not know:
formats (`text_form`, `json_form`), meshes, or what a flag means (the knowledge base does).

An absent value ("-" in text, null in JSON) is "" or None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

FAILURE_FLAGS = frozenset(
    "DF DO DPE DT FI IH LH LR NC NFCF NR OM RL RLSE SI UAEX UC UDO UF UH UMSDR UO UPE UR URX UT".split()  # noqa: SIM905 - a line of flags reads better than a column
)
"""Response flags that mean a failure, whatever the status. Envoy, docs: substitution_formatter.rst,
%RESPONSE_FLAGS%."""

CLIENT_LEFT_FLAGS = frozenset({"DC", "DR"})
"""The client went away: a failure only if it had no answer yet."""

SWITCHED, EITHER_END = 101, frozenset({"UC", "DC"})
"""After 101 (a WebSocket) the connection belongs to both ends, and either may close it."""

LOCAL_CLOSE = "downstream_local_disconnect"
"""How Envoy's details begin where the proxy itself closed the connection to the client."""

KNOWN_FLAGS = FAILURE_FLAGS | CLIENT_LEFT_FLAGS | {"DI", "RFCF"}
"""All flags of Envoy 1.40. `DI` (delayed on purpose) and `RFCF` (answered from a cache) are no failures."""


class Side(StrEnum):
    """What the proxy that wrote the line did with the request, as far as the name of the cluster tells."""

    OUTBOUND = "outbound"
    """It sent it to a service: a caller's sidecar, a gateway or a waypoint."""
    INBOUND = "inbound"
    """It is the target's sidecar."""
    PASSTHROUGH = "passthrough"
    """A caller's sidecar sent it on to the address that was asked for: the mesh does not know the destination."""
    BLACKHOLE = "blackhole"
    """A caller's sidecar dropped it: the mesh does not know the destination and lets nothing else out."""
    UNKNOWN = "unknown"


_SIDES = {
    "outbound": Side.OUTBOUND,
    "inbound": Side.INBOUND,
    "inbound-vip": Side.OUTBOUND,  # clusters of a waypoint, towards the service or pod that it serves
    "inbound-pod": Side.OUTBOUND,
    "PassthroughCluster": Side.PASSTHROUGH,
    "InboundPassthroughCluster": Side.INBOUND,
    "InboundPassthroughClusterIpv4": Side.INBOUND,
    "InboundPassthroughClusterIpv6": Side.INBOUND,
    "BlackHoleCluster": Side.BLACKHOLE,
}
_CLUSTER_NAME = re.compile(
    r"(?P<direction>[a-z-]+)(?P<bar>\||_\.)(?P<port>[0-9]{1,5})(?P=bar)(?P<subset>[^|]*?)(?P=bar)(?P<host>.*)"
)
_CALL = re.compile(r"/[A-Za-z_][\w.]*/\w+")
_FIRST_ERROR_STATUS = 400

BLOCK_ALL = "block_all"
"""The route that answers 502 for unknown hosts under REGISTRY_ONLY (Istio: pilot/pkg/networking/util/util.go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterName:
    """The parts of a name such as `outbound|8080|v1|reviews.default.svc.cluster.local`. Before Istio 1.8 the `subset`
    of an inbound cluster was the name of the port."""

    direction: str
    port: int
    subset: str
    host: str


def parse_cluster(name: str) -> ClusterName | None:
    """The parts of an Envoy cluster name that istiod made, or of an SNI in the same form with `_.` for `|`; None for
    any other name. Istio: BuildSubsetKey and BuildDNSSrvSubsetKey in pilot/pkg/model/service.go."""
    match = _CLUSTER_NAME.fullmatch(name)
    if match is None or match["direction"] not in _SIDES:
        return None
    return ClusterName(
        direction=match["direction"], port=int(match["port"]), subset=match["subset"], host=match["host"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogEntry:
    """One request (or TCP connection) as a proxy logged it. Times, addresses and names are as logged; `flags` in logged
    order; `file`, `line` and `text` say where it stands; `pod` is known only from a prefix that kubectl or stern wrote.
    The fields up to `route_name` have the order of Istio's text format. `attempts` counts the tries to send it on, 0
    where there was none; Istio's own formats do not have it."""

    start_time: str
    method: str = ""
    path: str = ""
    protocol: str = ""
    response_code: int | None = None
    flags: tuple[str, ...] = ()
    details: str = ""
    connection_termination_details: str = ""
    transport_failure: str = ""
    bytes_received: int | None = None
    bytes_sent: int | None = None
    duration_ms: int | None = None
    upstream_service_time_ms: int | None = None
    forwarded_for: str = ""
    user_agent: str = ""
    request_id: str = ""
    authority: str = ""
    upstream_host: str = ""
    upstream_cluster: str = ""
    upstream_local: str = ""
    downstream_local: str = ""
    downstream_remote: str = ""
    sni: str = ""
    route_name: str = ""
    attempts: int | None = None
    file: str = ""
    line: int = 0
    text: str = ""
    pod: str = ""

    @property
    def is_tcp(self) -> bool:
        """No HTTP was read: a TCP connection, or one that was refused before any HTTP."""
        return not (self.method or self.protocol or self.response_code)

    @property
    def failed(self) -> bool:
        """An error status, a flag that means failure, a connection that the proxy ended itself, or no answer at all. A
        flag that nobody knows counts as a failure only where there was no answer."""
        if self.response_code == SWITCHED and EITHER_END.issuperset(self.flags):
            return False
        if (self.response_code or 0) >= _FIRST_ERROR_STATUS or not FAILURE_FLAGS.isdisjoint(self.flags):
            return True
        if self.response_code:
            return False
        if self.is_tcp:
            return bool(self.connection_termination_details or self.unknown_flags)
        return self.response_code == 0 or bool(self.flags)

    @property
    def client_left(self) -> bool:
        """Whether the client went away, or cancelled the request, before any answer began: not one that this proxy
        itself closed."""
        return (
            not self.response_code
            and not self.is_tcp
            and not CLIENT_LEFT_FLAGS.isdisjoint(self.flags)
            and not self.details.startswith(LOCAL_CLOSE)
        )

    @property
    def connected(self) -> bool:
        """Whether the proxy had a connection to the endpoint that it names: then it has an end of its own. Formats that
        leave out the proxy's own addresses tell the endpoint alone."""
        return bool(self.upstream_host) and bool(self.upstream_local or not self.downstream_local)

    @property
    def looks_like_grpc(self) -> bool:
        """Whether it is shaped as a call of gRPC, which may be a stream: POST /package.Service/Method. Browsers send
        such calls (gRPC-Web) over HTTP/1.1 too."""
        called = self.method == "POST" and _CALL.fullmatch(self.path) is not None
        surely = self.protocol.startswith("HTTP/2") or "." in self.path
        return (called and surely) or self.user_agent.startswith("grpc-")

    @property
    def unknown_flags(self) -> tuple[str, ...]:
        """Flags that Envoy did not have when this was written."""
        return tuple(f for f in self.flags if f not in KNOWN_FLAGS)

    @property
    def cluster(self) -> ClusterName | None:
        """The parts of the chosen cluster's name; None where none was chosen, or it has another form."""
        return parse_cluster(self.upstream_cluster)

    @property
    def side(self) -> Side:
        """What the proxy did with the request."""
        if self.route_name == BLOCK_ALL:
            return Side.BLACKHOLE
        return _SIDES.get(self.upstream_cluster.split("|", 1)[0].split("_.", 1)[0], Side.UNKNOWN)


_FILL = tuple(getattr(AccessLogEntry, field.name).__set__ for field in fields(AccessLogEntry))


def entry_of(values: Iterable[object]) -> AccessLogEntry:
    """The entry with `values` for its fields, in their order. Slots are filled directly: the constructor of a frozen
    class takes twice the time, and more of it than all the rest of reading a line."""
    entry = object.__new__(AccessLogEntry)
    for fill, value in zip(_FILL, values, strict=True):
        fill(entry, value)
    return entry


class SkipReason(StrEnum):
    """Why a line is no entry."""

    BLANK = "blank"
    OTHER = "other"
    """Something else, such as the proxy's own log."""
    DAMAGED = "damaged"
    """It begins as an access log line and cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    """A line that is no access log line, with its place; `text` is its beginning."""

    why: SkipReason
    file: str = ""
    line: int = 0
    text: str = ""
