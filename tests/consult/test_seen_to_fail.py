"""Somebody sees a failure where, by the objects, the request arrives: then what no object tells is asked."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import app, service, thing
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import Ask, Conclude, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Verdict
from troubleshooter.remedy import Situation
from troubleshooter.report import to_text
from troubleshooter.walk import parse_request

SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}"
TIMEOUT = thing(
    "VirtualService",
    "payments",
    rest="spec: {hosts: [payments], http: [{timeout: 1s, route: [{destination: {host: payments}}]}]}",
)
SITUATION = Situation(
    inventory=inventory(SPACE, app("web"), app("payments"), service("payments"), TIMEOUT),
    request=parse_request("http://payments.shop:8080/", source="shop/deployment/web"),
)


def _consulted(symptom: str, word: str) -> tuple[list[str], Conclude]:
    """What was asked, each question answered with `word`, and the end."""
    consultation = Consultation(read_rulebook(()), PlainEvaluator(), SITUATION, symptom=symptom)
    asked = []
    while isinstance(step := consultation.next_step(), Ask):
        asked.append(step.question.fact)
        consultation.tell(step.question.fact, word)
    assert isinstance(step, Conclude)
    return asked, step


def test_what_is_seen_is_looked_into() -> None:
    """The one question that is left leads to the cause, and the page says on what it rests."""
    asked, end = _consulted("504-ut", "route")
    root = end.diagnosis.root

    assert ["failure.timeout"] == asked
    assert root is not None
    assert "vs-timeout-too-short" == root.cause
    assert "By what you said, this is why it does not:" in " ".join(to_text(end.diagnosis).split())


@pytest.mark.parametrize("symptom", ["504-ut", ""])
def test_what_if_comes_to_what_an_answer_would(symptom: str) -> None:
    """A supposition names the root that the same answer would, whether somebody sees the failure or only wonders."""
    consultation = Consultation(read_rulebook(()), PlainEvaluator(), SITUATION, symptom=symptom)
    then = consultation.suppose("failure.timeout", "route").then

    assert then is not None
    assert "vs-timeout-too-short" == then.cause


@pytest.mark.parametrize(("symptom", "word"), [("504-ut", "unknown"), ("", "route")])
def test_without_an_answer_it_arrives(symptom: str, word: str) -> None:
    """Nothing is concluded from the objects alone, and without a symptom nothing is asked."""
    asked, end = _consulted(symptom, word)

    assert end.diagnosis.walk is not None
    assert (Verdict.REACHABLE, (), bool(symptom)) == (end.diagnosis.walk.verdict, end.diagnosis.findings, bool(asked))
