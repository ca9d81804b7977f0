"""Many log lines, a few failures.

Decides: which entries are the same failure, and how many there are of each. Must not know: what a failure means.

The same failure: same status, flags (as a set), details (without texts that vary), cluster, and place (`places`). A
line that repeats what a proxy further on logged of the same request is counted there (`hops`). How it comes again is
`recurrence`.

Memory is bounded whatever the log holds. What is kept of one *kind* (all but the place) are at most MAX_PLACES groups:
a kind with more gives up the paths of all its groups, then their authorities, so that counts stay exact and do not
depend on the order of lines. After MAX_KINDS kinds, entries of a new kind are only counted (`LogSummary.ungrouped`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from troubleshooter.evidence.access.connections_of_ztunnel import entry_of_ztunnel
from troubleshooter.evidence.access.delays import Delayed, Delays
from troubleshooter.evidence.access.details import DetailsKey, classify_transport_failure, details_key
from troubleshooter.evidence.access.entry import AccessLogEntry, Side, SkippedLine, SkipReason
from troubleshooter.evidence.access.hops import repeated
from troubleshooter.evidence.access.late_answers import LateAnswers, Tries
from troubleshooter.evidence.access.lines import ParsedLine
from troubleshooter.evidence.access.places import Place, place_of
from troubleshooter.evidence.access.recurrence import Common, Others, Recurrence, Repeats, recurrence_of
from troubleshooter.evidence.access.reuse import Connections
from troubleshooter.evidence.access.times import Clock
from troubleshooter.evidence.ambient.errors import ZtunnelError, ztunnel_error
from troubleshooter.evidence.ambient.ztunnel_log import ZtunnelEntry

MAX_KINDS = 500
MAX_PLACES = 40
MAX_TOGETHER = 10_000
VAGUE = (ZtunnelError.REFUSED, ZtunnelError.OTHER)
"""Errors of ztunnel that do not say what to look for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Entries of one failure. `count` of the `lines` entries of the log, a `share` between 0 and 1; `first` and `last`
    are the earliest and latest times as logged; `authority` and `path` are "" where the group spans several; `flags`
    are sorted; `example` is the entry that was read first; `recurrence` is how the failure comes again."""

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
    recurrence: Recurrence

    @property
    def share(self) -> float:
        return self.count / self.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """A whole log: `groups`, biggest first; the number of access log `entries`, how many of them `failed`, how many of
    those are in no group, how many only repeat what a proxy further on logged of the same request (`repeated`); how
    many lines were skipped, by reason; the destinations where requests were answered at a later try (`late`); and
    those to which they were `delayed` on purpose."""

    groups: tuple[FailureGroup, ...] = ()
    entries: int = 0
    failed: int = 0
    ungrouped: int = 0
    repeated: int = 0
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)
    late: tuple[LateAnswers, ...] = ()
    delayed: tuple[Delayed, ...] = ()


def group_failures(lines: Iterable[ParsedLine]) -> tuple[FailureGroup, ...]:
    """The failures among `lines`, biggest first; see `summarise`."""
    return summarise(lines).groups


def summarise(lines: Iterable[ParsedLine]) -> LogSummary:
    """Counts and groups of everything that `parse_lines` gives, in one pass at bounded memory. The result is the same
    for the same lines, and but for `example` and idle times it does not depend on their order, unless there are more
    than MAX_KINDS kinds, or more than MAX_TOGETHER failures: only lines that stand so near are then known to be of one
    request."""
    connections, failures, others, clock = Connections(), _Failures(), Others(), Clock()
    tries, delays = Tries(), Delays()
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
        second = clock.second(line.start_time)
        others.far_logs.add(line, second)
        others.tls_ports.add(line)
        tries.add(line)
        delays.add(line)
        if not line.failed:
            others.passed.add(line, second)
            continue
        failed += 1
        failures.add(line, second, None if line.client_left else idle)  # that connection leads to the endpoint
    failures.count()
    return LogSummary(
        groups=_groups(failures.kinds, entries, others),
        entries=entries,
        failed=failed,
        ungrouped=failures.ungrouped,
        repeated=failures.repeated,
        skipped=dict(skipped),
        late=tries.told(),
        delayed=delays.told(),
    )


class _Failed(NamedTuple):
    """A failed line, the second at which it began, and for how long its connection had been idle."""

    entry: AccessLogEntry
    second: int | None
    idle: float | None


@dataclass(slots=True)
class _Failures:
    """Failed lines: those that wait to be held against each other, and the groups of those that were counted."""

    waiting: list[_Failed] = field(default_factory=list)
    kinds: dict[_Kind, _Places] = field(default_factory=dict)
    ungrouped: int = 0
    repeated: int = 0

    def add(self, entry: AccessLogEntry, second: int | None, idle: float | None) -> None:
        self.waiting.append(_Failed(entry, second, idle))
        if len(self.waiting) == MAX_TOGETHER:
            self.count()

    def count(self) -> None:
        """Count those that wait: of one request at several proxies, only what the last of them logged."""
        again = repeated(line.entry for line in self.waiting)
        self.repeated += len(again)
        for number, line in enumerate(self.waiting):
            if number in again:
                continue
            kind = _kind_of(line.entry)
            if kind not in self.kinds and len(self.kinds) == MAX_KINDS:
                self.ungrouped += 1
            else:
                self.kinds.setdefault(kind, _Places()).add(line)
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


@dataclass(slots=True)
class _Tally:
    first: str
    last: str
    example: AccessLogEntry
    repeats: Repeats

    def add(self, line: _Failed) -> None:
        start = line.entry.start_time
        self.first = min(self.first, start)
        self.last = max(self.last, start)
        self.repeats.add(*line)

    def take(self, other: _Tally) -> None:
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.repeats.take(other.repeats)


_COARSER: tuple[Callable[[Place], Place], ...] = (
    lambda place: place,
    lambda place: Place(place.authority, ""),
    lambda _: Place("", ""),
)
"""How much of a place still tells groups apart: all, the authority, nothing."""


@dataclass(slots=True)
class _Places:
    """The groups of one kind. `coarseness` only grows."""

    coarseness: int = 0
    tallies: dict[Place, _Tally] = field(default_factory=dict)

    def add(self, line: _Failed) -> None:
        place = _COARSER[self.coarseness](place_of(line.entry))
        tally = self.tallies.get(place)
        if tally is None:
            start = line.entry.start_time
            tally = self.tallies[place] = _Tally(start, start, line.entry, Repeats())
        tally.add(line)
        while len(self.tallies) > MAX_PLACES:
            self.coarseness += 1
            tallies, self.tallies = self.tallies, {}
            for known, told in tallies.items():
                self._take(known, told)

    def _take(self, place: Place, tally: _Tally) -> None:
        known = self.tallies.setdefault(_COARSER[self.coarseness](place), tally)
        if known is not tally:
            known.take(tally)


def _groups(kinds: Mapping[_Kind, _Places], entries: int, others: Others) -> tuple[FailureGroup, ...]:
    groups = [
        FailureGroup(
            count=tally.repeats.count,
            lines=entries,
            first=tally.first,
            last=tally.last,
            example=tally.example,
            recurrence=recurrence_of(tally.repeats, others, _common(kind, place, tally)),
            **kind._asdict(),
            **place._asdict(),
        )
        for kind, places in kinds.items()
        for place, tally in places.tallies.items()
    ]
    return tuple(sorted(groups, key=_order))


def _common(kind: _Kind, place: Place, tally: _Tally) -> Common:
    side = tally.example.side
    return Common(
        place=place,
        cluster=kind.cluster,
        inbound=None if side is Side.UNKNOWN else side is Side.INBOUND,
        address="" if tally.example.authority else tally.example.downstream_local,
        first=tally.first,
        last=tally.last,
        example=tally.example,
    )


def _order(group: FailureGroup) -> tuple[object, ...]:
    """Biggest first, but for clients that left when they liked, and for what looks like health checks: others fail
    before them; of as many, lines of ztunnel that do not say what to look for come last; then by its first time, and
    by its words."""
    at_will = group.recurrence.checks or (group.example.client_left and group.recurrence.lasted is None)
    words = (group.authority, group.path, group.cluster, group.flags, group.details.names, group.response_code or 0)
    vague = not group.flags and ztunnel_error(group.example.connection_termination_details) in VAGUE
    return (at_will, -group.count, vague, group.first, *words, group.details.transport_failure)
