"""What rules an engine is given."""

from __future__ import annotations

from tests.inference.inference_builders import MESH, PIECE, WALK, book, cause, follows
from troubleshooter.inference import Rule
from troubleshooter.inference.compile import rules_for


def test_a_cause_is_one_rule() -> None:
    """A `when` of plain conditions is one rule that concludes the cause."""
    rules = rules_for(book(cause("a", "x.y=1", "x.z=2")), WALK)

    expected = Rule(id="cause:a#0", conditions=(("x.y", "1"), ("x.z", "2")), concludes=("cause:a", "holds"))
    assert (expected,) == rules


def test_words_are_branches() -> None:
    """Each word of a list makes a rule of its own."""
    rules = rules_for(book(cause("a", "x.y=1|2")), WALK)

    assert [(("x.y", "1"),), (("x.y", "2"),)] == [rule.conditions for rule in rules]


def test_alternatives_are_multiplied_out() -> None:
    """Each alternative of an `any` meets each word beside it."""
    rules = rules_for(book(cause("a", "x.y=1|2", ["p.q=3", "p.r=4 p.s=5"])), WALK)

    expected = [
        (("x.y", "1"), ("p.q", "3")),
        (("x.y", "1"), ("p.r", "4"), ("p.s", "5")),
        (("x.y", "2"), ("p.q", "3")),
        (("x.y", "2"), ("p.r", "4"), ("p.s", "5")),
    ]
    assert expected == [rule.conditions for rule in rules]


def test_a_branch_with_two_words_of_one_fact_is_left_out() -> None:
    """A fact has one word, so a branch that asks for two of them is no rule."""
    rules = rules_for(book(cause("a", "x.y=1", ["x.y=2", "x.z=3"])), WALK)

    assert [(("x.y", "1"), ("x.z", "3"))] == [rule.conditions for rule in rules]


def test_a_condition_asked_twice_is_one() -> None:
    """The engine cannot match one fact twice in one rule, so no rule asks for it twice."""
    rules = rules_for(book(cause("a", "x.y=1", ["x.y=1 x.z=3"])), WALK)

    assert [(("x.y", "1"), ("x.z", "3"))] == [rule.conditions for rule in rules]


def test_a_cause_without_conditions_has_no_rule() -> None:
    """What asks nothing concludes nothing."""
    assert () == rules_for(book(cause("a")), WALK)


def test_unless_is_a_positive_rule() -> None:
    """Each `unless` concludes that the cause is ruled out, and by which fact."""
    rules = rules_for(book(cause("a", unless="x.y=1 x.z=2")), WALK)

    expected = [
        Rule(id="ruled-out:a/0#0", conditions=(("x.y", "1"),), concludes=("ruled-out:a", "x.y")),
        Rule(id="ruled-out:a/1#0", conditions=(("x.z", "2"),), concludes=("ruled-out:a", "x.z")),
    ]
    assert expected == list(rules)


def test_supports_is_a_rule() -> None:
    """Each `supports` concludes that the cause is supported, and by which fact."""
    rules = rules_for(book(cause("a", supports="x.y=1")), WALK)

    expected = Rule(id="supported:a/0#0", conditions=(("x.y", "1"),), concludes=("supported:a", "x.y"))
    assert (expected,) == rules


def test_a_derivation_concludes_its_fact() -> None:
    """A derivation is a rule whose conclusion is a fact like any other."""
    rules = rules_for(book(follows("a.b", "yes", "x.y=1", called="d")), WALK)

    assert (Rule(id="fact:d#0", conditions=(("x.y", "1"),), concludes=("a.b", "yes")),) == rules


def test_a_cause_has_rules_for_its_kinds_of_case_only() -> None:
    """A cause that applies to pieces has no rule for walks."""
    rulebook = book(cause("a", "x.y=1", cases=(PIECE, MESH)))

    assert [0, 1, 1] == [len(rules_for(rulebook, kind)) for kind in (WALK, PIECE, MESH)]


def test_a_retired_cause_has_no_rules() -> None:
    """What is retired is kept for its name, not for judging."""
    assert () == rules_for(book(cause("a", "x.y=1", status="retired")), WALK)


def test_rule_ids_are_unique() -> None:
    """Two conditions on the same fact in one `unless` stay two rules."""
    rules = rules_for(book(cause("a", "x.y=1|2", unless="x.z=1|2 x.z=3", supports="x.z=4")), WALK)

    assert len(rules) == len({rule.id for rule in rules})
