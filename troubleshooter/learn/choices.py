"""What a learner chooses from: causes that look alike, and fixes of which some hold and some do not.

Decides: which wrong answers stand beside the right one. Causes are those of the same symptom or stage; fixes are those
of such causes, filled with the objects of this scenario and tried on a copy of its mesh, as every fix is. Must not know
how a choice is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import Conclusion, PlainEvaluator, account
from troubleshooter.learn.scenario import Judged
from troubleshooter.model import CaseKind, Change
from troubleshooter.remedy import examine, scope_of
from troubleshooter.remedy.edits import CannotEdit, make, unknown_names
from troubleshooter.remedy.settle import settled
from troubleshooter.rulebook import Cause, FixPlan, Scope, Status, conditions, missing, render
from troubleshooter.walk import RequestError

MOST_CAUSES = 5
MOST_RIGHT = 2
MOST_WRONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FixChoice:
    """A fix to choose: what it does, what it risks, and why it does not hold ("" where it does)."""

    do: str
    risk: str
    why_not: str = ""


def causes_to_choose(judged: Judged) -> tuple[str, ...]:
    """The ids of the right cause and of others like it, in an order that gives nothing away."""
    right = judged.scenario.cause
    held = {conclusion.cause for conclusion in judged.examined.conclusions}
    others = [c for c in _alike(judged, right) if c.id not in held]
    return _shuffled(judged, [right.id, *(c.id for c in others[: MOST_CAUSES - 1])])


def _alike(judged: Judged, right: Cause) -> list[Cause]:
    """All other causes of requests: those with the same symptoms and stages first, then the common ones."""
    causes = judged.rulebook.causes.values()
    known = [c for c in causes if c.status != Status.RETIRED and CaseKind.WALK in c.cases and c.id != right.id]
    return sorted(known, key=lambda cause: _unlikeness(cause, right))


def _unlikeness(cause: Cause, right: Cause) -> tuple[int, int, int, str]:
    stages, symptoms = set(cause.stages) & set(right.stages), set(cause.symptoms) & set(right.symptoms)
    return (-len(symptoms), -bool(stages), cause.prevalence.rank, cause.id)


def why_not_this(judged: Judged, cause: str) -> str:
    """What rules a cause out in this scenario, as a sentence without its end."""
    found = account(judged.rulebook, judged.examined.judgement.cases[judged.root.case], cause)
    for objection in found.objections[:1]:
        fact, asked = objection.known.fact, objection.condition
        if objection.unless:
            return f"it is ruled out where {asked.fact} is {fact.word}, and that is so here{_meaning(fact.name)}"
        words = " or ".join(asked.words)
        return f"it needs {asked.fact} to be {words}, and here that is {fact.word}{_meaning(fact.name)}"
    wanted = {c.fact: c.words for c in conditions(judged.rulebook.causes[cause].when)}
    for name in found.standing.missing:
        if name in wanted:
            return f"it needs {name} to be {' or '.join(wanted[name])}, and nothing here shows that{_meaning(name)}"
    return "it explains less of what is seen than another does"


def _meaning(name: str) -> str:
    """What a fact is about, for those who do not know its name."""
    kind = CATALOGUE.facts.get(name)
    return f" ({name}: {kind.sentence[:1].lower()}{kind.sentence[1:].rstrip('.')})" if kind else ""


def fixes_to_choose(judged: Judged) -> tuple[FixChoice, ...]:
    """Fixes that hold and fixes that do not, in an order that gives nothing away; none where none could be proved. One
    that mends the request and is not proved to hold is no choice: neither answer to it would be right."""
    right = [FixChoice(do=f.do, risk=f.risk) for f in judged.root.fixes if f.verified][:MOST_RIGHT]
    if not right:
        return ()
    wrong: dict[str, FixChoice] = {}
    for choice in _failing(judged):
        if choice.do not in {f.do for f in judged.root.fixes}:
            wrong.setdefault(choice.do, choice)
        if len(wrong) == MOST_WRONG:
            break
    by_text = {choice.do: choice for choice in (*right, *wrong.values())}
    return tuple(by_text[do] for do in _shuffled(judged, by_text))


def _failing(judged: Judged) -> Iterator[FixChoice]:
    """Fixes of causes like the right one, filled with what this scenario has, after which it is as bad as before."""
    conclusion = _conclusion(judged)
    case = judged.examined.case(conclusion.case)
    scope = scope_of(case, judged.examined.judgement.cases[conclusion.case].facts)
    seen: list[Change] = []
    for cause in _alike(judged, judged.scenario.cause):
        for plan in cause.fixes:
            change = _change(judged, plan, conclusion, scope)
            if change is None or any(_same(change, other) for other in seen):
                continue
            seen.append(change)
            if why := _as_bad_as_before(judged, conclusion, change):
                yield FixChoice(do=render(plan.do, scope), risk=render(plan.risk, scope), why_not=why)


def _as_bad_as_before(judged: Judged, conclusion: Conclusion, change: Change) -> str:
    """What becomes of the request on a copy of the mesh with a fix, if that is no better; "" if it is, or only traffic
    could tell."""
    inventory = judged.situation.inventory
    tried = replace(judged.situation, inventory=settled(inventory, change.on(inventory), change.restart), entry=None)
    try:
        after = examine(judged.rulebook, tried, PlainEvaluator())
    except RequestError:
        return ""
    branches = after.walked.walk.branches if after.walked else ()
    died = next((branch.failed for branch in branches if branch.failed), None)
    if judged.died is not None:
        when = "still" if died and died.stage is judged.died.stage else "then"
        return f"the request {when} dies at stage {died.stage}: {died.detail}" if died else ""
    same = any(found.fingerprint == conclusion.fingerprint for found in after.conclusions)
    return "the request still arrives as it did, and the cause is still there" if same else ""


def _conclusion(judged: Judged) -> Conclusion:
    return next(c for c in judged.examined.conclusions if c.fingerprint == judged.root.fingerprint)


def _change(judged: Judged, plan: FixPlan, conclusion: Conclusion, scope: Scope) -> Change | None:
    """What a fix comes to here; None where something of it is not known, or it changes nothing."""
    if not plan.edits or unknown_names(plan.edits, scope) or missing(plan.do, scope) or missing(plan.risk, scope):
        return None
    roles = judged.examined.case(conclusion.case).roles
    try:
        change = make(plan.edits, judged.situation.inventory, roles, scope)
    except CannotEdit:
        return None
    same = all(
        before is not None and before.raw == change.put[key].raw
        for key, before in change.before.items()
        if key in change.put
    )
    return None if same and not change.drop and not change.restart else change


def _same(one: Change, other: Change) -> bool:
    mine = {key: thing.raw for key, thing in one.put.items()}
    return (mine, one.drop, one.restart) == ({k: t.raw for k, t in other.put.items()}, other.drop, other.restart)


def _shuffled(judged: Judged, names: Iterable[str]) -> tuple[str, ...]:
    """The same order in every run, and another one in every scenario."""
    own = judged.scenario.plan.id
    return tuple(sorted(names, key=lambda name: hashlib.sha256(f"{own}/{name}".encode()).digest()))
