"""What makes no sense is not asked, and what needs it cannot hold."""

from __future__ import annotations

from dataclasses import replace

from tests.inference.inference_builders import book, case, cause, judged, when
from troubleshooter.inference import Cost, next_questions, remaining
from troubleshooter.inference.moot import moot
from troubleshooter.rulebook.values import QuestionText, Rulebook


def gated(fact: str, *only_if: str | list[str]) -> QuestionText:
    """A question that makes sense only where `only_if` can hold."""
    return QuestionText(fact=fact, question="?", why="", how="", answers={"1": "", "2": ""}, only_if=when(*only_if))


def rulebook(*questions: QuestionText) -> Rulebook:
    """Two causes of gateways, one of pods, with these questions."""
    causes = (cause("a", "g.a=1"), cause("b", "g.b=1"), cause("c", "p.c=1"))
    return replace(book(*causes), questions={question.fact: question for question in questions})


BOTH = rulebook(gated("g.a", "x.gate=yes"), gated("g.b", "x.gate=yes"))


def asked(knowledge: Rulebook, facts: str = "", given_up: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What is asked, each at the same price."""
    judgement = judged(knowledge, case(facts))
    return next_questions(knowledge, judgement, "walk", lambda _: Cost.PERSON, given_up=given_up)


def test_what_contradicts_makes_it_moot() -> None:
    """A fact is moot once its `only_if` cannot hold any more."""
    assert frozenset({"g.a", "g.b"}) == moot(BOTH, {"x.gate": "no"})


def test_what_is_not_known_makes_nothing_moot() -> None:
    """Where the gate is not known the question makes sense."""
    assert frozenset() == moot(BOTH, {})


def test_what_is_known_is_not_moot() -> None:
    """A fact that was told stays, whatever its `only_if`."""
    assert frozenset({"g.b"}) == moot(BOTH, {"x.gate": "no", "g.a": "1"})


def test_what_rests_on_a_moot_fact_is_moot_too() -> None:
    """Gates behind gates close with the first."""
    chain = rulebook(gated("g.a", "x.gate=yes"), gated("g.b", "g.a=1"))

    assert frozenset({"g.a", "g.b"}) == moot(chain, {"x.gate": "no"})


def test_one_alternative_is_enough() -> None:
    """An `any` is contradicted when all its alternatives are."""
    either = rulebook(gated("g.a", ["x.gate=yes", "x.other=yes"]))

    assert (frozenset(), frozenset({"g.a"})) == (
        moot(either, {"x.gate": "no"}),
        moot(either, {"x.gate": "no", "x.other": "no"}),
    )


def test_a_gate_is_asked_before_what_it_rules_out() -> None:
    """One answer that can rule out three causes goes before those that decide about one."""
    names = ("g.a", "g.b", "g.c")
    three = book(*(cause(name[-1], f"{name}=1") for name in names))
    questions = {name: gated(name, "x.gate=yes") for name in names}

    assert "x.gate" == asked(replace(three, questions=questions))[0]


def test_what_makes_no_sense_is_not_asked() -> None:
    """Only the question of the pod's cause is left."""
    assert ("p.c",) == asked(BOTH, "x.gate=no")


def test_causes_that_need_it_are_left_no_more() -> None:
    """They can hold no more."""
    judgement = judged(BOTH, case("x.gate=no"))

    assert ["c"] == [standing.cause for standing in remaining(BOTH, judgement.cases["walk"])]


def test_what_was_given_up_is_not_asked_again() -> None:
    """Not even where it decides about others."""
    assert "x.gate" not in asked(BOTH, given_up=("x.gate",))
