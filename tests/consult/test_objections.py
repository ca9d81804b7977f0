"""A cause that answers confirm may still be ruled out: what would do so is asked before it is named."""

from __future__ import annotations

import pytest

from tests.consult.test_consultation import KNOWLEDGE
from troubleshooter.consult import Ask, Conclude, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.rulebook import Rulebook, parse

PATH = "causes/endpoints/no-endpoints/cause.yaml"
DOUBTED = KNOWLEDGE[PATH] + "unless: [{route.match: matched}]\n"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The causes of the other tests, one with something that rules it out."""
    book, mistakes = parse({**KNOWLEDGE, PATH: DOUBTED})
    assert () == mistakes
    return book


def _found(rulebook: Rulebook, match: str) -> list[str]:
    """The causes found where the Service has no endpoints, and this is what is said of the route after that."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="503-uh")
    consultation.tell("service.endpoints", "none")
    step = consultation.next_step()
    assert isinstance(step, Ask)
    assert "route.match" == step.question.fact
    consultation.tell("route.match", match)
    while isinstance(step := consultation.next_step(), Ask):
        consultation.tell(step.question.fact, "unknown")
    assert isinstance(step, Conclude)
    return [finding.cause for finding in step.diagnosis.findings]


@pytest.mark.parametrize(
    ("match", "causes"), [("matched", []), ("none", ["no-endpoints"]), ("unknown", ["no-endpoints"])]
)
def test_what_would_rule_it_out_is_asked(rulebook: Rulebook, match: str, causes: list[str]) -> None:
    """Only an answer that rules it out does; who cannot tell gets what was found."""
    assert causes == _found(rulebook, match)
