"""Requests that a proxy delayed on purpose, and that arrived all the same.

Decides: how many there were at each destination. Must not know who asked for it. Memory is bounded: of more than
MAX_CLUSTERS destinations nothing more is told than of the first.

Source: Envoy, docs: substitution_formatter.rst, the flag DI, which the fault filter alone sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from troubleshooter.evidence.access.entry import AccessLogEntry

MAX_CLUSTERS = 200
FLAG = "DI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed:
    """So many `requests` to a cluster were delayed and sent on; `example` is the first of them that was read."""

    cluster: str
    requests: int
    example: AccessLogEntry


@dataclass(slots=True)
class Delays:
    """The requests of a log that were delayed, by cluster."""

    counts: dict[str, tuple[int, AccessLogEntry]] = field(default_factory=dict)

    def add(self, entry: AccessLogEntry) -> None:
        """One line."""
        if FLAG not in entry.flags or not entry.upstream_host:
            return
        if entry.upstream_cluster in self.counts or len(self.counts) < MAX_CLUSTERS:
            count, example = self.counts.get(entry.upstream_cluster, (0, entry))
            self.counts[entry.upstream_cluster] = count + 1, example

    def told(self) -> tuple[Delayed, ...]:
        """Each destination, in the order of their names."""
        return tuple(
            Delayed(cluster=cluster, requests=count, example=example)
            for cluster, (count, example) in sorted(self.counts.items())
        )
