"""Fixes for a conclusion: chosen, filled, tried, written.

Decides: which of a cause's fixes are offered, in which order, and what is said about each. Must not know how they are
shown. A fix that does not hold is offered after those that do, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.inference import Conclusion
from troubleshooter.model import Applicability, Change, Fact, Fix, Object, Resource
from troubleshooter.remedy import manifests
from troubleshooter.remedy.conditions import holds
from troubleshooter.remedy.edits import CannotEdit, make, unknown_names
from troubleshooter.remedy.examine import Examined, Situation
from troubleshooter.remedy.made_pods import by_template
from troubleshooter.remedy.scope import in_words
from troubleshooter.remedy.verify import why_not
from troubleshooter.rulebook import FixPlan, Rulebook, Scope, render

NOT_TRIED = "not tried here: diagnose a request that needs it, and it will be"


@dataclass(frozen=True, kw_only=True, eq=False)
class Remedy:
    """A fix, with the field that its first edit changes (None where it edits nothing that is there)."""

    fix: Fix
    edits: Resource | None = None


def remedies(
    rulebook: Rulebook,
    situation: Situation,
    examined: Examined,
    conclusion: Conclusion,
    scope: Scope,
    *,
    attempt: bool = True,
) -> list[Remedy]:
    """The fixes that apply, those that hold first, else in the order of the knowledge base. `attempt` False tries none
    (an audit with very many findings)."""
    cause = rulebook.causes[conclusion.cause]
    words = _words(examined, conclusion)
    offered = [plan for plan in cause.fixes if holds(plan.when, words)]
    trial = _Trial(rulebook, situation, examined, conclusion, scope, attempt)
    found = [trial.remedy(plan) for plan in offered]
    return sorted(found, key=lambda r: not r.fix.verified)


def _words(examined: Examined, conclusion: Conclusion) -> Mapping[str, str]:
    facts: Mapping[str, Fact] = examined.judgement.cases[conclusion.case].facts
    return {name: fact.word for name, fact in facts.items()}


@dataclass(frozen=True, eq=False)
class _Trial:
    """Everything that every fix of one conclusion is tried with."""

    rulebook: Rulebook
    situation: Situation
    examined: Examined
    conclusion: Conclusion
    scope: Scope
    attempt: bool

    def remedy(self, plan: FixPlan) -> Remedy:
        roles = self.examined.case(self.conclusion.case).roles
        if not plan.edits:
            return Remedy(fix=self._fix(plan))
        unknown = unknown_names(plan.edits, self.scope)
        try:
            change = make(plan.edits, self.situation.inventory, roles, self.scope)
        except CannotEdit as error:
            return Remedy(fix=self._fix(plan, why=f"{error}"))
        if unknown:
            why = f"{', '.join(unknown)} is not known: put it in, then apply it"
        elif self.attempt:
            why = why_not(self.rulebook, self.situation, self.examined, self.conclusion, change)
        else:
            why = NOT_TRIED
        return Remedy(fix=self._fix(plan, change, why), edits=self._edited(plan, change))

    def _edited(self, plan: FixPlan, change: Change) -> Resource | None:
        """The field of an object that is there which the first edit changes, or the workload that it restarts."""
        first = plan.edits[0]
        if first.verb == "restart":
            return self.examined.case(self.conclusion.case).roles[first.role]
        key = next(
            (r.key for role, r in self.examined.case(self.conclusion.case).roles.items() if role == first.role), None
        )
        thing = change.before.get(key) if key else None
        return thing.at(render(first.at, self.scope)) if thing is not None else None

    def _fix(self, plan: FixPlan, change: Change | None = None, why: str = "") -> Fix:
        commands = [render(command, self.scope) for command in plan.run]
        made = by_template(change) if change is not None else None
        if made is not None:
            commands += [" ".join(manifests.deletion(thing)) for thing in _dropped(made.rest)]
            commands += [*made.commands, *(manifests.restart_command(key) for key in made.rest.restart)]
            why = why or made.left
        return Fix(
            do=in_words(plan.do, self.scope),
            risk=in_words(plan.risk, self.scope),
            applicability=plan.applicability if made and not made.any else Applicability.MANUAL,
            manifest=manifests.of_change(made.rest) if made else "",
            removes=made is not None and manifests.removes(made.rest),
            commands=tuple(commands),
            rollback=manifests.rollback(made.rest, made.back) if made else "",
            verified=made is not None and not why,
            why_not_verified=why or ("" if made else "there is no edit to try"),
            confirm=render(plan.confirm, self.scope),
            change=change,
        )


def _dropped(change: Change) -> list[Object]:
    held = (change.before.get(key) for key in change.drop)
    return [thing for thing in held if thing is not None]


def resource_of(conclusion: Conclusion, found: list[Remedy]) -> Resource | None:
    """What a finding points at: what its first fix edits; else the first object behind the first fact that proves
    it."""
    for remedy in found[:1]:
        if remedy.edits is not None:
            return remedy.edits
    places = (s.resource for fact in conclusion.because for s in fact.sources if s.resource is not None)
    return next(places, next(iter(conclusion.roles.values()), None))
