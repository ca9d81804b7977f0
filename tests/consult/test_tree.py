"""The decision tree of a symptom is the consultation itself, unrolled: following one is following the other."""

from __future__ import annotations

import random

import pytest

from tests.terminal.talks import rulebook
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import Ask, Consultation, Tree, tree_of
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook import Rulebook

WALKS = 6
"""Ways from the first question to an end that are followed in each tree."""

LIMIT = 30
"""Questions of each tree that are unrolled."""

WHOLE = read_rulebook(())


def tree(symptom: str, limit: int = LIMIT, book: Rulebook | None = None) -> Tree:
    """The tree of a symptom of the small knowledge base, or of another one."""
    return tree_of(book or rulebook(), PlainEvaluator(), symptom, limit)


def test_each_question_stands_once_with_what_is_left() -> None:
    """The first question has both causes of the symptom before it."""
    drawn = tree("404-envoy")

    assert [1, 2, 3, 4] == [junction.number for junction in drawn.junctions]
    assert {"no-route", "plain"} == set(drawn.junctions[0].left)


def test_every_answer_leads_somewhere() -> None:
    """The branches of a question hold each of its answers once."""
    for junction in tree("404-envoy").junctions:
        words = [word for branch in junction.branches for word in branch.words]

        assert sorted(dict(junction.question.answers)) == sorted(words)


def test_a_symptom_without_causes_has_no_question() -> None:
    """Nothing shows so, so nothing is asked."""
    assert () == tree("503-uh").junctions


def test_past_the_limit_causes_are_named() -> None:
    """An answer that leads to a question past it says which causes are left there."""
    first, *others = tree("404-envoy", limit=1).junctions

    assert [] == others
    assert {"no-route", "plain"} == {cause for branch in first.branches for cause in branch.place.left}


@pytest.mark.parametrize("symptom", sorted(WHOLE.symptoms))
def test_a_tree_says_what_a_consultation_says(symptom: str) -> None:
    """Whatever is answered at random: the same questions follow, and the same cause is named at the end."""
    drawn = tree(symptom, LIMIT, WHOLE)
    chance = random.Random(symptom)  # noqa: S311  # which ways are tried is no secret
    for _ in range(WALKS if drawn.junctions else 0):
        _follow(drawn, Consultation(WHOLE, PlainEvaluator(), symptom=symptom), chance)


def _follow(drawn: Tree, consultation: Consultation, chance: random.Random) -> None:
    """One way through the tree, with the consultation beside it, to an end or to where the tree was cut."""
    at: int | None = 1
    while at is not None:
        junction, step = drawn.junctions[at - 1], consultation.next_step()
        assert isinstance(step, Ask)
        assert step.question == junction.question
        word, _ = chance.choice(step.question.answers)
        consultation.tell(step.question.fact, word)
        branch = next(branch for branch in junction.branches if word in branch.words)
        at = branch.place.to
    if not branch.place.left:
        found = consultation.diagnosis().findings
        assert not isinstance(consultation.next_step(), Ask)
        assert branch.place.cause == (found[0].cause if found else "")
