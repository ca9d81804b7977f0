"""durable-rules draws the same conclusions as the plain evaluator, whatever it is told within its limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from tests.inference.inference_builders import PIECE, book, case, cause, follows
from tests.inference.inference_strategies import engine_facts, rule_bases
from troubleshooter.engine import DurableEngine
from troubleshooter.engine.definition import MAX_CONDITIONS, MAX_KINDS, MAX_PATTERNS, MAX_WORDS
from troubleshooter.engine.durable import SESSION_FACTS, SLOTS
from troubleshooter.inference import EngineFact, Firing, PlainEvaluator, Rule, judge

Rules = tuple[Rule, ...]
Facts = tuple[EngineFact, ...]


@pytest.fixture(scope="module")
def engine() -> Iterator[DurableEngine]:
    """One worker for the whole module, as one consultation has one."""
    with DurableEngine() as running:
        yield running


def plain(rules: Rules, facts: Facts) -> tuple[Firing, ...]:
    """The oracle."""
    return PlainEvaluator().run(rules, facts)


def alone(number: int, *conditions: tuple[str, str], concludes: tuple[str, str] = ("cause:c", "holds")) -> Rule:
    """A rule."""
    return Rule(id=f"r{number}", conditions=conditions, concludes=concludes)


def fact(kind: str, word: str = "1", case_id: str = "a") -> EngineFact:
    """A fact."""
    return EngineFact(case=case_id, kind=kind, word=word)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule_bases(), engine_facts())
def test_it_agrees_with_the_plain_evaluator(engine: DurableEngine, rules: Rules, facts: Facts) -> None:
    """Every firing, with the facts it used, in the same order."""
    assert plain(rules, facts) == engine.run(rules, facts)


WIDE: dict[str, tuple[Rules, Facts]] = {
    "many rules on one word": (
        tuple(alone(n, ("a.b", "1"), (f"c.n{n % 50}", "1")) for n in range(600)),
        (fact("a.b"), *(fact(f"c.n{n}") for n in range(0, 50, 3))),
    ),
    "as many conditions on one fact as are allowed": (
        tuple(alone(n, ("a.b", str(n % 7))) for n in range(MAX_PATTERNS)),
        tuple(fact("a.b", str(n), str(n)) for n in range(8)),
    ),
    "as many facts as are allowed": (
        tuple(alone(n, (f"a.n{n}", "1")) for n in range(MAX_KINDS)),
        tuple(fact(f"a.n{n}") for n in range(MAX_KINDS)),
    ),
    "as many words as are allowed": (
        tuple(alone(n, ("a.b", str(n)), ("a.c", "1")) for n in range(MAX_WORDS)),
        (fact("a.b", "77"), fact("a.c")),
    ),
    "as many conditions in a rule as are allowed": (
        (alone(0, *((f"a.n{n}", "1") for n in range(MAX_CONDITIONS))),),
        tuple(fact(f"a.n{n}", case_id=c) for c in "ab" for n in range(MAX_CONDITIONS) if (c, n) != ("b", 9)),
    ),
    "a long chain": (
        tuple(alone(n, (f"a.n{n}", "1"), concludes=(f"a.n{n + 1}", "1")) for n in range(200)),
        (fact("a.n0"), fact("a.n150", case_id="b")),
    ),
    "words that look like numbers, truths and quotes": (
        tuple(alone(n, ("a.b", word)) for n, word in enumerate(("1", "1.0", "true", '"', "\\", "ü", "", "null"))),
        tuple(fact("a.b", word, word) for word in ("1", "1.0", "true", '"', "\\", "ü", "", "null", "True", "01")),
    ),
    "more facts than a session takes": (
        (alone(0, ("a.b", "1"), ("a.c", "1"), concludes=("a.d", "1")), alone(1, ("a.d", "1"))),
        tuple(fact(f"a.{'bc'[n % 2]}", case_id=str(n // 2)) for n in range(2 * SESSION_FACTS + 100)),
    ),
    "a case that is larger than a session": (
        (alone(0, ("a.n0", "1"), (f"a.n{SESSION_FACTS}", "1")),),
        tuple(fact(f"a.n{n}") for n in range(SESSION_FACTS + 1)),
    ),
}


@pytest.mark.parametrize(("rules", "facts"), WIDE.values(), ids=WIDE.keys())
def test_at_its_limits(engine: DurableEngine, rules: Rules, facts: Facts) -> None:
    """As much as is allowed of anything is still right."""
    assert plain(rules, facts) == engine.run(rules, facts)


def test_no_facts_are_no_trouble(engine: DurableEngine) -> None:
    """Nothing told, nothing concluded."""
    assert () == engine.run([alone(0, ("a.b", "1"))], [])


def test_more_rule_bases_than_slots(engine: DurableEngine) -> None:
    """Rules told long ago are told again when they are needed again."""
    bases = [(alone(n, ("a.b", str(n))),) for n in range(SLOTS + 2)]
    found = [engine.run(rules, [fact("a.b", str(n))])[0].rule for n, rules in [*enumerate(bases)] * 2]

    assert [f"r{n}" for n in range(SLOTS + 2)] * 2 == found


def test_judging_with_it_is_judging(engine: DurableEngine) -> None:
    """The same cases stand the same, whoever works it out."""
    rulebook = book(
        follows("a.c", "1", "a.b=1"), cause("c", "a.c=1|2", unless="a.d=1", supports="a.e=1"), cause("d", "a.b=2")
    )
    told = [case("a.b=1", "one"), case("a.b=1 a.d=1", "two"), case("a.b=1 a.e=1", "three", PIECE), case("a.b=2", "4")]

    assert judge(rulebook, told, PlainEvaluator()).cases == judge(rulebook, told, engine).cases


def test_it_is_named(engine: DurableEngine) -> None:
    """A judgement drawn with it says so, and nothing else."""
    assert "durable-rules" == judge(book(cause("c", "a.b=1")), [case("a.b=1")], engine).engine
