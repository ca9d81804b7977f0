"""Many connections of ztunnels, a few failures.

Decides: which connections failed in the same way. Must not know what an error means. The same failure: same error but
for the addresses in it, same direction, same destination, and the same namespace of the source. Memory is bounded:
after MAX_FAILURES, connections of a new failure are only counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias

from troubleshooter.evidence.ambient.ztunnel_log import ZtunnelEntry

MAX_FAILURES = 500

_ADDRESS = re.compile(
    r"\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?(?::[0-9]{1,5})?|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?"
)
_Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelFailure:
    """Connections that failed in the same way: how many, the earliest and the latest time as logged, and the one that
    was read first."""

    count: int
    first: str
    last: str
    example: ZtunnelEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtunnelLog:
    """What logs of ztunnels say: `failures`, the most frequent first; the number of `connections` that ended or were
    refused, how many of them `failed`, and how many of those are in no failure."""

    failures: tuple[ZtunnelFailure, ...] = ()
    connections: int = 0
    failed: int = 0
    ungrouped: int = 0


class ZtunnelTally:
    """Takes one entry after another, in any order."""

    def __init__(self) -> None:
        self._failures: dict[_Key, ZtunnelFailure] = {}
        self._connections = self._failed = self._ungrouped = 0

    def add(self, entry: ZtunnelEntry) -> None:
        """Count a connection; that it was opened says nothing yet."""
        if entry.event == "opened":
            return
        self._connections += 1
        if not entry.failed:
            return
        self._failed += 1
        key, one = _key(entry), ZtunnelFailure(count=1, first=entry.time, last=entry.time, example=entry)
        known = self._failures.get(key)
        if known is not None:
            self._failures[key] = _both(known, one)
        elif len(self._failures) < MAX_FAILURES:
            self._failures[key] = one
        else:
            self._ungrouped += 1

    def log(self) -> ZtunnelLog:
        """All that was added."""
        found = sorted(self._failures.values(), key=lambda one: (-one.count, one.first, one.example.error))
        return ZtunnelLog(
            failures=tuple(found), connections=self._connections, failed=self._failed, ungrouped=self._ungrouped
        )


def _key(entry: ZtunnelEntry) -> _Key:
    to = entry.service or f"{entry.destination_namespace}/{entry.destination_workload}".strip("/")
    to = to or entry.hbone_destination or entry.destination
    return (_ADDRESS.sub("{address}", entry.error), entry.direction, to, entry.source_namespace)


def _both(known: ZtunnelFailure, other: ZtunnelFailure) -> ZtunnelFailure:
    first, last = min(known.first, other.first), max(known.last, other.last)
    return replace(known, count=known.count + other.count, first=first, last=last)
