"""The locks hold every package that is asked for, pinned and hashed, and say nothing of where they were made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "requirements" / "build.txt"
DEVELOPMENT = ROOT / "requirements" / "dev.txt"
ENVOY = ROOT / "requirements" / "envoy.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = pytest.mark.parametrize("lock", [BUILD, DEVELOPMENT, ENVOY], ids=lambda lock: lock.name)


def entries(lock: Path) -> list[str]:
    """The logical lines of a lock, one a package."""
    return lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def pins(lock: Path) -> dict[str, str]:
    """The version of each package of a lock."""
    requirements = [Requirement(entry.split(" --hash")[0]) for entry in entries(lock)]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in requirements}


def asked_for(group: str) -> list[str]:
    """What a dependency group asks for by name."""
    return [entry for entry in PROJECT["dependency-groups"][group] if isinstance(entry, str)]


@LOCKS
def test_a_lock_pins_and_hashes_every_package(lock: Path) -> None:
    """Each line is one exact version with at least one hash, and nothing else: no option, no address."""
    entry = re.compile(r"[a-z0-9.-]+==[^\s;]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")

    assert [] == [line for line in entries(lock) if not entry.fullmatch(line)]


@pytest.mark.parametrize(
    ("lock", "requirement"),
    [
        *((BUILD, text) for text in asked_for("build")),
        *((DEVELOPMENT, text) for text in asked_for("build") + asked_for("dev")),
        *((DEVELOPMENT, text) for text in PROJECT["project"]["dependencies"]),
        *((ENVOY, text) for text in asked_for("envoy")),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_what_is_asked_for_is_locked_within_its_bounds(lock: Path, requirement: str) -> None:
    """pyproject.toml and the locks agree; `make lock` mends it where they do not."""
    wanted = Requirement(requirement)

    assert wanted.specifier.contains(pins(lock)[canonicalize_name(wanted.name)])


def test_both_locks_agree() -> None:
    """What builds the project has the same version in both locks."""
    assert pins(BUILD).items() <= pins(DEVELOPMENT).items()


def test_building_asks_for_nothing_that_is_not_locked() -> None:
    """What the build system requires is in its lock, so that no build fetches anything."""
    required = {canonicalize_name(Requirement(text).name) for text in PROJECT["build-system"]["requires"]}

    assert required <= pins(BUILD).keys()
