"""Many log lines, a few failures.

Decides: which entries are the same failure, and how many there are of each. Must not know: what a failure means.

The same failure: same status, flags (as a set), details (without texts that vary), cluster, and place, which is the
authority (or, where no HTTP was read, SNI and destination address) and the path without query, numbers and ids. A line
that repeats what a proxy further on logged of the same request is counted there (`hops`).

Memory is bounded whatever the log holds. What is kept of one *kind* (all but the place) are at most MAX_PLACES groups:
a kind with more gives up the paths of all its groups, then their authorities, so that counts stay exact and do not
depend on the order of lines. After MAX_KINDS kinds, entries of a new kind are only counted (`LogSummary.ungrouped`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from troubleshooter.evidence.access.connections_of_ztunnel import entry_of_ztunnel
from troubleshooter.evidence.access.details import DetailsKey, classify_transport_failure, details_key
from troubleshooter.evidence.access.entry import AccessLogEntry, SkippedLine, SkipReason
from troubleshooter.evidence.access.hops import repeated
from troubleshooter.evidence.access.lines import ParsedLine
from troubleshooter.evidence.access.reuse import Connections
from troubleshooter.evidence.ambient.ztunnel_log import ZtunnelEntry

MAX_KINDS = 500
MAX_PLACES = 40
MAX_TOGETHER = 10_000

_ID_SEGMENT = re.compile(
    r"[0-9]+"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16,}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Entries of one failure. `count` of the `lines` entries of the log, a `share` between 0 and 1; `first` and `last`
    are the earliest and latest times as logged; `authority` and `path` are "" where the group spans several; `flags`
    are sorted; `example` is the entry that was read first; `idle` is the shortest time in seconds for which a
    connection had been idle before one of these failed on it, None where the log does not tell of any."""

    count: int
    lines: int
    first: str
    last: str
    response_code: int | None
    flags: tuple[str, ...]
    details: DetailsKey
    cluster: str
    authority: str
    path: str
    example: AccessLogEntry
    idle: float | None = None

    @property
    def share(self) -> float:
        return self.count / self.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """A whole log: `groups`, biggest first; the number of access log `entries`, how many of them `failed`, how many of
    those are in no group, how many only repeat what a proxy further on logged of the same request (`repeated`); and how
    many lines were skipped, by reason."""

    groups: tuple[FailureGroup, ...] = ()
    entries: int = 0
    failed: int = 0
    ungrouped: int = 0
    repeated: int = 0
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)


def group_failures(lines: Iterable[ParsedLine]) -> tuple[FailureGroup, ...]:
    """The failures among `lines`, biggest first; see `summarise`."""
    return summarise(lines).groups


def summarise(lines: Iterable[ParsedLine]) -> LogSummary:
    """Counts and groups of everything that `parse_lines` gives, in one pass at bounded memory. The result is the same
    for the same lines, and but for `example` and `idle` it does not depend on their order, unless there are more than
    MAX_KINDS kinds, or more than MAX_TOGETHER failures: only lines that stand so near are then known to be of one
    request."""
    connections, failures = Connections(), _Failures()
    skipped: Counter[SkipReason] = Counter()
    entries = failed = 0
    for line in lines:
        if isinstance(line, SkippedLine):
            skipped[line.why] += 1
            continue
        if isinstance(line, ZtunnelEntry):
            if line.event == "opened":
                continue
            line = entry_of_ztunnel(line)  # noqa: PLW2901 - from here on it is a connection like any other
        entries += 1
        idle = connections.idle_before(line)
        if not line.failed:
            continue
        failed += 1
        failures.add(line, idle)
    failures.count()
    return LogSummary(
        groups=_groups(failures.kinds, entries),
        entries=entries,
        failed=failed,
        ungrouped=failures.ungrouped,
        repeated=failures.repeated,
        skipped=dict(skipped),
    )


