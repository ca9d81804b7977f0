"""In a mesh in which everything works, nothing is said, and every request arrives."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from _pytest.mark.structures import ParameterSet

from tests.knowledge.knowledge_base import diagnosed, inventory, request_of
from troubleshooter.model import Verdict
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Example

HEALTHY = Path(__file__).with_name("healthy")
MESHES = sorted(file for file in HEALTHY.glob("*.yaml") if not file.stem.endswith(".requests"))

every_mesh = pytest.mark.parametrize("mesh", [pytest.param(mesh, id=mesh.stem) for mesh in MESHES])


def requests() -> list[ParameterSet]:
    """Every mesh with every request in the file beside it."""
    asked = {mesh: yaml.safe_load(mesh.with_suffix(".requests.yaml").read_text(encoding="utf-8")) for mesh in MESHES}
    return [
        pytest.param(mesh, Example(source=one.pop("from"), **one), id=f"{mesh.stem}-{number}")
        for mesh, some in asked.items()
        for number, one in enumerate(some)
    ]


@every_mesh
def test_it_is_read_without_a_doubt(mesh: Path) -> None:
    """Every object of the mesh is used as it stands."""
    assert () == inventory(mesh).not_checked


@every_mesh
def test_an_audit_says_nothing(mesh: Path) -> None:
    """No finding of any severity."""
    found = diagnosed(Situation(inventory=inventory(mesh)))

    assert [] == [(finding.cause, str(finding.resource)) for finding in found.findings]


@pytest.mark.parametrize(("mesh", "example"), requests())
def test_a_request_arrives(mesh: Path, example: Example) -> None:
    """The request passes every stage, and nothing is found on its way."""
    found = diagnosed(Situation(inventory=inventory(mesh), request=request_of(example)))
    steps = [f"{step.stage}: {step.detail}" for step in found.walk.path] if found.walk else []

    assert found.walk
    assert (Verdict.REACHABLE, []) == (found.walk.verdict, [f.cause for f in found.findings]), "\n".join(steps)
