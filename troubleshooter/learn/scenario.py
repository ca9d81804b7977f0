"""A scenario, and what the engine makes of it.

Decides: that a scenario has one root, and that it is the cause it was made from. Must not know files or what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.consult import Consultation
from troubleshooter.evidence import AccessLogEntry, take
from troubleshooter.inference import Engine
from troubleshooter.model import Diagnosis, Exhibit, Finding, Inventory, Request, Step
from troubleshooter.remedy import Examined, Situation
from troubleshooter.rulebook import Cause, Lesson, Rulebook, ScenarioPlan
from troubleshooter.walk import Trail


class ScenarioError(ValueError):
    """A scenario that cannot be played; the text says why, for the author of the knowledge base."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """A plan with everything that its cause's folder holds for it: the objects, the request that fails, the lines of
    the access log (`log`), of which `entry` is the failure, and pages of the proxy that wrote it, each called as the
    proxy calls it."""

    plan: ScenarioPlan
    lesson: Lesson
    number: int
    cause: Cause
    inventory: Inventory
    request: Request
    log: tuple[str, ...] = ()
    entry: AccessLogEntry | None = None
    pages: tuple[Exhibit, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A scenario with what a consultation says of it. `root` is its cause as a finding."""

    scenario: Scenario
    rulebook: Rulebook
    situation: Situation
    examined: Examined
    diagnosis: Diagnosis
    root: Finding

    @property
    def trail(self) -> Trail:
        """The way of the worst branch, with what was decided on it."""
        assert self.examined.walked is not None  # noqa: S101 - a scenario always has a request
        return self.examined.walked.trails[0]

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps of that way."""
        return self.diagnosis.walk.path if self.diagnosis.walk else ()

    @property
    def died(self) -> Step | None:
        """The step at which the request dies; None where it arrives, though not as it should."""
        return self.diagnosis.walk.branches[0].failed if self.diagnosis.walk else None


def judge_scenario(rulebook: Rulebook, engine: Engine, scenario: Scenario) -> Judged:
    """Diagnose a scenario.

    Raises:
        ScenarioError: what comes out is not the cause that the scenario was made from.
    """
    situation = Situation(
        inventory=scenario.inventory,
        request=scenario.request,
        entry=scenario.entry,
        evidence=take(scenario.pages),
    )
    consultation = Consultation(rulebook, engine, situation)
    diagnosis = consultation.diagnosis()
    root = diagnosis.root
    if root is None or root.cause != scenario.plan.cause:
        found = root.cause if root else "nothing"
        raise ScenarioError(f"the engine finds {found} in it, not {scenario.plan.cause}")
    return Judged(
        scenario=scenario,
        rulebook=rulebook,
        situation=situation,
        examined=consultation.examined,
        diagnosis=diagnosis,
        root=root,
    )
