"""The decision tree of a symptom: the choice of the next question, unrolled from a case of which nothing is known.

Theory of operation. Every answer to the first question is given in turn, then every answer to each question that comes
next, and so on, up to a limit. Answers that leave the same causes with the same things missing lead to the same place,
which is drawn once: so the tree is a graph without circles. `unknown` is no branch of its own: the next question then
is the next best one. Pure. Must not know how a tree is drawn.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from troubleshooter.consult.consultation import Consultation
from troubleshooter.consult.narrowing import FLAG
from troubleshooter.consult.steps import Ask
from troubleshooter.inference import UNEXPLAINED, Engine, Standing, derived_with, reached_by
from troubleshooter.model import Question
from troubleshooter.rulebook import Rulebook, conditions

LIMIT = 60
"""Questions that are unrolled. More than that nobody reads; answers that lead past it name the causes left there."""

Told: TypeAlias = tuple[tuple[str, str], ...]


class Place(NamedTuple):
    """Where an answer leads: to question number `to`, to `cause` ("" if none that is known explains it), or past the
    limit, to a question that was not unrolled, where `left` are the causes still possible."""

    to: int | None = None
    cause: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Answers (`words`, at least one) that lead to the same place."""

    words: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """One question of a tree, counted from 1, the causes that are still possible there, and where answers lead."""

    number: int
    question: Question
    left: tuple[str, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All questions of a symptom, those that take fewer answers to reach first."""

    symptom: str
    junctions: tuple[Junction, ...]


def tree_of(rulebook: Rulebook, engine: Engine, symptom: str, limit: int = LIMIT) -> Tree:
    """The tree of one of the rulebook's symptoms, with at most `limit` questions."""
    unrolling = _Unrolling(rulebook, engine, symptom, limit)
    unrolling.place_of(())
    return Tree(symptom=symptom, junctions=tuple(unrolling.junctions()))


class _Unrolling:
    """The questions that were reached, each by what is still open there, and those to go on from."""

    def __init__(self, rulebook: Rulebook, engine: Engine, symptom: str, limit: int) -> None:
        self.rulebook, self.engine, self.symptom, self.limit = rulebook, engine, symptom, limit
        self.origins = derived_with(rulebook)
        self.numbers: dict[object, int] = {}
        self.waiting: deque[tuple[Told, Question, tuple[str, ...]]] = deque()

    def junctions(self) -> Iterator[Junction]:
        """Each question that is reached, with the places to which its answers lead."""
        for number in itertools.count(1):
            if not self.waiting:
                return
            told, question, left = self.waiting.popleft()
            places: dict[Place, list[str]] = {}
            for word, _ in question.answers:
                places.setdefault(self.place_of((*told, (question.fact, word))), []).append(word)
            branches = tuple(Branch(words=tuple(words), place=place) for place, words in places.items())
            yield Junction(number=number, question=question, left=left, branches=branches)

    def place_of(self, told: Told) -> Place:
        """Where these answers lead. A question that is reached for the first time waits for its turn."""
        consultation = Consultation(self.rulebook, self.engine, symptom=self.symptom)
        for fact, word in told:
            consultation.tell(fact, word)
        step = consultation.next_step()
        if not isinstance(step, Ask):
            return Place(cause=next((finding.cause for finding in consultation.diagnosis().findings), ""))
        standings = consultation.why(step.question.fact).remaining
        found = (c.cause for c in consultation.examined.conclusions if c.root and c.cause != UNEXPLAINED)
        left = tuple(dict.fromkeys((*found, *(standing.cause for standing in standings))))
        here = (step.question.fact, self._open(standings, consultation))
        if here not in self.numbers:
            if len(self.numbers) == self.limit:
                return Place(left=left)
            self.numbers[here] = len(self.numbers) + 1
            self.waiting.append((told, step.question, left))
        return Place(to=self.numbers[here])

    def _open(self, left: Sequence[Standing], consultation: Consultation) -> object:
        """What decides what comes next: what is concluded and what could still change that, how the causes that are
        left stand, which of their conditions hold, the flag, and what is known of that from which the others may
        follow. A cause that does not show as this symptom may be concluded too."""
        known = next(iter(consultation.examined.judgement.cases.values())).words
        causes = [self.rulebook.causes[standing.cause] for standing in left]
        held = {c.cause for c in consultation.examined.conclusions if c.cause != UNEXPLAINED}
        others = (c for c in self.rulebook.causes.values() if c.id in held or self.symptom not in c.symptoms)
        asked = [c for cause in (*causes, *others) for c in (*conditions(cause.when), *cause.unless, *cause.supports)]
        holds = tuple(known[c.fact] in c.words if c.fact in known else None for c in asked)
        near = {origin for c in asked if c.fact not in known for origin in reached_by(c.fact, self.origins)}
        stand = tuple((standing.cause, standing.certainty) for standing in left)
        concluded = tuple((found.cause, found.certainty) for found in consultation.examined.conclusions)
        return concluded, stand, holds, known.get(FLAG), frozenset((fact, known[fact]) for fact in near & known.keys())
