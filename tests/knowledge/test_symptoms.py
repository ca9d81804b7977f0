"""Who sees a symptom and answers truly is led to the cause, whichever of those that show so it is."""

from __future__ import annotations

import pytest

from tests.knowledge.knowledge_base import book
from troubleshooter.consult import UNKNOWN, Ask, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook import Cause, expand

ENOUGH = 50
"""More questions than anybody answers."""

PAIRS = [
    pytest.param(symptom, cause, id=f"{symptom}/{cause.id}")
    for cause in book().causes.values()
    for symptom in cause.symptoms
]


def truth(cause: Cause, symptom: str) -> dict[str, str]:
    """A way in which the cause holds that fits what the symptom tells: facts with their words."""
    told = {condition.fact: condition.words for condition in book().symptoms[symptom].tells}
    ways = [dict(branch) for branch in expand(cause.when) if len(dict(branch)) == len(branch)]
    fitting = (way for way in ways if all(word in told.get(fact, (word,)) for fact, word in way.items()))
    return next(fitting, ways[0])


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_some_cause_shows_so(symptom: str) -> None:
    """Every symptom is named by a cause."""
    assert any(symptom in cause.symptoms for cause in book().causes.values())


@pytest.mark.parametrize(("symptom", "cause"), PAIRS)
def test_true_answers_lead_to_the_cause(symptom: str, cause: Cause) -> None:
    """What is no part of the cause's conditions is answered with `unknown`; the cause comes out first."""
    known = truth(cause, symptom)
    consultation = Consultation(book(), PlainEvaluator(), symptom=symptom)
    for _ in range(ENOUGH):
        step = consultation.next_step()
        if not isinstance(step, Ask):
            break
        consultation.tell(step.question.fact, known.get(step.question.fact, UNKNOWN))

    assert cause.id == next((finding.cause for finding in consultation.diagnosis().findings), "")


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_what_the_symptom_tells_is_not_asked(symptom: str) -> None:
    """Nobody is asked for what they said when they chose the symptom."""
    told = {condition.fact for condition in book().symptoms[symptom].tells}

    assert told.isdisjoint(Consultation(book(), PlainEvaluator(), symptom=symptom).open_questions())
