"""What a cause that was found may itself follow from, and what may rule it out, where no objects tell that.

Decides: which deeper causes and which objections are still worth a question, and which conclusion is the root then.
Must not know questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from troubleshooter.inference import Conclusion
from troubleshooter.inference.certainty import possible
from troubleshooter.inference.judgement import CaseJudgement
from troubleshooter.rulebook import Rulebook


def origins(rulebook: Rulebook, cause: str) -> frozenset[str]:
    """The causes of which a cause can be a consequence."""
    known = rulebook.causes.get(cause)
    return frozenset(link.cause for link in known.because_of) if known else frozenset()


def open_origins(rulebook: Rulebook, judged: CaseJudgement, cause: str) -> frozenset[str]:
    """Those of them that nothing known contradicts and that miss something."""
    return frozenset(standing.cause for standing in possible(rulebook, judged, origins(rulebook, cause)))


def open_objections(rulebook: Rulebook, judged: CaseJudgement, cause: str) -> tuple[str, ...]:
    """The facts that would rule a cause out, and of which nothing is known."""
    known = rulebook.causes.get(cause)
    facts = (condition.fact for condition in known.unless) if known else ()
    return tuple(dict.fromkeys(fact for fact in facts if fact not in judged.facts))


def with_origins(rulebook: Rulebook, conclusions: Iterable[Conclusion], kept: Sequence[Conclusion]) -> list[Conclusion]:
    """What is kept of some conclusions and what it follows from, the deepest first."""
    chain = list(kept)
    for conclusion in kept[:1]:
        deeper = origins(rulebook, conclusion.cause)
        while above := next((c for c in conclusions if c.cause in deeper and c.cause != chain[0].cause), None):
            chain = [above, *(c for c in chain if c is not above)]
            deeper = origins(rulebook, above.cause) - {c.cause for c in chain}
    return chain
