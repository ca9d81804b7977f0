"""A mesh known by answers alone: one case without objects, judged like any other.

Decides: what stands for a mesh that nobody can see. Must not know questions.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from troubleshooter.inference import Engine, conclude, judge
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Fact, Inventory
from troubleshooter.remedy import Examined
from troubleshooter.rulebook import Rulebook

TOLD = "told"


def examine_told(
    rulebook: Rulebook, facts: Mapping[str, Fact], engine: Engine, among: Container[str] | None
) -> Examined:
    """What follows from answers. `among` are the causes that the symptom leaves."""
    case = Case(id=TOLD, kind=CaseKind.WALK, facts=facts)
    judgement = judge(rulebook, [case], engine)
    concluded = conclude(rulebook, judgement, [case])
    left = tuple(c for c in concluded if among is None or c.cause in among)
    return Examined(
        mesh=Mesh(Inventory()), walked=None, observation=None, cases=(case,), judgement=judgement, conclusions=left
    )
