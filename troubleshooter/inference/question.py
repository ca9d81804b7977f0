"""The next question: the fact that splits the remaining causes best for its cost.

Theory of operation. A fact is worth asking for if knowing it could move a cause: complete the `when` of one that is
possible or contradict it, or lead to that through a derivation. Only of a cause that is likely it is asked what would
rule it out (`unless`) or confirm it (`supports`), and that comes before all else: it decides about what was found. The
worth of a fact is how many causes an answer moves, common ones most, on average over its words; its price is what
asking costs; the best worth for the price comes first, ties in alphabetical order. Before a question that
presupposes another (its `after`) stands that other one, if it is worth asking for at all. One step is looked ahead, no
more: every answer is judged anew. Pure. Must not know: how a question is worded or who answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from enum import IntEnum
from fractions import Fraction

from troubleshooter.inference.certainty import standings
from troubleshooter.inference.hypothesis import Links, Outcome, closure, derived_with, outcomes
from troubleshooter.inference.judgement import CaseJudgement, Judgement, Standing
from troubleshooter.model import Certainty, Prevalence
from troubleshooter.rulebook.values import AnyOf, Cause, Condition, Rulebook, When


class Cost(IntEnum):
    """What asking costs: a source at hand next to nothing, a person's attention more, a command they must run more
    still, and most what they must find out from several objects or from a proxy's configuration."""

    LOOK = 1
    PERSON = 4
    COMMAND = 8
    STUDY = 16


def next_questions(
    rulebook: Rulebook,
    judgement: Judgement,
    case_id: str,
    askable: Callable[[str], int | None],
    among: Container[str] | None = None,
    *,
    given_up: Container[str] = (),
) -> tuple[str, ...]:
    """The names of the facts worth asking for in this case, the best first.

    `askable` gives what asking for a fact costs, None if nobody can tell. `among` narrows the causes. `given_up` are
    facts that were asked for and are not known: a cause that cannot hold without one of them is not asked about.
    """
    judged = judgement.cases[case_id]
    origins = derived_with(rulebook)
    left = tuple(
        standing
        for standing in remaining(rulebook, judged, among)
        if _can_hold(rulebook.causes[standing.cause].when, judged, given_up, origins)
    )
    costs = {fact: cost for fact in worth_knowing(rulebook, judged, left) if (cost := askable(fact)) is not None}
    tried = outcomes(rulebook, judged, left, costs)
    held = worth_knowing(rulebook, judged, [s for s in left if s.certainty is not Certainty.POSSIBLE])

    def rank(fact: str) -> tuple[bool, Fraction, str]:
        return fact not in held, -_moved(rulebook, tried[fact]) / costs[fact], fact

    ranked = sorted(costs, key=rank)
    return tuple(dict.fromkeys(one for fact in ranked for one in _led_up_to(rulebook, fact, costs)))


def _led_up_to(rulebook: Rulebook, fact: str, worth: Container[str], seen: frozenset[str] = frozenset()) -> list[str]:
    """The fact, behind those that its question presupposes and that are worth asking for too, each behind its own."""
    text = rulebook.questions.get(fact)
    before = [f for f in (text.after if text else ()) if f in worth and f not in seen]
    return [*(one for f in before for one in _led_up_to(rulebook, f, worth, seen | {fact})), fact]


def remaining(rulebook: Rulebook, judged: CaseJudgement, among: Container[str] | None = None) -> tuple[Standing, ...]:
    """The causes that are neither confirmed nor ruled out, in the order of the rulebook."""
    undecided = (Certainty.POSSIBLE, Certainty.LIKELY)
    return tuple(s for s in standings(rulebook, judged, among) if s.certainty in undecided)


def _can_hold(when: When, judged: CaseJudgement, given_up: Container[str], origins: Links) -> bool:
    """Whether answers can still make all of `when` true. Some fact from which a missing one follows is enough."""

    def can(condition: Condition) -> bool:
        known = judged.facts.get(condition.fact)
        if known is not None:
            return known.word in condition.words
        return any(fact not in given_up and fact not in judged.facts for fact in closure(condition.fact, origins))

    return all(
        any(all(map(can, one)) for one in part.alternatives) if isinstance(part, AnyOf) else can(part) for part in when
    )


def worth_knowing(rulebook: Rulebook, judged: CaseJudgement, left: Sequence[Standing]) -> frozenset[str]:
    """The unknown facts that could move one of the causes in `left`, and those from which such a fact would follow."""
    origins = derived_with(rulebook)
    wanted = {fact for standing in left for fact in _wanted(rulebook.causes[standing.cause], standing)}
    reached = {origin for fact in wanted if fact not in judged.facts for origin in closure(fact, origins)}
    return frozenset(reached - judged.facts.keys())


def _wanted(cause: Cause, standing: Standing) -> Iterator[str]:
    """What it misses; what would rule it out, or confirm it, only once all else holds."""
    yield from standing.missing
    if standing.certainty is not Certainty.POSSIBLE:
        yield from (condition.fact for condition in cause.unless)
    if standing.certainty is Certainty.LIKELY:
        yield from (condition.fact for condition in cause.supports)


WEIGHTS = {Prevalence.COMMON: 3, Prevalence.OCCASIONAL: 2, Prevalence.RARE: 1}
"""How much it counts that a cause is moved."""


def _moved(rulebook: Rulebook, tried: Sequence[Outcome]) -> Fraction:
    moved = (WEIGHTS[rulebook.causes[s.cause].prevalence] for outcome in tried for s in outcome.changes)
    return Fraction(sum(moved), max(len(tried), 1))
