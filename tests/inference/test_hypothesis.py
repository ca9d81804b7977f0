"""What an answer would change is what it changes once it is given."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.inference.inference_builders import book, cause, follows, judged
from tests.inference.inference_strategies import NAMES, cases
from troubleshooter.inference import remaining, standing
from troubleshooter.inference.hypothesis import outcomes
from troubleshooter.model import Case, Fact

A, B, C, D, E, F, G = NAMES
RULEBOOK = book(
    follows(B, "yes", f"{A}=yes {C}=yes"),
    follows(B, "no", f"{C}=yes|no"),
    follows(D, "yes", f"{B}=no"),
    cause("c", f"{B}=yes", [f"{D}=yes|no", f"{E}=yes"], supports=f"{G}=yes"),
    cause("d", f"{B}=no|true", unless=f"{F}=yes", supports=f"{G}=no {A}=no"),
    cause("e", f"{D}=yes", f"{E}=no"),
)


@given(cases(), st.sampled_from(NAMES))
def test_the_forecast_comes_true(told: tuple[Case, ...], asked: str) -> None:
    """For every word, judging with the answer changes exactly the causes that were foretold, as foretold."""
    judgement = judged(RULEBOOK, *told)
    for one in told:
        before = judgement.cases[one.id]
        if asked in before.facts:
            continue
        left = remaining(RULEBOOK, before)
        for outcome in outcomes(RULEBOOK, before, left, [asked])[asked]:
            answer = Fact(name=asked, word=outcome.word)
            after = judged(RULEBOOK, replace(one, facts={**one.facts, asked: answer})).cases[one.id]
            then = [standing(RULEBOOK.causes[now.cause], after) for now in left]

            changed = [new for new, now in zip(then, left, strict=True) if new.certainty is not now.certainty]
            assert changed == list(outcome.changes)
