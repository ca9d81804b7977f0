"""What a cause's conditions decide: all of them together, and each of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import book, cause_in, folders
from troubleshooter.consult import UNKNOWN, Ask, Consultation, Look
from troubleshooter.inference import PlainEvaluator, Record, Standing, judge, standing
from troubleshooter.inference.certainty import standing_by
from troubleshooter.inference.compile import rules_for
from troubleshooter.model import Case, CaseKind, Certainty, Fact, Source
from troubleshooter.rulebook import Cause, Rulebook, conditions, expand

SURE = {Certainty.CONFIRMED, Certainty.LIKELY}

every_cause = pytest.mark.parametrize("folder", folders())


def ways(cause: Cause) -> list[dict[str, str]]:
    """Every way in which `when` can hold, as facts with their words."""
    branches = (dict(branch) for branch in expand(cause.when) if len(dict(branch)) == len(branch))
    return list({frozenset(words.items()): words for words in branches}.values())


def one_less(cause: Cause) -> Iterator[tuple[str, dict[str, str]]]:
    """Each fact that a way needs, with the others of that way."""
    for words in ways(cause):
        for left_out in words:
            yield left_out, {fact: word for fact, word in words.items() if fact != left_out}


def standings(cause: Cause, told: list[dict[str, str]]) -> list[Standing]:
    """How the cause stands where each of these sets of facts is all that is known."""
    kind = cause.cases[0]
    cases = [Case(id=str(number), kind=kind, facts=facts(words)) for number, words in enumerate(told)]
    alone = replace(book(), causes={cause.id: cause})
    judged = judge(alone, cases, PlainEvaluator()).cases
    return [standing(cause, judged[case.id]) for case in cases]


def facts(words: Mapping[str, str]) -> dict[str, Fact]:
    """Facts that somebody told."""
    return {name: Fact(name=name, word=word, sources=(Source(said=True),)) for name, word in words.items()}


@every_cause
def test_all_of_when_makes_it_hold(folder: Path) -> None:
    """Where all of one way is known, the cause holds."""
    cause = cause_in(folder)

    assert SURE >= {found.certainty for found in standings(cause, ways(cause))}


@every_cause
def test_each_fact_is_needed(folder: Path) -> None:
    """Where all of a way is known but one fact, the cause is possible, and that fact is what it misses."""
    cause = cause_in(folder)
    left_out, told = zip(*one_less(cause), strict=True)
    found = standings(cause, list(told))

    assert [] == [
        f"{fact} is not needed beside {words}: {each.certainty}, misses {each.missing}"
        for fact, words, each in zip(left_out, told, found, strict=True)
        if each.certainty is not Certainty.POSSIBLE or fact not in each.missing
    ]


@every_cause
def test_without_one_fact_the_consultation_goes_on(folder: Path) -> None:
    """Where one fact is missing and its question is open, something is looked at or asked, and the cause is not
    concluded."""
    cause = cause_in(folder)
    if CaseKind.WALK not in cause.cases:
        pytest.skip("nobody is asked about what is no request")
    way = ways(cause)[0]
    ends = {left_out: consulted(cause, {f: w for f, w in way.items() if f != left_out}) for left_out in way}

    assert dict.fromkeys(way, "goes on") == ends


def consulted(cause: Cause, words: Mapping[str, str]) -> str:
    """What a consultation about this cause alone does once these facts were told: what it comes to, or that it goes
    on."""
    alone = replace(book(), causes={cause.id: cause})
    consultation = Consultation(alone, PlainEvaluator())
    for fact, word in words.items():
        question = book().questions.get(fact) or pytest.fail(f"questions.yaml has no question for {fact}")
        consultation.tell(fact, word if word in question.answers else UNKNOWN)
    step = consultation.next_step()
    if isinstance(step, Ask | Look):
        return "goes on"
    return f"concludes {[finding.cause for finding in step.diagnosis.findings]}"


@every_cause
def test_each_unless_rules_it_out(folder: Path) -> None:
    """Each `unless`, with each of its words, rules the cause out by itself, and is named as what did it."""
    cause = cause_in(folder)
    alone = [(condition.fact, word) for condition in cause.unless for word in condition.words]
    told = [{**way, fact: word} for fact, word in alone for way in ways(cause)]
    expected = [(Certainty.RULED_OUT, fact) for fact, _ in alone for _ in ways(cause)]

    assert expected == [(found.certainty, *found.against[:1]) for found in standings(cause, told)]


@every_cause
def test_each_support_confirms_it(folder: Path) -> None:
    """Each of `supports`, with each of its words, makes likely what was not confirmed without it."""
    cause = cause_in(folder)
    alone = [(condition.fact, word) for condition in cause.supports for word in condition.words]
    told = [{**way, fact: word} for fact, word in alone for way in ways(cause)]

    assert [Certainty.CONFIRMED] * len(told) == [found.certainty for found in standings(cause, told)]


@every_cause
def test_facts_in_rules_are_facts_declared(folder: Path) -> None:
    """The engine is asked for the facts that `when`, `unless` and `supports` name, all of them and no others."""
    cause = cause_in(folder)
    declared = {condition.fact for condition in (*conditions(cause.when), *cause.unless, *cause.supports)}
    rules = rules_for(Rulebook(causes={cause.id: cause}), cause.cases[0])

    assert declared == {fact for rule in rules for fact, _ in rule.conditions}


@every_cause
def test_facts_read_are_facts_declared(folder: Path) -> None:
    """Where nothing is known yet, deciding reads every fact that `when` names, and no others."""
    cause, words = cause_in(folder), Noting()
    standing_by(cause, words, Record())

    assert {condition.fact for condition in conditions(cause.when)} == words.read


class Noting(Mapping[str, str]):
    """Words of facts, none of which is known, that remembers which were asked for."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@every_cause
def test_references_can_be_opened_safely(folder: Path) -> None:
    """Every reference is a page with https."""
    assert [] == [page for page in cause_in(folder).references if not page.startswith("https://")]


def test_every_fact_in_a_when_can_be_asked() -> None:
    """Where there is no source, a person is the last one: each fact that a cause needs has a question."""
    needed = chain.from_iterable(conditions(c.when) for c in book().causes.values() if CaseKind.WALK in c.cases)

    assert [] == sorted({condition.fact for condition in needed} - book().questions.keys())
