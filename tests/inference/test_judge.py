"""Judging: what reaches the engine, what is made of its answers, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from tests.inference.inference_builders import PIECE, WALK, book, case, cause, follows, judged, judged_one, source
from tests.inference.inference_strategies import cases as any_cases
from troubleshooter.inference import EngineFact, EngineFailed, Firing, PlainEvaluator, Rule, judge, standings
from troubleshooter.model import Case, Certainty, Fact

Answer = Callable[[tuple[Firing, ...]], tuple[Firing, ...]]

RULEBOOK = book(
    follows("a.c", "1", "a.b=1"),
    cause("c", "a.c=1", unless="a.d=1"),
    cause("piece-only", "a.b=1", cases=(PIECE,)),
)


class Scripted:
    """An engine that answers with what `answer` makes of the truth, and remembers what it was told."""

    name = "an engine"

    def __init__(self, answer: Answer = lambda firings: firings) -> None:
        self.told: list[EngineFact] = []
        self._answer = answer

    def run(self, rules: Sequence[Rule], facts: Sequence[EngineFact]) -> tuple[Firing, ...]:
        self.told += facts
        return self._answer(PlainEvaluator().run(rules, facts))


def failing(_firings: tuple[Firing, ...]) -> tuple[Firing, ...]:
    """No answer at all."""
    raise EngineFailed("it fell over")


def holding(*judged_cases: Case, engine: Scripted | None = None) -> dict[str, list[str]]:
    """Case id to the causes that hold in it."""
    judgement = judge(RULEBOOK, judged_cases, engine or Scripted())
    return {name: list(found.record.holds) for name, found in judgement.cases.items()}


def test_the_engine_that_judged_is_named() -> None:
    """A judgement says what drew its conclusions."""
    assert "an engine" == judge(RULEBOOK, [case("a.b=1")], Scripted()).engine


def test_only_what_a_rule_asks_for_reaches_the_engine() -> None:
    """Neither facts of other names nor other words of the same name are told."""
    engine = Scripted()
    judge(RULEBOOK, [case("a.b=1 a.d=2 x.y=1")], engine)

    assert [("a.b", "1")] == [(fact.kind, fact.word) for fact in engine.told]


def test_cases_with_equal_facts_are_told_once() -> None:
    """What the rules cannot tell apart is one case for the engine."""
    engine = Scripted()
    judge(RULEBOOK, [case("a.b=1 x.y=1", "one"), case("x.y=2 a.b=1", "two")], engine)

    assert 1 == len(engine.told)


def test_cases_with_equal_facts_are_judged_alike() -> None:
    """Each of them holds what the one that was told holds."""
    assert {"one": ["c"], "two": ["c"]} == holding(case("a.b=1 x.y=1", "one"), case("x.y=2 a.b=1", "two"))


def test_a_kind_of_case_has_its_own_causes() -> None:
    """The same facts hold one cause in a walk and two in a piece."""
    found = holding(case("a.b=1", "walk"), case("a.b=1", "piece", PIECE))

    assert {"walk": ["c"], "piece": ["c", "piece-only"]} == found


def test_a_derived_fact_joins_its_case() -> None:
    """What follows has the sources of what it follows from, each once."""
    rulebook = book(follows("a.z", "1", "a.x=1 a.y=1"), follows("a.t", "1", "a.z=1 a.x=1"))

    expected = Fact(name="a.t", word="1", sources=(source("a.x"), source("a.y")))
    assert expected == judged_one(rulebook, "a.x=1 a.y=1").facts["a.t"]


def test_what_was_told_counts_before_what_follows() -> None:
    """A derivation does not overrule a known fact."""
    rulebook = book(follows("a.x", "1", "p.q=1"), cause("c", "a.x=1"))

    assert {} == judged_one(rulebook, "a.x=2 p.q=1").record.holds


def test_an_overruled_word_that_no_rule_asks_for_counts_too() -> None:
    """Cases that differ in it alone are told apart."""
    rulebook = book(follows("a.x", "1", "p.q=1"), cause("c", "a.x=1"))
    found = judged(rulebook, case("p.q=1", "open"), case("p.q=1 a.x=2", "told"))

    assert [["c"], []] == [list(found.cases[name].record.holds) for name in ("open", "told")]


def test_the_first_of_two_derivations_counts() -> None:
    """Where two derivations disagree, the one that the rulebook names first counts, and nothing rests on the other."""
    rulebook = book(
        follows("a.x", "2", "p.q=1"),
        follows("a.x", "1", "p.q=1"),
        follows("a.y", "1", "a.x=1"),
        cause("c", "a.y=1"),
        cause("d", "a.x=2"),
    )

    assert ["d"] == list(judged_one(rulebook, "p.q=1").record.holds)


WRONG: dict[str, tuple[Answer, str]] = {
    "it fails": (failing, "plain evaluator: it fell over"),
    "it leaves one out": (
        lambda firings: firings[:1],
        "plain evaluator: an engine did not apply the rule cause:c#0 where it holds, so it is not trusted",
    ),
    "it makes one up": (
        lambda firings: (*firings, replace(firings[0], rule="made-up")),
        "plain evaluator: an engine applied a rule where it does not hold, so it is not trusted",
    ),
}


@pytest.mark.parametrize(("answer", "said"), WRONG.values(), ids=WRONG.keys())
def test_the_reason_for_the_plain_evaluator_is_said(answer: Answer, said: str) -> None:
    """An engine that failed or cannot be trusted is named, with one sentence why."""
    assert said == judge(RULEBOOK, [case("a.b=1")], Scripted(answer)).engine


@pytest.mark.parametrize("answer", [answer for answer, _ in WRONG.values()], ids=WRONG.keys())
def test_a_wrong_engine_changes_no_conclusion(answer: Answer) -> None:
    """The plain evaluator takes over, for all cases."""
    told = [case("a.b=1", "walk"), case("a.b=1", "piece", PIECE)]

    assert holding(*told) == holding(*told, engine=Scripted(answer))


@given(any_cases())
def test_nothing_is_lost_on_the_way(told: tuple[Case, ...]) -> None:
    """Judged together, cases stand as each of them does when it is judged alone."""
    rulebook = book(
        follows("role1.attribute1", "yes", "role0.attribute0=yes"),
        follows("role1.attribute1", "no", "role2.attribute2=yes"),
        cause("c", "role1.attribute1=yes", ["role0.attribute3=yes|no", "role1.attribute4=yes"]),
        cause("d", "role1.attribute1=no|true", unless="role2.attribute5=yes", supports="role0.attribute6=no"),
        cause("walks", "role0.attribute0=yes", cases=(WALK,)),
    )
    together = judged(rulebook, *told)

    expected = {one.id: standings(rulebook, judged(rulebook, one).cases[one.id]) for one in told}
    assert expected == {name: standings(rulebook, found) for name, found in together.cases.items()}


def test_no_cases_are_no_trouble() -> None:
    """Nothing to judge is judged at once."""
    assert {} == judge(RULEBOOK, [], Scripted()).cases


def test_an_empty_case_is_judged() -> None:
    """A case of which nothing is known has every cause possible."""
    found = standings(RULEBOOK, judged_one(RULEBOOK, ""))

    assert [Certainty.POSSIBLE] == [one.certainty for one in found]
