"""WHY is this asked, HOW is this known, WHY NOT that cause: read off what was recorded, never made up afterwards.

Decides: nothing; everything here was decided when the case was judged, and is walked backwards. Must not know: how an
explanation is worded.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from troubleshooter.inference.certainty import standing
from troubleshooter.inference.compile import FOLLOWS
from troubleshooter.inference.hypothesis import Outcome, outcomes
from troubleshooter.inference.judgement import CaseJudgement, Judgement, Standing
from troubleshooter.inference.question import remaining
from troubleshooter.model import Fact
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Cause, Condition, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a fact is asked for: the causes that remain, and which of them each answer would move, and where to."""

    fact: str
    remaining: tuple[Standing, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a fact is known: by its own sources, or (`derivation` names the rule) because others are."""

    fact: Fact
    derivation: str = ""
    follows_from: tuple[How, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A known fact that rules a cause out: by being what `condition` of its `unless` asks for, or (`unless` False) by
    not being what `condition` of its `when` asks for."""

    known: How
    condition: Condition
    unless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a cause stands and what makes it stand so: the facts `because` of which it holds, or the `objections` that
    rule it out. What is missing stands in `standing`."""

    standing: Standing
    because: tuple[How, ...] = ()
    objections: tuple[Objection, ...] = ()


def why(rulebook: Rulebook, judgement: Judgement, case_id: str, fact: str, among: Container[str] | None = None) -> Why:
    """What hangs on `fact`, which is not known in this case. `among` narrows the causes."""
    judged = judgement.cases[case_id]
    left = remaining(rulebook, judged, among)
    return Why(fact=fact, remaining=left, outcomes=outcomes(rulebook, judged, left, [fact])[fact])


def how(judged: CaseJudgement, name: str) -> How | None:
    """How the fact called `name` is known in this case; None if it is not."""
    return _how(judged, name) if name in judged.facts else None


def account(rulebook: Rulebook, judged: CaseJudgement, cause_id: str) -> Account:
    """Why a cause that applies to this kind of case holds in it, does not, or cannot be told."""
    cause = rulebook.causes[cause_id]
    found = standing(cause, judged)
    return Account(
        standing=found,
        because=tuple(_how(judged, name) for name in found.because),
        objections=tuple(o for name in found.against for o in _objections(cause, judged, name)),
    )


def _how(judged: CaseJudgement, name: str) -> How:
    firing = judged.record.derived.get(name)
    if firing is None:
        return How(fact=judged.facts[name])
    return How(
        fact=judged.facts[name],
        derivation=firing.rule.removeprefix(FOLLOWS).rpartition("#")[0],
        follows_from=tuple(_how(judged, used) for used, _ in firing.used),
    )


def _objections(cause: Cause, judged: CaseJudgement, name: str) -> list[Objection]:
    """What the known fact called `name` says against `cause`."""
    known = _how(judged, name)
    word = known.fact.word
    said = [(c, True) for c in cause.unless if c.fact == name and word in c.words]
    said += [(c, False) for c in conditions(cause.when) if c.fact == name and word not in c.words]
    return [Objection(known=known, condition=condition, unless=unless) for condition, unless in said]
