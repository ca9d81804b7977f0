"""How a cause stands: one row for each way to stand there."""

from __future__ import annotations

import pytest

from tests.inference.inference_builders import PIECE, book, cause, follows, judged_one
from troubleshooter.inference import Standing, possible, standing, standings
from troubleshooter.model import Certainty
from troubleshooter.rulebook.values import Cause

CONFIRMED, LIKELY, POSSIBLE, RULED_OUT = Certainty

PLAIN = cause("c", "a.x=1", "a.y=1|2")
SUPPORTED = cause("c", "a.x=1", supports="e.s=1 e.t=1")
EXCLUDED = cause("c", "a.x=1", unless="u.v=1 u.w=1|2", supports="e.s=1")
EITHER = cause("c", "a.x=1", ["b.p=1 b.q=1", "c.r=1"])

TABLE = [
    # the cause, what is known, how it stands, by which facts
    (PLAIN, "a.x=1 a.y=2", CONFIRMED, {"because": ("a.x", "a.y")}),
    (PLAIN, "a.x=1", POSSIBLE, {"missing": ("a.y",)}),
    (PLAIN, "", POSSIBLE, {"missing": ("a.x", "a.y")}),
    (PLAIN, "a.x=1 a.y=3", RULED_OUT, {"against": ("a.y",)}),
    (PLAIN, "a.y=3", RULED_OUT, {"against": ("a.y",)}),
    (PLAIN, "a.x=2 a.y=3", RULED_OUT, {"against": ("a.x", "a.y")}),
    (SUPPORTED, "a.x=1", LIKELY, {"because": ("a.x",)}),
    (SUPPORTED, "a.x=1 e.s=2", LIKELY, {"because": ("a.x",)}),
    (SUPPORTED, "a.x=1 e.t=1", CONFIRMED, {"because": ("a.x", "e.t")}),
    (SUPPORTED, "a.x=1 e.s=1 e.t=1", CONFIRMED, {"because": ("a.x", "e.s", "e.t")}),
    (SUPPORTED, "e.s=1", POSSIBLE, {"missing": ("a.x",)}),
    (EXCLUDED, "a.x=1 e.s=1 u.w=2", RULED_OUT, {"against": ("u.w",)}),
    (EXCLUDED, "u.v=1", RULED_OUT, {"against": ("u.v",)}),
    (EXCLUDED, "a.x=1 e.s=1 u.v=2", CONFIRMED, {"because": ("a.x", "e.s")}),
    (EXCLUDED, "a.x=1 e.s=1", CONFIRMED, {"because": ("a.x", "e.s")}),
    (EITHER, "a.x=1 c.r=1", CONFIRMED, {"because": ("a.x", "c.r")}),
    (EITHER, "a.x=1 c.r=1 b.p=2", CONFIRMED, {"because": ("a.x", "c.r")}),
    (EITHER, "a.x=1 b.p=1 b.q=1 c.r=1", CONFIRMED, {"because": ("a.x", "b.p", "b.q")}),
    (EITHER, "a.x=1", POSSIBLE, {"missing": ("b.p", "b.q", "c.r")}),
    (EITHER, "a.x=1 b.p=1", POSSIBLE, {"missing": ("b.q", "c.r")}),
    (EITHER, "a.x=1 b.p=2", POSSIBLE, {"missing": ("c.r",)}),
    (EITHER, "c.r=1", POSSIBLE, {"missing": ("a.x",)}),
    (EITHER, "a.x=1 b.p=2 c.r=2", RULED_OUT, {"against": ("b.p", "c.r")}),
]


@pytest.mark.parametrize(("one", "known", "certainty", "facts"), TABLE)
def test_standing(one: Cause, known: str, certainty: Certainty, facts: dict[str, tuple[str, ...]]) -> None:
    """A cause stands as all of its `when`, any of its `unless` and any of its `supports` say."""
    rulebook = book(one)

    expected = Standing(cause="c", certainty=certainty, **facts)
    assert expected == standing(rulebook.causes["c"], judged_one(rulebook, known))


def test_a_derived_fact_counts_as_known() -> None:
    """What follows completes a `when` as if it had been told."""
    rulebook = book(follows("a.y", "2", "p.q=1"), PLAIN)

    expected = Standing(cause="c", certainty=CONFIRMED, because=("a.x", "a.y"))
    assert expected == standing(PLAIN, judged_one(rulebook, "a.x=1 p.q=1"))


def test_a_derived_fact_contradicts() -> None:
    """What follows with another word rules a cause out."""
    rulebook = book(follows("a.y", "3", "p.q=1"), PLAIN)

    assert ("a.y",) == standing(PLAIN, judged_one(rulebook, "p.q=1")).against


def test_only_possible_causes_are_possible() -> None:
    """`possible` leaves out what holds and what is ruled out."""
    rulebook = book(cause("holds", "a.x=1"), cause("out", "a.x=2"), cause("open", "a.z=1"))

    assert ["open"] == [found.cause for found in possible(rulebook, judged_one(rulebook, "a.x=1"))]


def test_a_cause_of_another_kind_of_case_is_not_possible() -> None:
    """What applies to pieces alone is not asked for in a walk."""
    rulebook = book(cause("piece", "a.x=1", cases=(PIECE,)))

    assert () == standings(rulebook, judged_one(rulebook, ""))


def test_causes_can_be_narrowed() -> None:
    """`among` names the causes to look at."""
    rulebook = book(cause("one", "a.x=1"), cause("two", "a.x=1"))

    assert ["two"] == [found.cause for found in possible(rulebook, judged_one(rulebook, ""), among={"two"})]
