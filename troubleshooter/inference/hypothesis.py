"""What an answer would change: every word that a fact could have, tried out beside what is known.

Theory of operation. Each (fact, word) to be tried is a case of its own with all that was told and this one more, and
all of them are judged at once by the plain evaluator: nothing here is concluded, so no engine is needed. Only causes
that ask for the fact, or for one that may follow from it, can change, and those that need what then makes no sense:
these are ruled out. Pure. Must not know: who would answer, or at what
cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from troubleshooter.inference.certainty import standing_by
from troubleshooter.inference.compile import Pair, all_conditions, rules_for
from troubleshooter.inference.evaluate import PlainEvaluator
from troubleshooter.inference.judgement import CaseJudgement, Record, Standing
from troubleshooter.inference.links import KEPT, Links, derivable_from, derived_with, grouped, reached_by
from troubleshooter.inference.moot import can_hold, moot, moot_after
from troubleshooter.inference.port import EngineFact, Firing, Rule
from troubleshooter.inference.settle import settle
from troubleshooter.model import Certainty
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Rulebook

OTHER = ""
"""Stands for every word that no condition asks for, where no question lists the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What it would mean if the fact had this word: the causes that would stand otherwise than now, as they would."""

    word: str
    changes: tuple[Standing, ...]


def outcomes(
    rulebook: Rulebook, judged: CaseJudgement, now: Sequence[Standing], facts: Collection[str]
) -> dict[str, tuple[Outcome, ...]]:
    """For each of `facts`, none of which is known, what each of its words would do to the causes in `now`."""
    causes = {standing.cause: rulebook.causes[standing.cause] for standing in now}
    words = _words(replace(rulebook, causes=causes))
    known = {name: fact.word for name, fact in judged.facts.items() if name not in judged.record.derived}
    tried = [(fact, word) for fact in facts for word in words.get(fact, ())]
    firings = _firings(rules_for(rulebook, judged.kind, causes), known, tried)
    found: dict[str, list[Outcome]] = defaultdict(list)
    forecast = _Forecast(rulebook, now, judged.words)
    for number, pair in enumerate(tried):
        record = settle((known | {pair[0]: pair[1]}).items(), firings[str(number)])
        found[pair[0]].append(forecast.outcome(pair, known, record))
    return {fact: tuple(found[fact]) for fact in facts}


class _Forecast:
    """How causes would stand. Once a fact is known, only those can stand otherwise that ask for it, for what may
    follow from it, or for what makes no sense any more."""

    def __init__(self, book: Rulebook, now: Sequence[Standing], words: Mapping[str, str]) -> None:
        self.book, self.now = book, now
        self.askers, self.follows, self.origins = _askers(book), derivable_from(book), derived_with(book)
        self.lost = moot(book, words)

    def outcome(self, pair: Pair, known: Mapping[str, str], record: Record) -> Outcome:
        """What the answer `pair` changes, where it leads to `record`."""
        words = {**known, pair[0]: pair[1], **{name: firing.concluded[1] for name, firing in record.derived.items()}}
        reached = reached_by(pair[0], self.follows)
        lost = moot_after(self.book, words, self.lost, reached)
        touched = reached.union(*(reached_by(fact, self.follows) for fact in lost - self.lost))
        asking = frozenset().union(*(self.askers.get(name, ()) for name in touched))
        then = (self._then(s, words, record, lost) for s in self.now if s.cause in asking)
        before = {s.cause: s.certainty for s in self.now}
        return Outcome(word=pair[1], changes=tuple(s for s in then if s.certainty is not before[s.cause]))

    def _then(self, now: Standing, words: Mapping[str, str], record: Record, lost: frozenset[str]) -> Standing:
        """One that needs what makes no sense then is ruled out."""
        cause = self.book.causes[now.cause]
        then = standing_by(cause, words, record)
        if then.certainty is not Certainty.POSSIBLE or can_hold(cause.when, words, lost, self.origins):
            return then
        return Standing(cause=cause.id, certainty=Certainty.RULED_OUT, against=then.missing)


@lru_cache(KEPT)
def _askers(book: Rulebook) -> Links:
    return grouped((condition.fact, cause.id) for cause in book.causes.values() for condition in all_conditions(cause))


def _words(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """The words each fact may have: its question's answers; without one, those asked for, and one for all others."""
    words: dict[str, dict[str, None]] = defaultdict(dict)
    asked = [c for cause in book.causes.values() for c in all_conditions(cause)]
    whens = (*(d.when for d in book.derivations), *(q.only_if for q in book.questions.values()))
    for condition in (*asked, *(c for when in whens for c in conditions(when))):
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
