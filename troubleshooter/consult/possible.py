"""What is still possible.

Decides: that where the walk saw everything, what it did not find is not there: only what no object tells may still be
missing. Must not know how a cause is worded.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from troubleshooter.consult.betrayed import shown_by
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import UNEXPLAINED, CaseJudgement, Conclusion, Standing, remaining
from troubleshooter.model import Certainty, PossibleCause, StageVerdict
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import Walked

BY_CONFIGURATION = frozenset({"mesh", "walk"})


def possible_causes(
    rulebook: Rulebook,
    judged: CaseJudgement | None,
    among: Container[str] | None,
    *,
    blind: bool,
    seen: AccessLogEntry | None = None,
) -> tuple[PossibleCause, ...]:
    """The causes that nothing known contradicts: first those that show as the failed line does (`seen`), before all
    those whose first symptom that is; then what people meet most often. `blind` says that some stage of the walk is
    unknown. Nothing is where no case is in doubt (None)."""
    if judged is None:
        return ()
    found = [s for s in remaining(rulebook, judged, among) if s.certainty is Certainty.POSSIBLE]
    shown = shown_by(rulebook, seen) if seen else frozenset()

    def rank(standing: Standing) -> tuple[bool, bool, int]:
        cause = rulebook.causes[standing.cause]
        return shown.isdisjoint(cause.symptoms[:1]), shown.isdisjoint(cause.symptoms), cause.prevalence.rank

    found.sort(key=rank)
    return tuple(
        PossibleCause(cause=s.cause, missing=s.missing)
        for s in found
        if blind or not any(CATALOGUE.facts[f].derived_by in BY_CONFIGURATION for f in s.missing)
    )


def some_unknown(walked: Walked) -> bool:
    """Whether some stage of a walk is unknown."""
    return any(step.verdict is StageVerdict.UNKNOWN for trail in walked.trails for step in trail.steps)


def confirmed_root(conclusions: Iterable[Conclusion]) -> Conclusion | None:
    """The root, if it is a cause and confirmed."""
    root = next((c for c in conclusions if c.root), None)
    return root if root and root.cause != UNEXPLAINED and root.certainty is Certainty.CONFIRMED else None


def likely_root(conclusions: Iterable[Conclusion]) -> tuple[str | None, frozenset[str]]:
    """The case and the cause of a root that more could confirm; none where there is no such root."""
    root = next((c for c in conclusions if c.root and c.certainty is Certainty.LIKELY), None)
    return (root.case, frozenset({root.cause})) if root else (None, frozenset())
