"""A fix is applied as its text says, and a mended mesh keeps what the fix leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.applying import apply, undo
from tests.knowledge.knowledge_base import inventory
from tests.knowledge.mending import mended_text
from troubleshooter.model import Applicability, Fix

MESH = """\
# Two services.
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}}  # <- kept, but for this mark
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: wrong}}
---
apiVersion: v1
kind: Service
metadata: {name: old, namespace: shop}
"""

API = "apiVersion: v1\nkind: Service\nmetadata:\n  name: api\n  namespace: shop\nspec:\n  selector:\n    app: api\n"
NEW = "apiVersion: v1\nkind: Service\nmetadata:\n  name: new\n  namespace: shop\n"

FIX = Fix(
    do="Mend it",
    risk="none",
    applicability=Applicability.REVIEW,
    manifest=f"{API}---\n{NEW}",
    commands=("kubectl delete services old -n shop",),
    rollback=API.replace("app: api", "app: wrong") + "# kubectl delete services new -n shop\n",
)


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    """A mesh in a file."""
    file = tmp_path / "bad.yaml"
    file.write_text(MESH)
    return file


def test_what_a_fix_leaves_alone_stays_as_written(mesh: Path) -> None:
    """An object that no edit touches keeps its layout and comments, without the mark."""
    kept = MESH.split("---\n", maxsplit=1)[0].replace("  # <- kept, but for this mark", "")

    assert mended_text(mesh, FIX).startswith(kept)


def test_what_a_fix_changes_stands_in_its_place(mesh: Path) -> None:
    """Changed objects stay in order, deleted ones are gone, and new ones come last."""
    assert [API, NEW] == mended_text(mesh, FIX).split("---\n")[1:]


def test_a_fix_is_its_manifest_and_its_commands(mesh: Path) -> None:
    """Objects are changed, made, and deleted."""
    after = {thing.name: thing.spec for thing in apply(inventory(mesh), FIX).objects}

    assert {"web": {"selector": {"app": "web"}}, "api": {"selector": {"app": "api"}}, "new": {}} == after


def test_a_rollback_is_its_manifest_and_its_deletions(mesh: Path) -> None:
    """What was changed is as it was, and what was made is gone; what was deleted comes back only if the text has it."""
    before = {thing.key: thing.raw for thing in inventory(mesh).objects if thing.name != "old"}

    assert before == {thing.key: thing.raw for thing in undo(apply(inventory(mesh), FIX), FIX).objects}


def test_a_command_that_is_not_run_changes_nothing(mesh: Path) -> None:
    """Only deletions and restarts of objects that are there are understood; everything else is for people."""
    said = Fix(do="Look", risk="none", applicability=Applicability.MANUAL, commands=("kubectl get services -n shop",))

    assert inventory(mesh).objects == apply(inventory(mesh), said).objects
