"""In a mesh that looks like a cause and is not, the cause stays silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.knowledge.knowledge_base import (
    asked_of,
    audit,
    book,
    cause_in,
    causes_of,
    diagnosis,
    folders,
    inventory,
    meshes,
    situation,
)
from troubleshooter.evidence import Evidence
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Severity
from troubleshooter.remedy import examine
from troubleshooter.rulebook import Cause

near_meshes = pytest.mark.parametrize("mesh", meshes(r"near-.+"))


@near_meshes
def test_it_is_read_without_a_doubt(mesh: Path) -> None:
    """Every object of the mesh is used as it stands: nothing damaged, doubled or assumed."""
    assert () == inventory(mesh).not_checked


@near_meshes
def test_the_cause_is_silent(mesh: Path) -> None:
    """Asked the request, the cause is not found."""
    assert cause_in(mesh.parent).id not in causes_of(diagnosis(mesh))


@near_meshes
def test_the_cause_is_silent_in_an_audit(mesh: Path) -> None:
    """Asked for everything, the cause is not found either."""
    assert cause_in(mesh.parent).id not in causes_of(audit(mesh))


@near_meshes
def test_nothing_but_the_declared_root_is_wrong(mesh: Path) -> None:
    """Nothing is an error, or the root is the other cause that `<mesh>.example.yaml` declares."""
    errors = [f for f in diagnosis(mesh).findings if f.severity is Severity.ERROR]
    expected = asked_of(mesh).root

    assert ([expected] if expected else []) == [f.cause for f in errors if f.root or not expected]


@near_meshes
def test_the_verdict_is_the_declared_one(mesh: Path) -> None:
    """Where `<mesh>.example.yaml` says how the request ends, it does."""
    example, walk = asked_of(mesh).example, diagnosis(mesh).walk
    expected = example.verdict if example else ""

    assert expected == (walk.verdict if walk and expected else "")


@pytest.mark.parametrize("folder", folders())
def test_each_unless_is_what_keeps_some_near_mesh_silent(folder: Path) -> None:
    """Without an `unless`, the cause is found in one of its near meshes: that mesh shows what the `unless` is for."""
    cause = cause_in(folder)
    nears = [mesh for mesh in sorted(folder.glob("near-*.yaml")) if not mesh.stem.endswith(".example")]
    idle = [
        condition.fact
        for condition in cause.unless
        if not any(holds_in(mesh, without(cause, condition.fact)) for mesh in nears)
    ]

    assert [] == idle, "write a near-REASON.yaml that only this `unless` keeps silent, or take the `unless` out"


def without(cause: Cause, fact: str) -> Cause:
    """The cause without what one fact rules out."""
    return replace(cause, unless=tuple(condition for condition in cause.unless if condition.fact != fact))


def holds_in(mesh: Path, cause: Cause) -> bool:
    """Whether a cause is found in a mesh, asked the request or asked for everything."""
    changed = replace(book(), causes={**book().causes, cause.id: cause})
    asked = (situation(mesh), replace(situation(mesh), request=None, entry=None, evidence=Evidence()))
    looks = (examine(changed, what, PlainEvaluator()) for what in asked)
    return any(conclusion.cause == cause.id for look in looks for conclusion in look.conclusions)
