"""Which of several stages a log line means, by what explains the failure.

A line such as `503 UC` names a stage and leaves others open. Decides: another of them, where a cause there is confirmed
and nothing explains the one that it was taken for. Must not know lines or walks.
"""

from __future__ import annotations

from collections.abc import Sequence

from troubleshooter.facts import Observation
from troubleshooter.inference import Judgement
from troubleshooter.inference.certainty import fired
from troubleshooter.model import Case, CaseKind, Certainty, Stage
from troubleshooter.rulebook import Rulebook


def meant_stage(
    rulebook: Rulebook, judgement: Judgement, cases: Sequence[Case], observation: Observation | None
) -> Stage | None:
    """The stage that is meant in the place of the one that was read; None where that one is."""
    case = next((case for case in cases if case.kind is CaseKind.WALK and case.stage), None)
    if case is None or observation is None or not observation.named.also:
        return None
    explained = _explained(rulebook, judgement, case)
    if case.stage in explained:
        return None
    return next((stage for stage in observation.named.also if stage in explained), None)


def _explained(rulebook: Rulebook, judgement: Judgement, case: Case) -> set[Stage]:
    """The stages of all causes that are confirmed in a case."""
    record = judgement.cases[case.id].record
    held = ((rulebook.causes[name], fired(rulebook.causes[name], record)) for name in record.holds)
    return {
        stage
        for cause, standing in held
        if standing is not None and standing.certainty is Certainty.CONFIRMED
        for stage in cause.stages
    }
