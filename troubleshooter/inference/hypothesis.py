"""What an answer would change: every word that a fact could have, tried out beside what is known.

Theory of operation. Each (fact, word) to be tried is a case of its own with all that was told and this one more, and
all of them are judged at once by the plain evaluator: nothing here is concluded, so no engine is needed. Only causes
that ask for the fact, or for one that may follow from it, can change. Pure. Must not know: who would answer, or at what
cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from troubleshooter.inference.certainty import standing_by
from troubleshooter.inference.compile import Pair, all_conditions, rules_for
from troubleshooter.inference.evaluate import PlainEvaluator
from troubleshooter.inference.judgement import CaseJudgement, Standing
from troubleshooter.inference.port import EngineFact, Firing, Rule
from troubleshooter.inference.settle import settle
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Rulebook

OTHER = ""
"""Stands for every word that no condition asks for, where no question lists the words."""

Links: TypeAlias = Mapping[str, frozenset[str]]
"""A name to the names that it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What it would mean if the fact had this word: the causes that would stand otherwise than now, as they would."""

    word: str
    changes: tuple[Standing, ...]


def outcomes(
    rulebook: Rulebook, judged: CaseJudgement, now: Sequence[Standing], facts: Collection[str]
) -> dict[str, tuple[Outcome, ...]]:
    """For each of `facts`, none of which is known, what each of its words would do to the causes in `now`."""
    book = replace(rulebook, causes={standing.cause: rulebook.causes[standing.cause] for standing in now})
    words = _words(book)
    known = {name: fact.word for name, fact in judged.facts.items() if name not in judged.record.derived}
    tried = [(fact, word) for fact in facts for word in words.get(fact, ())]
    firings = _firings(rules_for(book, judged.kind), known, tried)
    found: dict[str, list[Outcome]] = defaultdict(list)
    askers, follows = _askers(book), derivable_from(book)
    for number, pair in enumerate(tried):
        affected = frozenset().union(*(askers.get(name, ()) for name in closure(pair[0], follows)))
        then = _standings(book, known | {pair[0]: pair[1]}, firings[str(number)], affected)
        changes = (s for s in now if s.cause in then and then[s.cause].certainty is not s.certainty)
        found[pair[0]].append(Outcome(word=pair[1], changes=tuple(then[s.cause] for s in changes)))
    return {fact: tuple(found[fact]) for fact in facts}


def closure(start: str, links: Links) -> frozenset[str]:
    """`start` and everything that it leads to."""
    reached = {start}
    queue = [start]
    while queue:
        new = links.get(queue.pop(), frozenset()) - reached
        reached |= new
        queue += new
    return frozenset(reached)


def derivable_from(rulebook: Rulebook) -> Links:
    """A fact to the facts that a derivation concludes from it (and perhaps others)."""
    return _grouped((c.fact, d.fact) for d in rulebook.derivations for c in conditions(d.when))


def derived_with(rulebook: Rulebook) -> Links:
    """A fact to the facts from which a derivation concludes it."""
    return _grouped((d.fact, c.fact) for d in rulebook.derivations for c in conditions(d.when))


def _askers(book: Rulebook) -> Links:
    return _grouped((condition.fact, cause.id) for cause in book.causes.values() for condition in all_conditions(cause))


def _grouped(pairs: Iterable[tuple[str, str]]) -> Links:
    groups: dict[str, set[str]] = defaultdict(set)
    for name, other in pairs:
        groups[name].add(other)
    return {name: frozenset(others) for name, others in groups.items()}


def _words(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """The words each fact may have: its question's answers; without one, those asked for, and one for all others."""
    words: dict[str, dict[str, None]] = defaultdict(dict)
    asked = [c for cause in book.causes.values() for c in all_conditions(cause)]
    for condition in (*asked, *(c for derivation in book.derivations for c in conditions(derivation.when))):
        words[condition.fact].update(dict.fromkeys((*condition.words, OTHER)))
    return {f: tuple(book.questions[f].answers) if f in book.questions else tuple(words[f]) for f in words}


def _firings(rules: Sequence[Rule], known: Mapping[str, str], tried: Sequence[Pair]) -> Mapping[str, list[Firing]]:
    facts = tuple(
        EngineFact(case=str(number), kind=name, word=word)
        for number, pair in enumerate(tried)
        for name, word in (*known.items(), pair)
    )
    firings: dict[str, list[Firing]] = defaultdict(list)
    for firing in PlainEvaluator().run(rules, facts):
        firings[firing.case].append(firing)
    return firings


def _standings(
    book: Rulebook, told: Mapping[str, str], firings: Sequence[Firing], causes: Iterable[str]
) -> dict[str, Standing]:
    record = settle(told.items(), firings)
    words = {**told, **{name: firing.concluded[1] for name, firing in record.derived.items()}}
    return {cause: standing_by(book.causes[cause], words, record) for cause in causes}
