"""How failures are spread over time."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.evidence.access.time_pattern import BURST, MAX_BINS, Pattern, Times, pattern_of

HOUR = 3600
EVERY_SECOND = range(HOUR)


def times(seconds: Iterable[int]) -> Times:
    """Lines of these seconds."""
    found = Times()
    for second in seconds:
        found.add(1_795_219_200 + second)
    return found


def word(failed: Iterable[int], passed: Iterable[int], *, passes_logged: bool = True) -> str:
    """How these failures are spread beside what passed."""
    return pattern_of(times(failed), times(passed), passes_logged=passes_logged).word


SOME = range(7, HOUR, 61)
ROLLOUT = [start + second for start in (600, 1500, 2900) for second in range(12)]


@pytest.mark.parametrize(
    ("failed", "passed", "expected"),
    [
        (range(0, 600, 10), (), "always"),
        (SOME, EVERY_SECOND, "share"),
        ((100, 900, 2000, 2500, 2600), EVERY_SECOND, "share"),
        (ROLLOUT, EVERY_SECOND, "bursts"),
        (range(2000, 2030), EVERY_SECOND, "bursts"),
        (range(HOUR - 20, HOUR), range(HOUR - 20), "bursts"),
        (range(1800, HOUR), range(1800), "since-change"),
        (range(1800, HOUR), range(1808), "since-change"),
        (range(600, 1500), [*range(608), *range(1495, HOUR)], "outage"),
        (range(600, 1500, 15), [*range(600), *range(1500, HOUR)], "outage"),
        (range(1500), range(1500, HOUR), "outage"),
    ],
    ids=[
        "always",
        "share",
        "single-ones",
        "rollout",
        "one-burst",
        "burst-that-the-log-cuts-off",
        "since",
        "since-with-overlap",
        "outage",
        "outage-of-few-requests",
        "outage-that-the-log-begins-with",
    ],
)
def test_each_spread_has_its_word(failed: Iterable[int], passed: Iterable[int], expected: str) -> None:
    """What people call it follows from when requests failed and when others like them did not."""
    assert expected == word(failed, passed)


@pytest.mark.parametrize(
    ("failed", "passed"),
    [
        ((0, 100, 200, 300), ()),
        (range(BURST), ()),
        (range(600, 1500), EVERY_SECOND),
        (range(600, 1500), [*range(600), 1000, *range(1500, HOUR)]),
        (range(600, 1500), [0, 1, *range(1500, HOUR)]),
        (range(600, 1500), [*range(600), 1600, 1700]),
        ((5, 6, 7, 8, 9), range(100, 106)),
        (range(0, 50, 3), range(50)),
        (range(10), range(20, 25)),
    ],
    ids=[
        "too-few",
        "all-in-one-minute",
        "a-while-of-a-share",
        "one-came-through",
        "few-before",
        "few-after",
        "burst-and-few-others",
        "a-share-of-one-minute",
        "few-others",
    ],
)
def test_where_lines_do_not_tell_there_is_no_word(failed: Iterable[int], passed: Iterable[int]) -> None:
    """Few lines, and a while of failures in which others like them succeeded, are none of these."""
    assert "" == word(failed, passed)


def test_of_a_log_of_failures_alone_nobody_knows_what_was_left_out() -> None:
    """Somebody may have looked for failures, or the proxy may log these alone."""
    assert "" == word(range(0, 600, 10), (), passes_logged=False)


def test_a_change_is_told_with_its_time() -> None:
    """It is the second of the first failure."""
    assert Pattern(word="since-change", since=1_795_219_200 + 1800) == pattern_of(
        times(range(1800, HOUR)), times(range(1800)), passes_logged=True
    )


@pytest.mark.parametrize(("before", "since"), [(range(600), 1_795_219_200 + 600), ((), None)], ids=["told", "unknown"])
def test_an_outage_is_told_with_its_times(before: Iterable[int], since: int | None) -> None:
    """They are the seconds of the first failure and of the last; where nothing came before, nobody knows the first."""
    assert Pattern(word="outage", since=since, until=1_795_219_200 + 1499) == pattern_of(
        times(range(600, 1500)), times([*before, *range(1500, HOUR)]), passes_logged=True
    )


def test_a_share_is_told_of_a_long_log() -> None:
    """Where a log is of days, times are wider."""
    assert "share" == word(range(0, 3 * 86_400, 131), range(0, 3 * 86_400, 3))


seconds = st.lists(st.integers(0, 100_000), max_size=300)


@given(failed=seconds, passed=seconds, seed=st.randoms())
def test_order_says_nothing(failed: list[int], passed: list[int], seed: random.Random) -> None:
    """The same lines in another order are spread the same way."""
    mixed, others = seed.sample(failed, len(failed)), seed.sample(passed, len(passed))

    assert pattern_of(times(failed), times(passed), passes_logged=True) == pattern_of(
        times(mixed), times(others), passes_logged=True
    )


@given(one=seconds, other=seconds)
def test_lines_that_were_counted_apart_come_together(one: list[int], other: list[int]) -> None:
    """Two groups that become one are as if they had been one from the start."""
    found = times(one)
    found.take(times(other))

    assert times([*one, *other]) == found


@given(every=st.lists(st.integers(-(10**12), 10**12), max_size=500))
def test_memory_is_bounded(every: list[int]) -> None:
    """However far times lie apart, at most so many are told apart, and all are counted."""
    found = times(every)

    assert (True, len(every)) == (len(found.counts) <= MAX_BINS, sum(found.counts.values()))
