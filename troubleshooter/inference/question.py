"""The next question: the fact that splits the remaining causes best for its cost.

Theory of operation. A fact is worth asking for if knowing it could move a cause: complete the `when` of one that is
possible or contradict it, or lead to that through a derivation. Only of a cause that is likely it is asked what would
rule it out (`unless`) or confirm it (`supports`), and that comes before all else: it decides about what was found. The
worth of a fact is how many causes an answer moves, on average over its words, common ones most, and those of which
something is known to be so already; its price is what asking costs; the best worth for the price comes first, ties in
alphabetical order. What makes no sense (`moot`) is not asked, and what decides that is worth what it rules out. Before
a question that presupposes another (its `after`) stands that other one, if it is worth asking for at all. One step is
looked ahead, no more: every answer is judged anew. Pure. Must not know: how a question is worded or who answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from fractions import Fraction

from troubleshooter.inference.certainty import standings
from troubleshooter.inference.hypothesis import Outcome, outcomes
from troubleshooter.inference.judgement import CaseJudgement, Judgement, Standing
from troubleshooter.inference.links import derived_with, reached_by
from troubleshooter.inference.moot import can_hold, moot
from troubleshooter.model import Certainty, Prevalence
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Cause, Rulebook


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
    given_up: Iterable[str] = (),
) -> tuple[str, ...]:
    """The names of the facts worth asking for in this case, the best first.

    `askable` gives what asking for a fact costs, None if nobody can tell. `among` narrows the causes. `given_up` are
    facts that were asked for and are not known: a cause that cannot hold without one of them is not asked about.
    """
    judged = judgement.cases[case_id]
    origins = derived_with(rulebook)
    lost = {*given_up, *moot(rulebook, judged.words)}
    left = tuple(
        standing
        for standing in remaining(rulebook, judged, among)
        if can_hold(rulebook.causes[standing.cause].when, judged.words, lost, origins)
    )
    costs = {
        fact: cost
        for fact in worth_knowing(rulebook, judged, left)
        if fact not in lost and (cost := askable(fact)) is not None
    }
    tried = outcomes(rulebook, judged, left, costs)
    weights = _weights(rulebook, judged.words, left)
    held = worth_knowing(rulebook, judged, [s for s in left if s.certainty is not Certainty.POSSIBLE])

    def rank(fact: str) -> tuple[bool, Fraction, str]:
        return fact not in held, -_moved(weights, tried[fact]) / costs[fact], fact

    ranked = sorted(costs, key=rank)
    return tuple(dict.fromkeys(one for fact in ranked for one in _led_up_to(rulebook, fact, costs)))


def _led_up_to(rulebook: Rulebook, fact: str, worth: Container[str], seen: frozenset[str] = frozenset()) -> list[str]:
    """The fact, behind those that its question presupposes and that are worth asking for too, each behind its own."""
    text = rulebook.questions.get(fact)
    before = [f for f in (text.after if text else ()) if f in worth and f not in seen]
    return [*(one for f in before for one in _led_up_to(rulebook, f, worth, seen | {fact})), fact]


def remaining(rulebook: Rulebook, judged: CaseJudgement, among: Container[str] | None = None) -> tuple[Standing, ...]:
    """The causes that are neither confirmed nor ruled out, in the order of the rulebook. One that needs what makes no
    sense here can hold no more."""
    undecided = (Certainty.POSSIBLE, Certainty.LIKELY)
    origins, words = derived_with(rulebook), judged.words
    lost = moot(rulebook, words)
    return tuple(
        s
        for s in standings(rulebook, judged, among)
        if s.certainty in undecided and can_hold(rulebook.causes[s.cause].when, words, lost, origins)
    )


def worth_knowing(rulebook: Rulebook, judged: CaseJudgement, left: Sequence[Standing]) -> frozenset[str]:
    """The unknown facts that could move one of the causes in `left`, those from which such a fact would follow, and
    those on which it hangs whether it makes sense. What makes none is left out."""
    origins, words = derived_with(rulebook), judged.words
    wanted = {fact for standing in left for fact in _wanted(rulebook.causes[standing.cause], standing)}
    reached = {origin for fact in wanted if fact not in words for origin in reached_by(fact, origins)}
    gates = {
        c.fact for fact in reached if fact in rulebook.questions for c in conditions(rulebook.questions[fact].only_if)
    }
    return frozenset((reached | gates) - words.keys() - moot(rulebook, words))


def _wanted(cause: Cause, standing: Standing) -> Iterator[str]:
    """What it misses; what would rule it out, or confirm it, only once all else holds."""
    yield from standing.missing
    if standing.certainty is not Certainty.POSSIBLE:
        yield from (condition.fact for condition in cause.unless)
    if standing.certainty is Certainty.LIKELY:
        yield from (condition.fact for condition in cause.supports)


WEIGHTS = {Prevalence.COMMON: 3, Prevalence.OCCASIONAL: 2, Prevalence.RARE: 1}
"""How much it counts that a cause is moved."""

MOST_MET = 3
"""So many answers that fit a cause make it weigh more, each twice as much."""


TELLING = 3
"""A condition that more words meet tells little when it is met."""


def _weights(rulebook: Rulebook, words: Mapping[str, str], left: Sequence[Standing]) -> dict[str, int]:
    """What each cause counts: common ones more, and those more of which some is known to be so."""
    return {s.cause: _weight(rulebook, words, s) for s in left}


def _weight(rulebook: Rulebook, words: Mapping[str, str], now: Standing) -> int:
    cause = rulebook.causes[now.cause]
    gates = (q.only_if for fact in now.missing if (q := rulebook.questions.get(fact)))
    asked = (*conditions(cause.when), *(c for when in gates for c in conditions(when)))
    met = {c.fact for c in asked if words.get(c.fact) in c.words and len(c.words) <= TELLING}
    return WEIGHTS[cause.prevalence] << min(len(met), MOST_MET)


def _moved(weights: Mapping[str, int], tried: Sequence[Outcome]) -> Fraction:
    moved = (weights[s.cause] for outcome in tried for s in outcome.changes)
    return Fraction(sum(moved), max(len(tried), 1))
