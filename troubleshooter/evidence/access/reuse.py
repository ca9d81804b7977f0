"""Connections that a proxy uses again, as its access log shows them.

Decides: how long the connection of a request had been idle, where an earlier line of the same proxy names the same
connection. Must not know: what follows from it.

A line names both ends of the connection to the upstream host, and a port of the proxy stands for one connection at a
time. Memory is bounded: of very many connections the longest unused are forgotten, and nothing is said of them then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from troubleshooter.evidence.access.entry import AccessLogEntry
from troubleshooter.evidence.access.times import moment

MAX_CONNECTIONS = 20_000


class Connections:
    """The connections of a log: when each was last in use."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str, str], datetime] = {}

    def idle_before(self, entry: AccessLogEntry) -> float | None:
        """For how many seconds the connection of a request had been idle; None where no line before it names the
        connection, or requests on it overlap. The request is then the last use."""
        begin = moment(entry.start_time)
        if not entry.upstream_local or not entry.upstream_host or begin is None:
            return None
        key = (entry.pod, entry.upstream_local, entry.upstream_host)
        last = self._used.pop(key, None)
        self._used[key] = begin + timedelta(milliseconds=entry.duration_ms or 0)
        if len(self._used) > MAX_CONNECTIONS:
            del self._used[next(iter(self._used))]
        return (begin - last).total_seconds() if last is not None and last <= begin else None
