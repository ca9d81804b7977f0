"""The Containerfile, read and not built: no test of this project starts a container."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
LINES = [
    line.strip()
    for line in FILE.replace("\\\n", " ").splitlines()
    if line.strip() and not line.lstrip().startswith("#")
]
STAGES = [stage.splitlines() for stage in "\n".join(LINES).split("\nFROM ")[1:]]
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def copied() -> list[str]:
    """What is copied out of the repository."""
    words = [line.split()[1:] for line in LINES if line.startswith("COPY ") and "--from" not in line]
    return [name for row in words for name in row[:-1]]


def test_what_is_copied_is_there() -> None:
    """Every path that the image is made from is in the repository."""
    assert copied()
    assert [] == [name for name in copied() if not (ROOT / name).exists()]


def test_what_is_copied_is_not_ignored() -> None:
    """Everything is left out of a build but what is copied."""
    assert "*" == IGNORED[1]
    assert set(copied()) == {name.removeprefix("!") for name in IGNORED if name.startswith("!")}


def test_wheel_has_all_it_needs() -> None:
    """The folders and files that the wheel is made from are copied."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

    assert {*wheel, *PROJECT["project"]["license-files"], "pyproject.toml"} <= {name.rstrip("/") for name in copied()}


def test_base_is_named_by_a_version() -> None:
    """Both stages stand on one base, whose tag is a version and not `latest`."""
    (base,) = re.findall(r"^ARG BASE=(\S+)$", FILE, re.MULTILINE)

    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    assert ["${BASE} AS build", "${BASE}"] == [stage[0] for stage in STAGES]


def test_it_is_a_supported_python() -> None:
    """The base has a Python that the project says it runs on."""
    (version,) = re.findall(r"^ARG BASE=python:(3\.\d+)", FILE, re.MULTILINE)

    assert f"Programming Language :: Python :: {version}" in PROJECT["project"]["classifiers"]


def test_it_does_not_run_as_root() -> None:
    """The user is a number, which Kubernetes can compare, and not 0."""
    (user,) = (line for line in STAGES[-1] if line.startswith("USER "))

    assert re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", user)


def test_nothing_is_built_in_what_runs() -> None:
    """The last stage takes what is built, and runs no command."""
    assert {"COPY", "USER", "ENV", "ENTRYPOINT", "CMD"} == {line.split()[0] for line in STAGES[-1][1:]}


def test_it_starts_the_program() -> None:
    """What is started is a script of the project, where the last stage puts it."""
    (start,) = (line for line in STAGES[-1] if line.startswith("ENTRYPOINT "))
    path, _, script = start.partition('"')[2].rstrip('"]').rpartition("/")

    assert script in PROJECT["project"]["scripts"]
    assert any(f"--from=build {path.removesuffix('/bin')} " in line for line in STAGES[-1])
