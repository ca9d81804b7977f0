"""For how long the requests of one failure lasted: the same, or not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.evidence.access.lengths import STEP, Lengths


def lengths(*milliseconds: int) -> Lengths:
    """What is kept of these."""
    found = Lengths()
    for length in milliseconds:
        found.add(length)
    return found


def test_most_are_alike() -> None:
    """The shortest of those that are alike is told, though one of five is another."""
    assert 3001 == lengths(3004, 3001, 3002, 250, 3010).common()


def test_they_differ() -> None:
    """Nothing is common where no four of five are alike."""
    assert lengths(250, 3001, 3002, 9000, 12000).common() is None


def test_few_tell_nothing() -> None:
    """Two that are alike may be chance, and have no bounds."""
    assert (None, None) == (lengths(3001, 3001).common(), lengths(3001, 3001).bounds())


def test_very_short_ones_tell_nothing() -> None:
    """A limit of some milliseconds is hardly ever set."""
    assert lengths(2, 2, 2, 2).common() is None


def test_a_border_between_classes_divides_nothing() -> None:
    """Classes side by side count together."""
    border = round(STEP**300)

    assert border - 1 == lengths(border - 1, border + 1, border - 1, border + 1).common()


def test_bounds() -> None:
    """The shortest and the longest of all."""
    assert (250, 12000) == lengths(3001, 250, 12000).bounds()


@given(st.lists(st.integers(min_value=-5, max_value=10**12), max_size=40), st.randoms(use_true_random=False))
def test_the_order_and_the_parts_tell_nothing(milliseconds: list[int], chance: random.Random) -> None:
    """However the lines are mixed, and put together of parts."""
    mixed = milliseconds.copy()
    chance.shuffle(mixed)
    half = len(mixed) // 2
    joined = lengths(*mixed[:half])
    joined.take(lengths(*mixed[half:]))
    whole = lengths(*milliseconds)

    assert (whole.common(), whole.bounds()) == (joined.common(), joined.bounds())
