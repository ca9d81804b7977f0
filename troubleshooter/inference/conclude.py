"""From a judgement to conclusions: the same cause on the same objects once, consequences under their causes, one root.

Theory of operation. Conclusions are gathered from all cases, ranked, folded, and ranked again: what is folded hands the
failing stage that it explains to what explains it, all the way up. First come those that explain why the request fails,
at the branch that is listed first; then the surer, the earlier in a proxy's order, the more prevalent, the smaller id.
A failed request always has a root, which is an error; if no conclusion explains the failure, the root says that it is
unexplained. Without a request (an audit) there is none. Must not know: texts, fixes, or how a case was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from troubleshooter.inference.certainty import fired
from troubleshooter.inference.conclusion import Conclusion, fingerprint, spoken_roles
from troubleshooter.inference.fold import above, explanations
from troubleshooter.inference.judgement import Judgement, Standing
from troubleshooter.model import Case, CaseKind, Certainty, Resource, Severity, Stage
from troubleshooter.rulebook.values import Cause, Rulebook

UNEXPLAINED = "unexplained"
"""The cause id of a failure for which the rulebook has no cause."""

STAGE_ORDER = {stage: position for position, stage in enumerate(Stage)}

Failure: TypeAlias = tuple[Case, Stage]
"""A branch that fails, and where."""
Reach: TypeAlias = dict[str, int]
"""Fingerprint to the first failing branch that it explains, counted from 0; past the last one if it explains none."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One case in which a cause holds, and the objects in the roles that the cause speaks of."""

    case: Case
    standing: Standing
    roles: dict[str, Resource]


def conclude(rulebook: Rulebook, judgement: Judgement, cases: Sequence[Case]) -> tuple[Conclusion, ...]:
    """Everything that holds, the root first, what is folded last.

    `cases` are those that were judged; those of kind walk are the branches of one request, the worst first.
    """
    causes = rulebook.causes
    failed = [(case, case.stage) for case in cases if case.kind is CaseKind.WALK and case.stage]
    groups = _sightings(rulebook, judgement, cases)
    found = [_merged(mark, causes[seen[0].standing.cause], seen, judgement, failed) for mark, seen in groups.items()]
    reach = {c.fingerprint: _first_explained(causes[c.cause], c.cases, failed) for c in found}
    found.sort(key=lambda c: _rank(causes[c.cause], c, reach))
    explained = explanations(causes, found)
    _hand_up(reach, explained)
    placed = [_placed(c, explained.get(c.fingerprint), failed[reach[c.fingerprint] :]) for c in found]
    placed.sort(key=lambda c: (c.explained_by is not None, *_rank(causes[c.cause], c, reach)))
    return _rooted(placed, reach, cases, failed)


def _sightings(rulebook: Rulebook, judgement: Judgement, cases: Iterable[Case]) -> dict[str, list[_Sighting]]:
    """By fingerprint, the cases in which it holds."""
    speaks_of = spoken_roles(rulebook)
    groups: dict[str, list[_Sighting]] = defaultdict(list)
    for case in cases:
        record = judgement.cases[case.id].record
        for cause in record.holds:
            standing = fired(rulebook.causes[cause], record)
            if standing and standing.certainty is not Certainty.RULED_OUT:
                roles = {role: held for role, held in case.roles.items() if role in speaks_of[cause]}
                groups[fingerprint(cause, roles)].append(_Sighting(case, standing, roles))
    return groups


def _merged(
    mark: str, cause: Cause, seen: Sequence[_Sighting], judgement: Judgement, failed: Sequence[Failure]
) -> Conclusion:
    """All sightings as one, told by the one that shows it best: at the failure, surest, on the request."""

    def worth(sighting: _Sighting) -> tuple[int, int, bool]:
        case, standing = sighting.case, sighting.standing
        return _first_explained(cause, [case.id], failed), standing.certainty.rank, case.kind is not CaseKind.WALK

    best = min(seen, key=worth)
    facts = judgement.cases[best.case.id].facts
    return Conclusion(
        fingerprint=mark,
        cause=cause.id,
        case=best.case.id,
        cases=tuple(sighting.case.id for sighting in seen),
        certainty=best.standing.certainty,
        severity=cause.severity,
        stage=cause.stages[0],
        roles=best.roles,
        because=tuple(facts[name] for name in best.standing.because),
    )


def _first_explained(cause: Cause, cases: Collection[str], failed: Sequence[Failure]) -> int:
    numbers = (n for n, (case, stage) in enumerate(failed) if case.id in cases and stage in cause.stages)
    return next(numbers, len(failed))


def _rank(cause: Cause, conclusion: Conclusion, reach: Reach) -> tuple[Any, ...]:
    return (
        reach[conclusion.fingerprint],
        conclusion.certainty.rank,
        STAGE_ORDER[conclusion.stage],
        cause.prevalence.rank,
        cause.id,
        conclusion.fingerprint,
    )


def _hand_up(reach: Reach, explained: Mapping[str, str]) -> None:
    """Let what explains a conclusion explain the failure too."""
    for mark in explained:
        for origin in above(mark, explained):
            reach[origin] = min(reach[origin], reach[mark])


def _placed(conclusion: Conclusion, origin: str | None, explains: Sequence[Failure]) -> Conclusion:
    """At the stage that fails because of it, if there is one, and under its origin."""
    stage = explains[0][1] if explains else conclusion.stage
    return replace(conclusion, explained_by=origin, stage=stage)


def _rooted(
    placed: Sequence[Conclusion], reach: Reach, cases: Sequence[Case], failed: Sequence[Failure]
) -> tuple[Conclusion, ...]:
    if failed:
        first = placed[0] if placed and reach[placed[0].fingerprint] < len(failed) else _unexplained(*failed[0])
        root = replace(first, root=True, severity=Severity.ERROR)
        return (root, *(c for c in placed if c.fingerprint != root.fingerprint))
    branches = {case.id for case in cases if case.kind is CaseKind.WALK}
    own = (c for c in placed if c.explained_by is None and not branches.isdisjoint(c.cases))
    chosen = next(own, None)
    if chosen is None:
        return tuple(placed)
    return (replace(chosen, root=True), *(c for c in placed if c is not chosen))


def _unexplained(case: Case, stage: Stage) -> Conclusion:
    return Conclusion(
        fingerprint=fingerprint(UNEXPLAINED, case.roles),
        cause=UNEXPLAINED,
        case=case.id,
        cases=(case.id,),
        certainty=Certainty.CONFIRMED,
        severity=Severity.ERROR,
        stage=stage,
        roles=case.roles,
    )
