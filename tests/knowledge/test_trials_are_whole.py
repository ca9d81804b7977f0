"""A fix is tried on the pieces that it touches; looking at everything again would come to the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import book, inventory, meshes
from troubleshooter.consult.findings import findings
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Fix
from troubleshooter.remedy import Examined, Situation, examine, verify


def _everything(*_given: object, **_more: object) -> None:
    """Instead of what a fix touches."""


def _fixes(situation: Situation, examined: Examined) -> list[Fix]:
    return [fix for finding in findings(book(), situation, examined) for fix in finding.fixes]


@pytest.mark.parametrize("mesh", meshes("bad"))
def test_a_trial_of_what_is_touched_is_a_trial_of_everything(mesh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fix of an audit holds, or does not, for the same reason."""
    situation = Situation(inventory=inventory(mesh))
    examined = examine(book(), situation, PlainEvaluator())
    touched = _fixes(situation, examined)
    monkeypatch.setattr(verify, "_touched", _everything)
    monkeypatch.setattr("troubleshooter.mesh.mesh.Mesh.after", _everything)

    assert _fixes(situation, examined) == touched
