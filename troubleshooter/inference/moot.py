"""Which facts make no sense any more, and which causes can still hold then.

Theory of operation. A question may say where alone it makes sense (`only_if`): who calls from pod to pod has no
Gateway's server to look at. Where that is contradicted the fact is moot: it has none of its words. What rests on a moot
fact is moot too. A cause that needs a moot fact cannot hold. Pure. Must not know: who would answer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from troubleshooter.inference.links import KEPT, Links, derived_with, grouped, reached_by
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import AnyOf, Condition, Rulebook, When

NOT_KNOWN = "unknown"
"""Where this is among the words of a condition, it holds for those too who cannot tell."""


def moot(rulebook: Rulebook, words: Mapping[str, str]) -> frozenset[str]:
    """The facts that make no sense where these `words` are known, and are not known themselves."""
    gated = (question.fact for question in rulebook.questions.values() if question.only_if)
    return _spread(rulebook, words, frozenset(), gated)


def moot_after(
    rulebook: Rulebook, words: Mapping[str, str], before: frozenset[str], learnt: Iterable[str]
) -> frozenset[str]:
    """The same, where `before` made no sense and nothing but the facts `learnt`, none of them moot, became known."""
    hangs = hangs_on(rulebook)
    return _spread(rulebook, words, before, (fact for name in learnt for fact in hangs.get(name, ())))


def _spread(
    rulebook: Rulebook, words: Mapping[str, str], found: frozenset[str], suspects: Iterable[str]
) -> frozenset[str]:
    """`found`, those of the `suspects` that make no sense either, and what then makes none."""
    origins, hangs = derived_with(rulebook), hangs_on(rulebook)
    queue = set(suspects)
    while queue:
        unknown = (rulebook.questions[fact] for fact in queue if fact not in words and fact not in found)
        more = {question.fact for question in unknown if not can_hold(question.only_if, words, found, origins)}
        found |= more
        queue = {fact for name in more for fact in hangs.get(name, ())}
    return found


@lru_cache(KEPT)
def hangs_on(rulebook: Rulebook) -> Links:
    """A fact to the facts of which it decides whether they make sense, by itself or by what follows from it."""
    origins = derived_with(rulebook)
    gated = ((c.fact, q.fact) for q in rulebook.questions.values() for c in conditions(q.only_if))
    return grouped((origin, fact) for gate, fact in gated for origin in reached_by(gate, origins))


def can_hold(when: When, words: Mapping[str, str], lost: Container[str], origins: Links) -> bool:
    """Whether all of `when` can still become true, while `lost` facts cannot be told. Some fact from which a missing
    one follows is enough."""

    def can(condition: Condition) -> bool:
        if NOT_KNOWN in condition.words and condition.fact in lost:
            return True
        known = words.get(condition.fact)
        if known is not None:
            return known in condition.words
        if condition.fact not in origins:
            return condition.fact not in lost
        return any(fact not in lost and fact not in words for fact in origins[condition.fact])

    return all(
        any(all(map(can, one)) for one in part.alternatives) if isinstance(part, AnyOf) else can(part) for part in when
    )
