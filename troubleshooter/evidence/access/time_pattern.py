"""How failures are spread over time, beside the requests that could have failed the same way and did not.

Decides: whether a failure comes always, as a share, in bursts, since a moment, or came for a while that is over; ""
where the lines do not tell. Must not know what failed, or lines. What is said does not depend on the order of lines.

- *always*: no such request succeeded, for longer than a burst lasts.
- *since-change*: all such requests succeeded until a moment, and none did after it, for longer than a burst lasts.
- *outage*: for longer than a burst lasts all such requests failed, and all succeeded before (as far as the log goes
  back) and after.
- *bursts*: failures stand together, for at most BURST seconds at a time, and between these runs nothing failed though
  so much succeeded that a share would have shown.
- *share*: each third of all such requests has its part of the failures, and no busy time is without any, for longer
  than a burst lasts.

Each needs ENOUGH lines. Where failures are few, or came for a while in which others like them succeeded, there is no
word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

MAX_BINS = 64
"""So many times are told apart; where there are more, times that are near count as one."""

ENOUGH = 5
"""So many lines are needed. Where each request fails by chance in one half of all cases, five in a row that do not are
seen in one case of 32; where 5 failures were to be expected and none came, it was chance in one case of 150."""

BURST = 60
"""Seconds. Replacing a pod, a push of configuration to all proxies and a reload are over by then."""

QUIET = 10
"""Seconds without a failure between two bursts, and those in which a change takes hold at all proxies."""

TOGETHER = 3
"""Failures in a burst, on average: single ones are none."""

BUSY = 10
"""A time is busy where an even spread would give it so many failures: that it has none by chance is seen once in 20 000
times."""

THIRDS = 3
EVEN = 3
"""A third of the requests has at least one in EVEN of the failures that an even spread would give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A word for how failures are spread, "" where it is not known; `since` is the second (Unix time) at which they
    began, where they came with a change or an outage and requests before it succeeded; `until` that of the last one of
    an outage."""

    word: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(slots=True)
class Times:
    """How many lines there are of each time. Memory is bounded: `shift` grows until there are at most MAX_BINS times,
    each of 2**shift seconds. It depends on the times alone, and not on their order."""

    counts: dict[int, int] = field(default_factory=dict)
    shift: int = 0
    total: int = 0
    first: int = 0
    last: int = 0

    def add(self, second: int, count: int = 1) -> None:
        """One or more lines of one second."""
        if not self.total or second < self.first:
            self.first = second
        if not self.total or second > self.last:
            self.last = second
        self.total += count
        at = second >> self.shift
        self.counts[at] = self.counts.get(at, 0) + count
        while len(self.counts) > MAX_BINS:
            self._widen()

    def take(self, other: Times) -> None:
        """All lines of another."""
        if not other.total:
            return
        self.first = min(self.first, other.first) if self.total else other.first
        self.last = max(self.last, other.last) if self.total else other.last
        self.total += other.total
        while self.shift < other.shift:
            self._widen()
        for at, count in other.counts.items():
            there = at >> (self.shift - other.shift)
            self.counts[there] = self.counts.get(there, 0) + count
        while len(self.counts) > MAX_BINS:
            self._widen()

    def _widen(self) -> None:
        self.shift += 1
        counts, self.counts = self.counts, {}
        for at, count in counts.items():
            self.counts[at >> 1] = self.counts.get(at >> 1, 0) + count

    def at_shift(self, shift: int) -> dict[int, int]:
        """The counts at a width that is as wide or wider."""
        found: dict[int, int] = {}
        for at, count in self.counts.items():
            there = at >> (shift - self.shift)
            found[there] = found.get(there, 0) + count
        return found


def pattern_of(failed: Times, passed: Times, *, passes_logged: bool) -> Pattern:
    """How the failures are spread. `passed` are the requests that could have failed the same way; `passes_logged` says
    that the log holds any request that did not fail: else it may have been filtered."""
    if failed.total < ENOUGH:
        return Pattern()
    lasting = failed.last - failed.first > BURST
    if not passed.total:
        return Pattern(word="always") if lasting and passes_logged else Pattern()
    if lasting and passed.total >= ENOUGH and passed.last <= failed.first + QUIET and passed.first < failed.first:
        return Pattern(word="since-change", since=failed.first)
    if lasting and _is_over(failed, passed):
        before = passed.first < failed.first
        return Pattern(word="outage", since=failed.first if before else None, until=failed.last)
    if _in_bursts(failed, passed):
        return Pattern(word="bursts")
    return Pattern(word="share") if lasting and _even(failed, passed) else Pattern()


def _is_over(failed: Times, passed: Times) -> bool:
    """Whether there was a while in which everything failed, with most of the failures, and enough succeeded after it
    and, unless the log begins with failures, before. Only times that lie in it as a whole can tell; a change takes
    QUIET seconds to take hold."""
    shift = max(failed.shift, passed.shift)
    bad, good = failed.at_shift(shift), passed.at_shift(shift)
    begin, end = -((-failed.first - QUIET) >> shift), (failed.last - QUIET) >> shift
    inside = sum(count for at, count in bad.items() if begin <= at < end)
    before = sum(count for at, count in good.items() if at < begin)
    after = sum(count for at, count in good.items() if at >= end)
    between = passed.total - before - after
    began = not before or (before >= ENOUGH and passed.first < failed.first)
    over = after >= ENOUGH and passed.last > failed.last
    return began and over and not between and inside >= max(ENOUGH, failed.total / 2)


def _in_bursts(failed: Times, passed: Times) -> bool:
    if 1 << failed.shift > QUIET:
        return False
    runs = list(_runs(failed))
    if any(end - begin > BURST for begin, end in runs) or failed.total < TOGETHER * len(runs):
        return False
    ends = [end for _, end in runs]
    quiet = 0
    for begin, end, count in _bins(passed):
        nearest = bisect_right(ends, begin)
        quiet += count if nearest == len(runs) or runs[nearest][0] >= end else 0
    return quiet * failed.total >= ENOUGH * (failed.total + passed.total)


def _bins(times: Times) -> Iterator[tuple[int, int, int]]:
    """Begin, end (behind it) and number of lines of each time."""
    return ((at << times.shift, (at + 1) << times.shift, count) for at, count in times.counts.items())


def _runs(failed: Times) -> Iterator[tuple[int, int]]:
    """Begin and end of each run of failures that stand nearer than QUIET."""
    bins = sorted(_bins(failed))
    begin = bins[0][0]
    for (_, end, _), (following, _, _) in pairwise(bins):
        if following - end >= QUIET:
            yield begin, end
            begin = following
    yield begin, bins[-1][1]


def _even(failed: Times, passed: Times) -> bool:
    shift = max(failed.shift, passed.shift)
    bad, good = failed.at_shift(shift), passed.at_shift(shift)
    every = [(bad.get(at, 0), good.get(at, 0)) for at in sorted(bad.keys() | good.keys())]
    parts = _failures_by_third(every, failed.total + passed.total)
    spread = all(part * THIRDS * EVEN >= failed.total for part in parts)
    busy = [b for b, g in every if (b + g) * failed.total >= BUSY * (failed.total + passed.total)]
    return spread and all(busy)


def _failures_by_third(every: list[tuple[int, int]], total: int) -> list[float]:
    """How many failures each third of all requests has, in order of time. Those of one time are taken as mixed."""
    parts, before = [0.0] * THIRDS, 0
    for bad, good in every:
        count = bad + good
        for part in range(THIRDS):
            begin, end = total * part / THIRDS, total * (part + 1) / THIRDS
            common = min(end, before + count) - max(begin, before)
            parts[part] += bad * max(0.0, common) / count
        before += count
    return parts
