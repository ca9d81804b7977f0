"""A fix, tried on a copy of the mesh before it is shown.

Decides: whether it holds. Evidence describes the mesh before a fix, so on the copy no evidence is known. Verified
means: what proved the cause is no longer true, the walk passes the stage at which the request died, in every branch,
and nothing new of the same or a higher severity appeared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from troubleshooter.evidence import Evidence
from troubleshooter.inference import Conclusion, PlainEvaluator
from troubleshooter.model import Change, Fact, Key, StageVerdict
from troubleshooter.remedy.examine import Examined, Situation, examine
from troubleshooter.remedy.settle import settled
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import RequestError

ONLY_TRAFFIC = "only traffic can show it"
EVIDENCE = frozenset({"failure", "evidence"})
"""The roles of facts that no edit changes."""


def why_not(rulebook: Rulebook, situation: Situation, before: Examined, conclusion: Conclusion, change: Change) -> str:
    """Why a fix does not hold; "" if it does."""
    changeable = _of_configuration(rulebook, conclusion.because)
    if not changeable:
        return ONLY_TRAFFIC
    after_it = settled(situation.inventory, change.on(situation.inventory), change.restart)
    tried = replace(situation, inventory=after_it, entry=None, evidence=Evidence())
    mesh = before.mesh.after(after_it, {*change.put, *change.drop, *change.restart})
    try:
        after = examine(rulebook, tried, PlainEvaluator(), mesh=mesh, only=_touched(before, conclusion, change))
    except RequestError as error:
        return f"with it the request makes no sense any more: {error}"
    return (
        _still_there(conclusion, after)
        or _still_true(conclusion, changeable, after)
        or _still_dies(conclusion, before, after)
        or _something_new(conclusion, before, after)
    )


def _touched(before: Examined, conclusion: Conclusion, change: Change) -> frozenset[Key]:
    """The objects whose pieces an audit judges again: those that change, and those that stand in a case with one of
    them. A new object stood in none; it changes something for those in the case that it is made for."""
    seeds = {*change.put, *change.drop, *change.restart}
    if not all(change.before.values()):
        seeds.update(thing.key for thing in before.case(conclusion.case).roles.values())
    beside = (case.roles.values() for key in seeds for case in before.cases_with.get(key, ()))
    return frozenset(seeds | {thing.key for things in beside for thing in things})


def _of_configuration(rulebook: Rulebook, facts: Iterable[Fact]) -> list[Fact]:
    """The facts that prove the cause and that an edit can change."""
    derived = {d.fact for d in rulebook.derivations}
    return [f for f in facts if f.name.partition(".")[0] not in EVIDENCE and f.name not in derived]


def _still_there(conclusion: Conclusion, after: Examined) -> str:
    if any(c.fingerprint == conclusion.fingerprint for c in after.conclusions):
        return "on the copy of the mesh the cause is still there with it"
    return ""


def _still_true(conclusion: Conclusion, changeable: Iterable[Fact], after: Examined) -> str:
    """Where evidence belongs to the proof, the cause is not seen on the copy in any case: then some fact of
    configuration must have changed."""
    case = after.judgement.cases.get(conclusion.case)
    seen = any(f.name.partition(".")[0] in EVIDENCE for f in conclusion.because)
    known = case.facts if case is not None else {}
    same = all(f.name in known and known[f.name].word == f.word for f in changeable)
    return ONLY_TRAFFIC if seen and same else ""


def _still_dies(conclusion: Conclusion, before: Examined, after: Examined) -> str:
    """Whether the stage that the cause made fail still fails, at any branch."""
    if before.walked is None or after.walked is None:
        return ""
    for branch in after.walked.walk.branches:
        died = branch.failed
        if died is not None and (died.stage is conclusion.stage or conclusion.root):
            return f"on the copy of the mesh the request then fails at stage {died.stage}: {died.detail}"
        open_ = [s for s in branch.path if s.verdict is StageVerdict.UNKNOWN and s.stage is conclusion.stage]
        if open_:
            return f"whether stage {conclusion.stage} passes then cannot be told: {open_[0].detail}"
    return ""


def _something_new(conclusion: Conclusion, before: Examined, after: Examined) -> str:
    """A conclusion that was not there before, as grave as this one or graver. The same cause in the same case is not
    new where only an object in one of its roles changed."""
    known = {c.fingerprint for c in before.conclusions}
    places = {(c.cause, c.case) for c in before.conclusions}
    for fresh in after.conclusions:
        new = fresh.fingerprint not in known and (fresh.cause, fresh.case) not in places
        if new and fresh.severity.rank <= conclusion.severity.rank:
            return f"on the copy of the mesh it brings up something new: {fresh.cause}"
    return ""
