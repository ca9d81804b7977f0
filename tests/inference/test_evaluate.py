"""The plain evaluator against a definition that can be read at a glance."""

from __future__ import annotations

from hypothesis import given

from tests.inference.inference_strategies import engine_facts, rule_bases
from troubleshooter.inference import EngineFact, Firing, PlainEvaluator, Rule


def closure(rules: tuple[Rule, ...], facts: tuple[EngineFact, ...], case: str) -> set[tuple[str, str]]:
    """What is known in a case once nothing new follows, by trying every rule again and again."""
    known = {(fact.kind, fact.word) for fact in facts if fact.case == case}
    while True:
        new = {rule.concludes for rule in rules if known.issuperset(rule.conditions)} - known
        if not new:
            return known
        known |= new


@given(rule_bases(), engine_facts())
def test_it_finds_the_least_fixpoint(rules: tuple[Rule, ...], facts: tuple[EngineFact, ...]) -> None:
    """A rule fires in a case exactly if all its conditions are told or follow there."""
    cases = dict.fromkeys(fact.case for fact in facts)
    expected = tuple(
        Firing(rule=rule.id, case=case, used=rule.conditions, concluded=rule.concludes)
        for case in cases
        for rule in rules
        if closure(rules, facts, case).issuperset(rule.conditions)
    )

    assert expected == PlainEvaluator().run(rules, facts)


def test_cases_do_not_meet() -> None:
    """Half of the conditions in one case and half in another fire nothing."""
    rule = Rule(id="r", conditions=(("a.b", "1"), ("a.c", "2")), concludes=("cause:x", "holds"))
    facts = [EngineFact(case="1", kind="a.b", word="1"), EngineFact(case="2", kind="a.c", word="2")]

    assert () == PlainEvaluator().run([rule], facts)


def test_rules_that_wait_for_each_other_fire_nothing() -> None:
    """A circle of rules proves nothing by itself."""
    rules = [
        Rule(id="r", conditions=(("a.b", "1"),), concludes=("a.c", "1")),
        Rule(id="s", conditions=(("a.c", "1"),), concludes=("a.b", "1")),
    ]

    assert () == PlainEvaluator().run(rules, [EngineFact(case="1", kind="a.d", word="1")])
