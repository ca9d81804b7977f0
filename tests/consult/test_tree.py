"""The decision tree of a symptom is the consultation itself, unrolled: following one is following the other."""

from __future__ import annotations

import random

import pytest

from tests.terminal.talks import rulebook
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import Ask, Branch, Consultation, Tree, tree_of
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook import Rulebook

WALKS = 12
"""Ways from the first question to an end that are followed in each tree."""

WHOLE = read_rulebook(())


def tree(symptom: str, limit: int = 400, book: Rulebook | None = None) -> Tree:
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


def test_the_limit_cuts() -> None:
    """Past it, answers lead to no question, and the tree says that there is more."""
    drawn = tree("404-envoy", limit=1)

    assert 1 == len(drawn.junctions)
    assert all(branch.cut or branch.to == 1 for branch in drawn.junctions[0].branches if not branch.cause)


@pytest.mark.parametrize("symptom", sorted(WHOLE.symptoms))
def test_a_tree_says_what_a_consultation_says(symptom: str) -> None:
    """Whatever is answered at random: the same questions follow, and the same cause is named at the end."""
    drawn = tree(symptom, book=WHOLE)
    chance = random.Random(symptom)  # noqa: S311  # which ways are tried is no secret
    for _ in range(WALKS if drawn.junctions else 0):
        consultation = Consultation(WHOLE, PlainEvaluator(), symptom=symptom)
        at, cause = drawn.junctions[0], ""
        while not cause:
            step = consultation.next_step()
            assert isinstance(step, Ask)
            assert at.question == step.question
            word, _ = chance.choice(at.question.answers)
            consultation.tell(at.question.fact, word)
            branch = _branch(at.branches, word)
            if branch.to is None:
                cause = branch.cause or "none"
            else:
                at = drawn.junctions[branch.to - 1]
        found = consultation.diagnosis().findings

        assert not isinstance(consultation.next_step(), Ask)
        assert cause == (found[0].cause if found else "none")


def _branch(branches: tuple[Branch, ...], word: str) -> Branch:
    return next(branch for branch in branches if word in branch.words)
