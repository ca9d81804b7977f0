"""Requests that were answered only at a later try, where the format of the log has the number of tries.

Decides: how many there were at each destination. Must not know how many are many. Lines of the proxy beside an
application tell nothing of it: that one sends no request again.

Memory is bounded, and what is counted does not depend on the order of lines: of more than MAX_CLUSTERS destinations
nothing is told.

Source: Envoy, docs: substitution_formatter.rst, %UPSTREAM_REQUEST_ATTEMPT_COUNT% (since 1.20): 1 is a request without
retries, 0 one that was never sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from troubleshooter.evidence.access.entry import AccessLogEntry, Side

MAX_CLUSTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswers:
    """Of the `requests` to a cluster so many were `late`, which is answered well at a later try; `example` is the first
    of these that was read."""

    cluster: str
    requests: int
    late: int
    example: AccessLogEntry


@dataclass(slots=True)
class _Count:
    requests: int = 0
    late: int = 0
    example: AccessLogEntry | None = None


@dataclass(slots=True)
class Tries:
    """The requests of a log whose number of tries is known, by cluster; None where there are too many clusters."""

    counts: dict[str, _Count] | None = field(default_factory=dict)

    def add(self, entry: AccessLogEntry) -> None:
        """One line."""
        if self.counts is None or not entry.attempts or not entry.upstream_cluster or entry.side is Side.INBOUND:
            return
        count = self.counts.setdefault(entry.upstream_cluster, _Count())
        count.requests += 1
        if entry.attempts > 1 and not entry.failed:
            count.late += 1
            count.example = count.example or entry
        if len(self.counts) > MAX_CLUSTERS:
            self.counts = None

    def told(self) -> tuple[LateAnswers, ...]:
        """Each destination at which any was late, in the order of their names."""
        return tuple(
            LateAnswers(cluster=cluster, requests=count.requests, late=count.late, example=count.example)
            for cluster, count in sorted((self.counts or {}).items())
            if count.example is not None
        )
