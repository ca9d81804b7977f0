"""What would be concluded if one fact were otherwise."""

from __future__ import annotations

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import rulebook
from troubleshooter.consult import Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Certainty
from troubleshooter.remedy import Situation
from troubleshooter.walk import parse_request

REQUEST = parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web")


def seen() -> Consultation:
    """A consultation about a request that no route takes."""
    return Consultation(
        rulebook(), PlainEvaluator(), Situation(inventory=inventory(SHOP, EXACT), request=REQUEST), symptom="404-envoy"
    )


def test_supposing_what_was_seen_otherwise() -> None:
    """It outranks what was seen, and rules out the cause that rests on it."""
    found = seen().suppose("route.match", "matched")

    assert found.known is not None
    assert found.now is not None
    assert found.then is not None
    assert ("none", "no-route", "unexplained") == (found.known.fact.word, found.now.cause, found.then.cause)
    assert [("no-route", Certainty.RULED_OUT)] == [(s.cause, s.certainty) for s in found.moved]


def test_supposing_keeps_nothing() -> None:
    """What is known is the same as before."""
    consultation = seen()
    before = consultation.diagnosis()
    consultation.suppose("route.match", "matched")

    assert before == consultation.diagnosis()


def test_supposing_by_answers() -> None:
    """Without a mesh the request is said to fail, so what holds would be its root."""
    consultation = Consultation(rulebook(), PlainEvaluator(), symptom="404-envoy")
    consultation.tell("route.default", "absent")
    found = consultation.suppose("route.match", "none")

    assert (None, None) == (found.known, found.now)
    assert found.then is not None
    assert ("no-route", True) == (found.then.cause, found.then.root)


@pytest.mark.parametrize(("fact", "word"), [("no.such", "none"), ("route.match", "blue")])
def test_supposing_what_is_not_in_the_catalogue(fact: str, word: str) -> None:
    """It is refused with a sentence."""
    with pytest.raises(ValueError, match=r"There is no fact|cannot be"):
        seen().suppose(fact, word)
