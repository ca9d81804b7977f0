"""Which causes are left to ask about: those that show as what people see, and as the flag that they found in the log.

Decides from the symptoms that causes name. Must not know questions.
"""

from __future__ import annotations

from collections.abc import Collection

from troubleshooter.consult.told import LogLine
from troubleshooter.model import Stage, StageVerdict
from troubleshooter.remedy import Examined
from troubleshooter.rulebook import Cause, Rulebook, conditions

FLAG = "failure.flag"
OPEN_WORDS = frozenset({"none", "other"})
"""Answers about the flag that tell no cause from another."""


def suspected(rulebook: Rulebook, situation: object, examined: Examined | None) -> frozenset[Stage]:
    """The stage at which the request dies, and those that the words of a log line alone may mean too; else the stages
    that are not known; none where there is no walk."""
    branches = examined.walked.walk.branches if examined and examined.walked else ()
    died = frozenset(b.failed.stage for b in branches if b.failed)
    if isinstance(situation, LogLine) and (word := rulebook.details.get(situation.entry.details)):
        died |= frozenset(word.or_at)
    return died or frozenset(s.stage for b in branches for s in b.path if s.verdict is StageVerdict.UNKNOWN)


def by_symptom(rulebook: Rulebook, symptom: str, stages: Collection[Stage]) -> frozenset[str] | None:
    """The causes that a symptom and the stage at which a request dies leave; None where neither is known."""
    causes = rulebook.causes.values()
    left = [c for c in causes if not symptom or symptom in c.symptoms]
    if stages:
        origins = {link.cause for c in causes if not {*stages}.isdisjoint(c.stages) for link in c.because_of}
        left = [c for c in left if not {*stages}.isdisjoint(c.stages) or c.id in origins]
    return frozenset(c.id for c in left) if symptom or stages else None


def told_by(rulebook: Rulebook, symptom: str) -> tuple[tuple[str, str], ...]:
    """What a symptom alone tells: facts with their words."""
    seen = rulebook.symptoms.get(symptom)
    return tuple((told.fact, told.words[0]) for told in seen.tells) if seen else ()


def by_flag(rulebook: Rulebook, word: str) -> frozenset[str] | None:
    """The causes of which some symptom, or a condition, has this flag; None where the flag tells nothing."""
    if not word or word in OPEN_WORDS:
        return None
    showing = {
        s.id for s in rulebook.symptoms.values() if any(t.fact == FLAG and word in t.words for t in s.tells)
    }  # fmt: skip
    return frozenset(c.id for c in rulebook.causes.values() if not showing.isdisjoint(c.symptoms) or _asks(c, word))


def _asks(cause: Cause, word: str) -> bool:
    return any(c.fact == FLAG and word in c.words for c in (*conditions(cause.when), *cause.supports))
