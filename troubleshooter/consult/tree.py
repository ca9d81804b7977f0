"""The decision tree of a symptom: the choice of the next question, unrolled from a case of which nothing is known.

Theory of operation. Every answer to the first question is given in turn, then every answer to the question that comes
next, and so on. Answers that leave the same causes with the same things missing lead to the same place, which is drawn
once: so the tree is a graph without circles, and stays small. `unknown` is no branch of its own: the next question is
then the next best one. Pure. Must not know how a tree is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from troubleshooter.consult.consultation import Consultation
from troubleshooter.consult.steps import Ask
from troubleshooter.inference import Engine, Standing, closure, derived_with
from troubleshooter.model import Question
from troubleshooter.rulebook import Rulebook

LIMIT = 400
"""Questions that are unrolled; answers past it lead to `cut`."""

Told: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Answers (`words`, at least one) that lead to the same place: to question number `to`, or, where that is None, to
    `cause` ("" if none that is known explains it). `cut` says that there is more, which was not unrolled."""

    words: tuple[str, ...]
    to: int | None = None
    cause: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """One question of a tree, counted from 1, the causes that are still possible there, and where answers lead."""

    number: int
    question: Question
    left: tuple[str, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All questions of a symptom, each before those to which it leads first. Without any, `cause` is what is left
    to say ("" for nothing)."""

    symptom: str
    junctions: tuple[Junction, ...]


def tree_of(rulebook: Rulebook, engine: Engine, symptom: str, limit: int = LIMIT) -> Tree:
    """The tree of one of the rulebook's symptoms, with at most `limit` questions."""
    unrolling = _Unrolling(rulebook, engine, symptom, limit)
    unrolling.visit(())
    return Tree(symptom=symptom, junctions=tuple(unrolling.junctions[n] for n in sorted(unrolling.junctions)))


class _Unrolling:
    """The places that were reached, each by what is still open there."""

    def __init__(self, rulebook: Rulebook, engine: Engine, symptom: str, limit: int) -> None:
        self.rulebook, self.engine, self.symptom, self.limit = rulebook, engine, symptom, limit
        self.origins = derived_with(rulebook)
        self.numbers: dict[object, int] = {}
        self.junctions: dict[int, Junction] = {}

    def visit(self, told: Told) -> tuple[int | None, str, bool]:
        """Where these answers lead: the number of a question, a cause, and whether there is more."""
        consultation = Consultation(self.rulebook, self.engine, symptom=self.symptom)
        for fact, word in told:
            consultation.tell(fact, word)
        step = consultation.next_step()
        if not isinstance(step, Ask):
            return None, next((finding.cause for finding in consultation.diagnosis().findings), ""), False
        left = consultation.why(step.question.fact).remaining
        place = (step.question.fact, self._open(left, consultation))
        known = self.numbers.get(place)
        if known is not None or len(self.numbers) == self.limit:
            return known, "", known is None
        number = self.numbers[place] = len(self.numbers) + 1
        branches = self._branches(told, step.question)
        causes = tuple(standing.cause for standing in left)
        self.junctions[number] = Junction(number=number, question=step.question, left=causes, branches=branches)
        return number, "", False

    def _open(self, left: Sequence[Standing], consultation: Consultation) -> object:
        """What decides what comes next: what is concluded, how the causes that are left stand, and what is known that
        they still need."""
        known = next(iter(consultation.examined.judgement.cases.values())).words
        wanted = {fact for standing in left for fact in standing.missing}
        wanted.update(c.fact for standing in left for c in self.rulebook.causes[standing.cause].unless)
        near = {origin for fact in wanted for origin in closure(fact, self.origins)}
        stand = tuple((standing.cause, standing.certainty, standing.missing) for standing in left)
        concluded = tuple((found.cause, found.certainty) for found in consultation.examined.conclusions)
        return concluded, stand, frozenset((fact, known[fact]) for fact in near & known.keys())

    def _branches(self, told: Told, question: Question) -> tuple[Branch, ...]:
        """One for each place to which an answer leads, in the order of the answers."""
        places: dict[tuple[int | None, str, bool], list[str]] = {}
        for word, _ in question.answers:
            places.setdefault(self.visit((*told, (question.fact, word))), []).append(word)
        return tuple(
            Branch(words=tuple(words), to=to, cause=cause, cut=cut) for (to, cause, cut), words in places.items()
        )