@dataclass(slots=True)
class _Failures:
    """Failed lines: those that wait to be held against each other, and the groups of those that were counted."""

    waiting: list[tuple[AccessLogEntry, float | None]] = field(default_factory=list)
    kinds: dict[_Kind, _Places] = field(default_factory=dict)
    ungrouped: int = 0
    repeated: int = 0

    def add(self, entry: AccessLogEntry, idle: float | None) -> None:
        self.waiting.append((entry, idle))
        if len(self.waiting) == MAX_TOGETHER:
            self.count()

    def count(self) -> None:
        """Count those that wait: of one request at several proxies, only what the last of them logged."""
        again = repeated(entry for entry, _ in self.waiting)
        self.repeated += len(again)
        for place, (entry, idle) in enumerate(self.waiting):
            if place in again:
                continue
            kind = _kind_of(entry)
            if kind not in self.kinds and len(self.kinds) == MAX_KINDS:
                self.ungrouped += 1
            else:
                self.kinds.setdefault(kind, _Places()).add(entry, idle)
        self.waiting = []


class _Kind(NamedTuple):
    response_code: int | None
    flags: tuple[str, ...]
    details: DetailsKey
    cluster: str


def _kind_of(entry: AccessLogEntry) -> _Kind:
    key = details_key(entry.details or entry.connection_termination_details)
    failure = classify_transport_failure(entry.transport_failure or key.transport_failure)
    details = DetailsKey(base=key.base, reason=key.reason, transport_failure=failure)
    return _Kind(entry.response_code, tuple(sorted(set(entry.flags))), details, entry.upstream_cluster)


class _Place(NamedTuple):
    authority: str
    path: str


def _place_of(entry: AccessLogEntry) -> _Place:
    if entry.authority:
        return _Place(entry.authority, general_path(entry.path))
    return _Place(f"{entry.sni} {entry.downstream_local}".strip(), "")


def general_path(path: str) -> str:
    """`path` without its query, and `{id}` for segments that are a number, a UUID, or long and hexadecimal."""
    segments = path.split("?", 1)[0].split("#", 1)[0].split("/")
    return "/".join("{id}" if _ID_SEGMENT.fullmatch(segment) else segment for segment in segments)


@dataclass(slots=True)
class _Tally:
    count: int
    first: str
    last: str
    example: AccessLogEntry
    idle: float | None

    def take(self, other: _Tally) -> None:
        self.count += other.count
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.idle = min((idle for idle in (self.idle, other.idle) if idle is not None), default=None)


_COARSER: tuple[Callable[[_Place], _Place], ...] = (
    lambda place: place,
    lambda place: _Place(place.authority, ""),
    lambda _place: _Place("", ""),
)
"""How much of a place still tells groups apart: all, the authority, nothing."""


@dataclass(slots=True)
class _Places:
    """The groups of one kind. `coarseness` only grows."""

    coarseness: int = 0
    tallies: dict[_Place, _Tally] = field(default_factory=dict)

    def add(self, entry: AccessLogEntry, idle: float | None) -> None:
        self._take(_place_of(entry), _Tally(1, entry.start_time, entry.start_time, entry, idle))
        while len(self.tallies) > MAX_PLACES:
            self.coarseness += 1
            tallies, self.tallies = self.tallies, {}
            for place, tally in tallies.items():
                self._take(place, tally)

    def _take(self, place: _Place, tally: _Tally) -> None:
        known = self.tallies.setdefault(_COARSER[self.coarseness](place), tally)
        if known is not tally:
            known.take(tally)


def _groups(kinds: Mapping[_Kind, _Places], entries: int) -> tuple[FailureGroup, ...]:
    groups = [
        FailureGroup(
            count=tally.count,
            lines=entries,
            first=tally.first,
            last=tally.last,
            example=tally.example,
            idle=tally.idle,
            **kind._asdict(),
            **place._asdict(),
        )
        for kind, places in kinds.items()
        for place, tally in places.tallies.items()
    ]
    return tuple(sorted(groups, key=_order))


def _order(group: FailureGroup) -> tuple[object, ...]:
    """Biggest first; what is as big, by its first time, then by its words."""
    words = (group.authority, group.path, group.cluster, group.flags, group.details.names, group.response_code or 0)
    return (-group.count, group.first, *words, group.details.transport_failure)
