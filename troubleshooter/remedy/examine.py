"""One look at a mesh: walk the request (or take every piece), derive the facts, judge, conclude.

Decides: what belongs to one consultation. Must not know texts, or who asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from troubleshooter.evidence import ONCE, AccessLogEntry, Evidence, Recurrence
from troubleshooter.facts import Observation, audit_cases, evidence_cases, in_sight, observe, touched_cases, walk_cases
from troubleshooter.inference import Conclusion, Engine, Judgement, conclude, judge
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Fact, Inventory, Key, Request, Stage
from troubleshooter.remedy.restage import meant_stage
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import Walked, walk


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """What is looked at: the objects, the request (None for an audit), the log line of its failure, what else was
    put in evidence, and what a person said (fact name to word). `recurrence` is how the failure comes again."""

    inventory: Inventory
    request: Request | None = None
    entry: AccessLogEntry | None = None
    recurrence: Recurrence = ONCE
    evidence: Evidence = field(default_factory=Evidence)
    told: Mapping[str, Fact] | None = None
    namespace: str = "default"

    def hearing(self, told: Mapping[str, Fact]) -> Situation:
        """The same with what a person said; who says that the client speaks HTTP/1.0 asks for another walk."""
        request, version = self.request, told.get("request.http_version")
        if request is not None and request.scheme != "tcp" and version is not None and version.word == "old":
            request = replace(request, http10=True)
        return replace(self, told=told, request=request)


@dataclass(frozen=True, kw_only=True, eq=False)
class Examined:
    """What a look found. `cases` are what was judged; `walked` is the walk, with what the log says laid over it."""

    mesh: Mesh
    walked: Walked | None
    observation: Observation | None
    cases: tuple[Case, ...]
    judgement: Judgement
    conclusions: tuple[Conclusion, ...]

    @cached_property
    def cases_with(self) -> Mapping[Key, list[Case]]:
        """The cases in which an object has a role, or which a field of it decides."""
        found: dict[Key, list[Case]] = defaultdict(list)
        for case in self.cases:
            said = (source.resource for fact in case.facts.values() for source in fact.sources if source.resource)
            for key in {thing.key for thing in (*case.roles.values(), *said)}:
                found[key].append(case)
        return found

    def case(self, identifier: str) -> Case:
        """The case of that id."""
        return next(c for c in self.cases if c.id == identifier)


def examine(
    rulebook: Rulebook,
    situation: Situation,
    engine: Engine,
    *,
    mesh: Mesh | None = None,
    only: Container[Key] | None = None,
    meant: Stage | None = None,
) -> Examined:
    """Look once. `mesh` is that of the situation's inventory, if it is there already. An audit looks at the pieces of
    all objects, or of those in `only`. `meant` is the stage where what was found has settled which of several a log
    line means.

    Raises:
        RequestError: the request makes no sense in this mesh.
    """
    mesh = mesh or Mesh(situation.inventory)
    walked: Walked | None = None
    observation: Observation | None = None
    if situation.request is None:
        cases = (*audit_cases(mesh, only), *evidence_cases(mesh, situation.evidence))
    else:
        walked = walk(mesh, situation.request, situation.namespace)
        if situation.entry is not None:
            stages = {name: word.stage for name, word in (*rulebook.flags.items(), *rulebook.details.items())}
            walked, observation = observe(walked, situation.entry, stages, recurrence=situation.recurrence, meant=meant)
        cases = (*walk_cases(mesh, walked, observation, situation.evidence), *touched_cases(mesh, walked))
    cases = tuple(_with(in_sight(mesh, case), situation.told or {}) for case in cases)
    judgement = judge(rulebook, cases, engine)
    other = meant_stage(rulebook, judgement, cases, observation)
    if other is not None:
        return examine(rulebook, situation, engine, mesh=mesh, only=only, meant=other)
    return Examined(
        mesh=mesh,
        walked=walked,
        observation=observation,
        cases=cases,
        judgement=judgement,
        conclusions=conclude(rulebook, judgement, cases),
    )


def _with(case: Case, told: Mapping[str, Fact]) -> Case:
    """A case with what a person said; what was looked up outranks it."""
    if not told:
        return case
    return Case(
        id=case.id,
        kind=case.kind,
        roles=case.roles,
        facts={**told, **case.facts},
        details=case.details,
        stage=case.stage,
    )
