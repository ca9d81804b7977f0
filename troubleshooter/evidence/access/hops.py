"""One request in the logs of several proxies.

Decides: which failed line only repeats what a proxy further on logged of the same request. Must not know what a failure
means.

Lines are of one request where the request id is the same, which Envoy hands on. One proxy sent to the next where the
address to which the one sent is that at which the other took it; and an application sent on what it was asked where its
pod's own proxy logged a failed request from the address at which it is reached. A line says that the failure came from
further on by `via_upstream` or by a reset; a connection that was never made, a timeout or a refusal of its own is the
proxy's. A client that left is nobody's cause: of several proxies that lost their client, and of one whose client was
a proxy that gave up, the one nearest to the first client tells.

Sources: Envoy, docs: http/http_conn_man/headers.rst (x-request-id), http/http_conn_man/response_code_details.rst.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from troubleshooter.evidence.access.details import details_key
from troubleshooter.evidence.access.entry import CLIENT_LEFT_FLAGS, AccessLogEntry, Side, parse_cluster

MAX_LINES = 16
"""Lines of one request that are held against each other; an id that more lines share names no request."""

_FROM_FURTHER_ON = frozenset(
    {"via_upstream", "upstream_reset_before_response_started", "upstream_reset_after_response_started"}
)
_NEVER_CONNECTED = "UF"


def repeated(failed: Iterable[AccessLogEntry]) -> frozenset[int]:
    """The places, counted from 0, of the failed lines that repeat what another of them tells from further on."""
    by_request: dict[str, list[tuple[int, AccessLogEntry]]] = defaultdict(list)
    for place, entry in enumerate(failed):
        if entry.request_id:
            by_request[entry.request_id].append((place, entry))
    lines = (lines for lines in by_request.values() if 1 < len(lines) <= MAX_LINES)
    return frozenset(place for some in lines for place in _repeated_of(some))


def _repeated_of(lines: Sequence[tuple[int, AccessLogEntry]]) -> list[int]:
    found = [
        place for place, entry in lines if any(_leads_to(entry, other) or _left(entry, other) for _, other in lines)
    ]
    return found if len(found) < len(lines) else []


def _left(entry: AccessLogEntry, other: AccessLogEntry) -> bool:
    """Whether the client that left is the proxy of the other line, which failed for a reason of its own, or lost its
    own client."""
    if entry is other or not entry.client_left or _came_from_further_on(other):
        return False
    if entry.upstream_host and entry.upstream_host == other.downstream_local:
        return False
    named = parse_cluster(entry.sni) if entry.side is Side.INBOUND else None
    sent_here = bool(other.upstream_host) and other.upstream_host == entry.downstream_local
    return sent_here or (named is not None and named == other.cluster)


def _leads_to(entry: AccessLogEntry, other: AccessLogEntry) -> bool:
    if entry is other or not _came_from_further_on(entry) or not CLIENT_LEFT_FLAGS.isdisjoint(other.flags):
        return False
    if entry.upstream_host and entry.upstream_host == other.downstream_local:
        return True
    same_pod = _host(entry.downstream_local) and _host(entry.downstream_local) == _host(other.downstream_remote)
    sent_on = entry.side is Side.INBOUND and other.side is not Side.INBOUND and bool(same_pod)
    return sent_on and _as_bad(entry, other)


def _came_from_further_on(entry: AccessLogEntry) -> bool:
    if _NEVER_CONNECTED in entry.flags:
        return False
    return details_key(entry.details).base in _FROM_FURTHER_ON if entry.details else not entry.flags


def _as_bad(entry: AccessLogEntry, other: AccessLogEntry) -> bool:
    """Whether an application may have failed by the other failure: many do well without what they do not find."""
    status = other.response_code or 0
    return status in (0, entry.response_code) or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _host(address: str) -> str:
    return address.rpartition(":")[0]
