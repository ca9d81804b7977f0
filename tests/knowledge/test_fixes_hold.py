"""A fix that is called verified mends the mesh, applied as its text says; its rollback breaks it again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.knowledge.applying import apply, undo
from tests.knowledge.knowledge_base import (
    asked_of,
    cause_in,
    causes_of,
    diagnosed,
    folders,
    inventory,
    meshes,
    root_of,
    situation,
)
from troubleshooter.evidence import Evidence
from troubleshooter.model import Applicability, Diagnosis, Fix
from troubleshooter.remedy.verify import ONLY_TRAFFIC
from troubleshooter.rulebook import FixPlan, Status
from troubleshooter.rulebook.templates import PLACEHOLDER

bad_meshes = pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))


def verified(mesh: Path) -> list[Fix]:
    """The fixes of the root that were tried and held."""
    return [fix for fix in root_of(mesh).fixes if fix.verified]


def mended(mesh: Path, fix: Fix) -> Diagnosis:
    """What comes out after a fix. Evidence is older than the fix, so there is none."""
    return diagnosed(
        replace(situation(mesh), inventory=apply(inventory(mesh), fix), entry=None, evidence=Evidence(), told=None)
    )


def deaths(found: Diagnosis) -> list[str]:
    """Where the request dies, in every branch."""
    return [f"{b.failed.stage}: {b.failed.detail}" for b in found.walk.branches if b.failed] if found.walk else []


@bad_meshes
def test_a_verified_fix_takes_the_cause_away(mesh: Path) -> None:
    """With the manifest and the commands applied, the cause is not found any more."""
    left = [fix.do for fix in verified(mesh) if cause_in(mesh.parent).id in causes_of(mended(mesh, fix))]

    assert [] == left


@bad_meshes
def test_after_a_verified_fix_the_request_passes(mesh: Path) -> None:
    """With the manifest and the commands applied, the request dies nowhere, in no branch."""
    assert {} == {fix.do: died for fix in verified(mesh) if (died := deaths(mended(mesh, fix)))}


@bad_meshes
def test_a_rollback_brings_the_cause_back(mesh: Path) -> None:
    """With the rollback applied after the fix, the cause is the root again. What only restarts pods has none."""
    again = {}
    for fix in verified(mesh):
        if fix.rollback:
            back = replace(situation(mesh), inventory=undo(apply(inventory(mesh), fix), fix))
            again[fix.do] = [f.cause for f in diagnosed(back).findings if f.root or not asked_of(mesh).example]

    assert {do: [cause_in(mesh.parent).id] for do in again} == again


@bad_meshes
def test_a_fix_that_a_machine_may_apply_holds(mesh: Path) -> None:
    """What may be applied without a person was tried, and held."""
    untried = [f.do for f in root_of(mesh).fixes if f.applicability is Applicability.MACHINE and not f.verified]

    assert [] == untried


@pytest.mark.parametrize("folder", folders())
def test_every_edit_was_seen_to_hold(folder: Path) -> None:
    """Each fix with edits of a tested cause holds in one of the cause's bad meshes, or only traffic can show it."""
    cause = cause_in(folder)
    fixes = [fix for mesh in sorted(folder.glob("bad*.yaml")) if is_mesh(mesh) for fix in root_of(mesh).fixes]
    plans = [plan for plan in cause.fixes if plan.edits and cause.status == Status.TESTED]
    unseen = [plan.do for plan in plans if not any(is_of(fix, plan) and holds(fix) for fix in fixes)]

    assert [] == unseen, "write a bad-VARIANT.yaml in which it holds, or take the fix out"


def is_mesh(file: Path) -> bool:
    """Whether a file is a mesh, not what is asked of one."""
    return not file.stem.endswith(".example")


def holds(fix: Fix) -> bool:
    """Whether a fix held, or could not be tried for want of traffic."""
    return fix.verified or fix.why_not_verified == ONLY_TRAFFIC


def is_of(fix: Fix, plan: FixPlan) -> bool:
    """Whether a fix came from this plan, by what it says is to be done."""
    written = PLACEHOLDER.split(plan.do)[::2]
    return re.fullmatch(".*".join(map(re.escape, written)), fix.do, re.DOTALL) is not None
