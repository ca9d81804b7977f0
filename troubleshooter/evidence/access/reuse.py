"""Connections that a proxy uses again, as its access log shows them.

Decides: how long the connection of a request had been idle, where an earlier line of the same proxy names the same
connection. Must not know: what follows from it.

A line names both ends of the connection to the upstream host, and a port of the proxy stands for one connection at a
time. The next one may get the same port, so one that was unused for LONGEST is taken for another. Where no HTTP is
read, each line is a connection of its own. Memory is bounded: of very many connections the longest unused are
forgotten, and nothing is said of them then.

Source: Envoy, docs: api-v3/config/core/v3/protocol.proto, HttpProtocolOptions.idle_timeout, by default one hour, after
which a proxy itself closes a connection to an upstream host; istiod sets another only where a DestinationRule has it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from troubleshooter.evidence.access.entry import AccessLogEntry
from troubleshooter.evidence.access.times import moment

MAX_CONNECTIONS = 20_000
LONGEST = 3600
"""Seconds for which a proxy keeps a connection that nothing uses."""


class Connections:
    """The connections of a log: when each was last in use."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str, str], datetime] = {}

    def idle_before(self, entry: AccessLogEntry) -> float | None:
        """For how many seconds the connection of a request had been idle; None where no line before it names the
        connection, requests on it overlap, or too long passed for it to be the same. The request is then the last
        use."""
        begin = moment(entry.start_time)
        if entry.is_tcp or not entry.upstream_local or not entry.upstream_host or begin is None:
            return None
        key = (entry.pod, entry.upstream_local, entry.upstream_host)
        last = self._used.pop(key, None)
        try:
            self._used[key] = begin + timedelta(milliseconds=entry.duration_ms or 0)
        except OverflowError:  # no such time: it was no duration
            return None
        if len(self._used) > MAX_CONNECTIONS:
            del self._used[next(iter(self._used))]
        idle = (begin - last).total_seconds() if last is not None else -1.0
        return idle if 0 <= idle <= LONGEST else None
