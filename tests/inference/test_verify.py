"""An engine that says what is not so is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.inference.inference_strategies import engine_facts, rule_bases
from troubleshooter.inference import EngineFact, EngineFailed, Firing, PlainEvaluator, Rule
from troubleshooter.inference.verify import SMALL_CASE, check

RULES = (
    Rule(id="r", conditions=(("a.b", "1"),), concludes=("a.c", "1")),
    Rule(id="s", conditions=(("a.c", "1"),), concludes=("cause:x", "holds")),
)
FACTS = (EngineFact(case="1", kind="a.b", word="1"),)
FIRINGS = PlainEvaluator().run(RULES, FACTS)


@given(rule_bases(), engine_facts())
def test_what_is_right_passes(rules: tuple[Rule, ...], facts: tuple[EngineFact, ...]) -> None:
    """All firings of the plain evaluator are believed."""
    check(rules, facts, PlainEvaluator().run(rules, facts), "an engine")


def test_the_order_does_not_matter() -> None:
    """A chain is believed when its end is named first."""
    check(RULES, FACTS, FIRINGS[::-1], "an engine")


WRONG = {
    "a rule that is not ours": replace(FIRINGS[0], rule="t"),
    "a fact that is not there": replace(FIRINGS[0], used=(("a.b", "2"),)),
    "another conclusion": replace(FIRINGS[0], concluded=("cause:y", "holds")),
    "another case": replace(FIRINGS[0], case="2"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_firing_is_noticed(wrong: Firing) -> None:
    """One wrong firing among right ones is enough."""
    with pytest.raises(EngineFailed, match="applied a rule where it does not hold"):
        check(RULES, FACTS, (*FIRINGS, wrong), "an engine")


def test_a_firing_that_rests_on_itself_is_noticed() -> None:
    """Two firings that prove each other prove nothing."""
    circle = (
        Rule(id="r", conditions=(("a.b", "1"),), concludes=("a.c", "1")),
        Rule(id="s", conditions=(("a.c", "1"),), concludes=("a.b", "1")),
    )
    told = PlainEvaluator().run(circle, FACTS)

    with pytest.raises(EngineFailed, match="applied a rule where it does not hold"):
        check(circle, (EngineFact(case="1", kind="a.d", word="1"),), told, "an engine")


def test_a_missing_firing_is_noticed() -> None:
    """A small case is worked out anew, so what was left out is named."""
    with pytest.raises(EngineFailed, match="did not apply the rule s where it holds"):
        check(RULES, FACTS, FIRINGS[:1], "an engine")


def test_a_large_case_is_not_worked_out_anew() -> None:
    """In a case of many facts only what was said is checked."""
    many = tuple(EngineFact(case="1", kind=f"a.n{n}", word="1") for n in range(SMALL_CASE))

    check(RULES, FACTS + many, FIRINGS[:1], "an engine")
