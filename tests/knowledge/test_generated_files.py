"""`good.yaml` and `session.txt` are what comes out of `bad.yaml`; `--golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Golden
from tests.knowledge.applying import objects_in
from tests.knowledge.knowledge_base import KNOWLEDGE, meshes
from tests.knowledge.mending import fix_that_holds, mended_text, session_text

GOLDEN = KNOWLEDGE


@pytest.mark.parametrize("mesh", meshes(r"bad(-.+)?"))
def test_good_is_bad_after_the_first_fix_that_holds(mesh: Path, golden: Golden) -> None:
    """`good.yaml` is `bad.yaml` with the manifest and the commands of that fix applied; without such a fix there is
    none."""
    good = mesh.with_name(mesh.name.replace("bad", "good", 1))
    fix = fix_that_holds(mesh)
    if fix is None:
        assert not good.exists(), f"no fix holds in {mesh.name}: delete {good.name}"
        return

    golden(good.relative_to(KNOWLEDGE).as_posix(), mended_text(mesh, fix))


@pytest.mark.parametrize("mesh", meshes(r"bad"))
def test_the_session_is_the_consultation(mesh: Path, golden: Golden) -> None:
    """`session.txt` shows what is asked of `bad.yaml` and what comes out."""
    golden(mesh.with_name("session.txt").relative_to(KNOWLEDGE).as_posix(), session_text(mesh))


@pytest.mark.parametrize("mesh", meshes(r"good(-.+)?"))
def test_good_belongs_to_a_bad(mesh: Path) -> None:
    """Every `good-<variant>.yaml` has its `bad-<variant>.yaml`, and objects in it."""
    assert mesh.with_name(mesh.name.replace("good", "bad", 1)).is_file()
    assert objects_in(mesh.read_text(encoding="utf-8"))
