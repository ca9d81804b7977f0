"""Who sees a symptom and answers truly is led to the cause, whichever of those that show so it is."""

from __future__ import annotations

import pytest

from tests.knowledge.knowledge_base import book
from tests.knowledge.persons import questions
from troubleshooter.consult import UNKNOWN, Ask, Consultation
from troubleshooter.inference import PlainEvaluator

LONGEST = 30
"""More questions than this nobody with a known fault is asked."""

USUAL = 10
"""So many are asked on average of those whose symptom it is above all, where SLOW says no other number."""

SLOW = {
    "connection-reset": 12,
    "new-version-no-traffic": 12,
    "503-uc": 12,
    "intermittent": 12,
    "grpc-unavailable": 11,
    "503-uf": 13,
    "503-urx": 11,
    "connection-refused": 11,
    "some-clients-only": 11,
}
"""Symptoms that many causes share."""

GIVING_UP = 15
"""After so many answers of somebody who knows nothing, a consultation ends."""


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_some_cause_shows_so(symptom: str) -> None:
    """Every symptom is named by a cause."""
    assert any(symptom in cause.symptoms for cause in book().causes.values())


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_true_answers_lead_to_the_cause(symptom: str) -> None:
    """Somebody in whose mesh nothing else is wrong is led to the cause, whichever it is, in few questions. A cause that
    makes them many wants a question that rules it out together with others (`only_if` in questions.yaml)."""
    showing = {cause.id: cause.symptoms for cause in book().causes.values() if symptom in cause.symptoms}
    played = {cause: questions(cause, symptom) for cause in showing}
    strayed = {cause: done for cause, done in played.items() if done[1] != cause or done[0] > LONGEST}
    asked = [number for cause, (number, _) in played.items() if symptom in showing[cause][:2]]

    assert ({}, True) == (strayed, sum(asked) <= SLOW.get(symptom, USUAL) * len(asked))


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_nobody_is_asked_on_and_on(symptom: str) -> None:
    """Who never knows anything is told soon what is still possible."""
    consultation = Consultation(book(), PlainEvaluator(), symptom=symptom)
    while isinstance(step := consultation.next_step(), Ask) and len(consultation.told) <= GIVING_UP:
        consultation.tell(step.question.fact, UNKNOWN)

    assert len(consultation.told) <= GIVING_UP


@pytest.mark.parametrize("symptom", sorted(book().symptoms))
def test_what_the_symptom_tells_is_not_asked(symptom: str) -> None:
    """Nobody is asked for what they said when they chose the symptom."""
    told = {condition.fact for condition in book().symptoms[symptom].tells}

    assert told.isdisjoint(Consultation(book(), PlainEvaluator(), symptom=symptom).open_questions())
