"""A cause that was found may be the consequence of another: where no objects tell, that is asked too."""

from __future__ import annotations

import pytest

from tests.consult.test_consultation import KNOWLEDGE
from troubleshooter.consult import Ask, Conclude, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook import Rulebook, parse

PATH = "causes/endpoints/no-endpoints/cause.yaml"
LINKED = KNOWLEDGE[PATH] + "because_of: [{cause: no-route, its: service, our: service}]\n"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The causes of the other tests, of which one now follows from the other."""
    book, mistakes = parse({**KNOWLEDGE, PATH: LINKED})
    assert () == mistakes
    return book


def _consulted(rulebook: Rulebook, answers: dict[str, str]) -> tuple[list[str], list[tuple[str, bool]]]:
    """What was asked, and the causes found, each with whether it is the root."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="503-uh")
    asked = []
    while isinstance(step := consultation.next_step(), Ask):
        asked.append(step.question.fact)
        consultation.tell(step.question.fact, answers.get(step.question.fact, "unknown"))
    assert isinstance(step, Conclude)
    return asked, [(f.cause, f.root) for f in step.diagnosis.findings]


def test_the_deeper_cause_is_asked_for_and_is_the_root(rulebook: Rulebook) -> None:
    """It need not have the symptom: the one that has it follows from it."""
    answers = {"service.endpoints": "none", "route.match": "none", "route.default": "absent"}
    asked, found = _consulted(rulebook, answers)

    assert "service.endpoints" == asked[0]
    assert {"route.match", "route.default"} == set(asked[1:])
    assert [("no-route", True), ("no-endpoints", False)] == found


def test_nothing_is_asked_once_it_is_ruled_out(rulebook: Rulebook) -> None:
    """One answer against it is enough."""
    answers = {"service.endpoints": "none", "route.match": "matched", "route.default": "present"}
    asked, found = _consulted(rulebook, answers)

    assert 2 == len(asked)
    assert [("no-endpoints", True)] == found


def test_who_cannot_tell_gets_what_was_found(rulebook: Rulebook) -> None:
    """The deeper questions may be left open."""
    _, found = _consulted(rulebook, {"service.endpoints": "none"})

    assert [("no-endpoints", True)] == found
