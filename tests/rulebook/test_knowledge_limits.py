"""A rulebook that is too big for the rule engine is refused where it grew too big."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import TEXTS, check_mistakes
from troubleshooter.model import CaseKind, Catalogue, FactKind, Prevalence, Severity, Stage
from troubleshooter.rulebook import Cause, Condition, Mistake, Place, Rulebook, When, check
from troubleshooter.rulebook.checks.limits import fnv1a


def cause(number: int, when: When) -> Cause:
    """A cause that is right in all but its size."""
    return Cause(
        id=f"c-{number}",
        area="mtls",
        title="It is big",
        stages=(Stage.ROUTE,),
        cases=(CaseKind.PIECE,),
        severity=Severity.INFO,
        prevalence=Prevalence.RARE,
        status="draft",
        when=when,
        explain=(),
        fixes=(),
        references=("x",),
        place=Place(file=f"c-{number}.yaml"),
    )


def asking(fact: str, *words: str) -> Condition:
    """A condition in a file that has the fact's name."""
    return Condition(fact=fact, words=words, place=Place(file=fact))


def check_whens(*whens: When) -> tuple[Mistake, ...]:
    """What is wrong with a rulebook of such causes, where every fact and word is in the catalogue."""
    asked = [condition for when in whens for condition in when if isinstance(condition, Condition)]
    facts = {
        condition.fact: FactKind(name=condition.fact, words=condition.words, sentence="It is.", derived_by="mesh")
        for condition in sorted(asked, key=lambda condition: len(condition.words))
    }
    causes = {f"c-{number}": cause(number, when) for number, when in enumerate(whens)}
    book = Rulebook(causes=causes)
    return check(book, Catalogue(roles=frozenset(), facts=facts, details={}), frozenset())


def words(number: int) -> list[str]:
    """So many different words."""
    return [f"w{n}" for n in range(number)]


def test_64_branches_are_taken() -> None:
    """8 words of one fact and 8 of another make 64 rules."""
    assert () == check_whens((asking("a", *words(8)), asking("b", *words(8))))


def test_65_branches_are_refused() -> None:
    """5 words and 13 words make 65 rules."""
    said = "c-0.yaml:1:1: this multiplies out to 65 rules, and 64 are the limit; split it, or derive a fact"

    assert [said] == [str(m) for m in check_whens((asking("a", *words(5)), asking("b", *words(13))))]


def test_a_huge_product_is_only_counted() -> None:
    """What would be a million million rules is refused at once."""
    (mistake,) = check_whens(tuple(asking(f"f{n}", *words(10)) for n in range(12)))

    assert "1000000000000 rules" in mistake.text


def test_14_conditions_are_taken() -> None:
    """The engine joins up to 14 facts."""
    assert () == check_whens(tuple(asking(f"f{n}", "w") for n in range(14)))


def test_15_conditions_are_refused() -> None:
    """One more is too many."""
    said = "c-0.yaml:1:1: this has 15 conditions that must hold at once, and 14 are the limit; derive a fact first"

    assert [said] == [str(m) for m in check_whens(tuple(asking(f"f{n}", "w") for n in range(15)))]


def test_a_derivation_has_the_same_limits() -> None:
    """Derivations are rules too."""
    many = "{connection.client: [plaintext, mtls, no]}, {caller.proxy: [present, absent]}"
    alternatives = ", ".join(["{caller.proxy: absent}"] * 11)
    texts = TEXTS | {
        "derivations.yaml": "- id: big\n  then: {target.mtls_mode: strict}\n"
        f"  when: [{many}, {{any: [{alternatives}]}}]\n"
    }
    (said,) = check_mistakes(texts)

    assert "derivations.yaml:3:9: this multiplies out to 66 rules, and 64 are the limit" == said.split(";")[0]


def test_481_words_of_a_fact_are_refused() -> None:
    """Tests on one fact share a node of the engine, which loops for ever at 512."""
    whens = [(asking("a", *words(481)[n : n + 60]),) for n in range(0, 481, 60)]
    found = [m.text.split(",")[0] for m in check_whens(*whens, (asking("a", *words(1)),)) if "engine" in m.text]

    assert ["conditions ask for 481 words of `a`"] == found


def test_481_facts_are_refused() -> None:
    """Facts share a node too."""
    whens = [(asking(f"fact-{n}", "w"),) for n in range(481)]

    assert ["causes:1:1: conditions name 481 facts"] == [str(m).split(",")[0] for m in check_whens(*whens)]


def test_1401_conditions_on_a_fact_are_refused() -> None:
    """Whatever stands in every cause is split over nodes, of which there are not many."""
    whens = [(asking("a", "w"), asking(f"b{n % 24}", *words(60)[n // 24 :])) for n in range(24)]
    found = [str(m).split(",")[0] for m in check_whens(*whens) if "stands in" in m.text]

    assert ["a:1:1: `a` stands in 1440 conditions"] == found


def test_4001_rules_are_refused() -> None:
    """The engine holds 4096 rules; some are its own."""
    whens = [(asking(f"f{n}", *words(50)),) for n in range(81)]

    assert ["causes:1:1: all causes multiply out to 4050 rules"] == [str(m).split(",")[0] for m in check_whens(*whens)]


@pytest.mark.parametrize(
    ("name", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968), ("costarring", fnv1a("liquid"))]
)
def test_names_are_hashed_as_the_engine_does(name: str, value: int) -> None:
    """The values are those of the FNV authors' own test vectors, and a pair that is known to collide."""
    assert value == fnv1a(name)


def test_names_that_collide_are_refused() -> None:
    """The engine would take one fact for the other."""
    said = "liquid:1:1: the engine cannot tell `liquid` from `costarring` (equal hashes); rename one of the facts"

    assert [said] == [str(m) for m in check_whens((asking("costarring", "w"), asking("liquid", "w")))]
