"""Points are for the way, not only for the answer."""

from __future__ import annotations

import pytest

from troubleshooter.learn.scoring import Tally, account_of, score


def tally(*, foreseen: bool | None = None, **counts: int) -> Tally:
    """A way on which this happened."""
    made = Tally(foreseen=foreseen)
    for name, count in counts.items():
        made.add(name, count)
    return made


@pytest.mark.parametrize(
    ("way", "points"),
    [
        (tally(), 100),
        (tally(foreseen=True), 100),
        (tally(foreseen=True, hints=1), 95),
        (tally(looks=2), 94),
        (tally(looks=40), 70),
        (tally(unseen=2), 80),
        (tally(causes=1, fixes=1), 75),
        (tally(foreseen=False, prediction=1), 95),
        (tally(causes=9), 0),
    ],
)
def test_points(way: Tally, points: int) -> None:
    """Each thing has its price, some have a limit, and nobody falls below nothing."""
    assert points == score(way)


def test_points_are_accounted_for() -> None:
    """Only what happened is named."""
    assert [("looks beyond the shortest way: 2", -6), ("right prediction", 5)] == account_of(
        tally(foreseen=True, looks=2)
    )
