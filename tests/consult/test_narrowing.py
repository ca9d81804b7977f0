"""Which causes are asked about: by symptom, by flag, and what was found before all else."""

from __future__ import annotations

import pytest

from tests.inference.inference_builders import book, cause, conditions
from troubleshooter.consult import UNKNOWN, Ask, Consultation
from troubleshooter.consult.narrowing import by_flag
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook.values import Cause, QuestionText, Rulebook, Symptom

ANSWERS = {
    "failure.flag": ("uo", "uh", "none"),
    "destination_rule.limits": ("set", "none"),
    "service.endpoints": ("some", "none"),
    "service.endpoints_meant": ("yes", "no"),
    "destination_rule.presence": ("present", "absent"),
}


def rulebook(*causes: Cause) -> Rulebook:
    """A rulebook with these causes, two symptoms, one of which has a flag, and questions."""
    questions = {
        fact: QuestionText(fact=fact, question=f"{fact}?", why="w", how="h", answers=dict.fromkeys(words, "a"))
        for fact, words in ANSWERS.items()
    }
    shown = Symptom(id="503-uo", title="t", description="d", tells=conditions("failure.flag=uo"))
    some = Symptom(id="intermittent", title="t", description="d")
    made = book(*causes)
    return Rulebook(causes=made.causes, questions=questions, symptoms={"503-uo": shown, "intermittent": some})


LIMIT = cause("limit", "destination_rule.limits=set", symptoms=("503-uo", "intermittent"))
EMPTY = cause("empty", "service.endpoints=none", symptoms=("intermittent",))
FLAGGED = cause("flagged", "failure.flag=uo service.endpoints=some", symptoms=("intermittent",))
DOUBTED = cause(
    "doubted", "service.endpoints=none", unless="service.endpoints_meant=no", symptoms=("intermittent",)
)  # fmt: skip


def asked(held: Rulebook, symptom: str, *told: tuple[str, str]) -> tuple[str, ...]:
    """What is open once this was told."""
    consultation = Consultation(held, PlainEvaluator(), symptom=symptom)
    for fact, word in told:
        consultation.tell(fact, word)
    return consultation.open_questions()


@pytest.mark.parametrize(("word", "left"), [("uo", {"limit", "flagged"}), ("uh", set()), ("none", None), ("", None)])
def test_by_flag(word: str, left: set[str] | None) -> None:
    """A flag leaves the causes with a symptom that has it, and those that ask for it; "no flag" leaves all."""
    assert left == by_flag(rulebook(LIMIT, EMPTY, FLAGGED), word)


def test_a_flag_that_was_answered_narrows() -> None:
    """Causes that do not show with the flag are not asked about."""
    assert ("destination_rule.limits",) == asked(rulebook(LIMIT, EMPTY), "intermittent", ("failure.flag", "uo"))


def test_where_the_flag_leaves_nothing_all_are_asked_about() -> None:
    """A flag that fits no cause does not end the consultation."""
    told = ("failure.flag", "uo"), ("destination_rule.limits", "none")

    assert ("service.endpoints",) == asked(rulebook(LIMIT, EMPTY), "intermittent", *told)


def test_what_a_symptom_tells_is_known() -> None:
    """It counts like an answer."""
    consultation = Consultation(rulebook(FLAGGED), PlainEvaluator(), symptom="503-uo")

    assert "uo" == consultation.examined.cases[0].facts["failure.flag"].word


@pytest.mark.parametrize(("word", "ends"), [("yes", True), ("no", False), (UNKNOWN, True)])
def test_what_would_rule_out_is_asked_before_the_end(word: str, *, ends: bool) -> None:
    """A cause that holds is named only once somebody was asked for what would rule it out."""
    consultation = Consultation(rulebook(DOUBTED, LIMIT), PlainEvaluator(), symptom="intermittent")
    consultation.tell("service.endpoints", "none")
    step = consultation.next_step()
    assert isinstance(step, Ask)
    assert "service.endpoints_meant" == step.question.fact
    consultation.tell("service.endpoints_meant", word)

    assert ends == (not isinstance(consultation.next_step(), Ask))
