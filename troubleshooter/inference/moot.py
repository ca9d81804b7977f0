"""Which facts make no sense any more, and which causes can still hold then.

Theory of operation. A question may say where alone it makes sense (`only_if`): who calls from pod to pod has no
Gateway's server to look at. Where that is contradicted the fact is moot: it has none of its words. What rests on a moot
fact is moot too. A cause that needs a moot fact cannot hold. Pure. Must not know: who would answer.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from troubleshooter.inference.links import Links, closure
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import AnyOf, Condition, Rulebook, When

NOT_KNOWN = "unknown"
"""Where this is among the words of a condition, it holds for those too who cannot tell."""


def moot(rulebook: Rulebook, words: Mapping[str, str], origins: Links) -> frozenset[str]:
    """The facts that make no sense where these `words` are known, and are not known themselves."""
    gated = [q for q in rulebook.questions.values() if q.only_if and q.fact not in words]
    found: frozenset[str] = frozenset()
    while True:
        more = {q.fact for q in gated if q.fact not in found and not can_hold(q.only_if, words, found, origins)}
        if not more:
            return found
        found |= more


def moot_by(rulebook: Rulebook) -> frozenset[str]:
    """The facts on which it hangs whether others make sense."""
    return frozenset(c.fact for question in rulebook.questions.values() for c in conditions(question.only_if))


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
        return any(fact not in lost and fact not in words for fact in closure(condition.fact, origins))

    return all(
        any(all(map(can, one)) for one in part.alternatives) if isinstance(part, AnyOf) else can(part) for part in when
    )
