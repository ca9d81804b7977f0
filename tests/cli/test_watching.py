"""-v tells what is done, and shows where a mistake of ours is; without it a mistake is one calm sentence."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import FAILING, RunCommand
from troubleshooter.cli import diagnose

WORDS = ("diagnose", "-f", "bad.yaml", *FAILING)


def test_what_is_done_is_told(run: RunCommand) -> None:
    """Each line has its time, and standard output stays as it is."""
    loud, quiet = run(*WORDS, "-v"), run(*WORDS)
    lines = loud.err.splitlines()

    assert [] == [line for line in lines if not re.fullmatch(r" *\d+ ms  .+", line)]
    assert [] != [line for line in lines if line.endswith(" 5 objects read")]
    assert loud.out == quiet.out
    assert "" == quiet.err


def _broken(*_: object) -> None:
    raise LookupError("a name from the mesh \x1b[31m")


def test_mistake_of_ours(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one sentence with what to do, without a trace or the data that it stumbled over; the status is 2."""
    monkeypatch.setattr(diagnose, "status_of", _broken)
    broken = run(*WORDS)

    assert (2, "") == (broken.status, broken.out)
    assert "this is a mistake of the program, not yours: LookupError. There is no result." in broken.err
    assert [] == [word for word in ("Traceback", "a name from the mesh") if word in broken.err]


def test_mistake_of_ours_in_full(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """With -v the trace is there, and safe to show."""
    monkeypatch.setattr(diagnose, "status_of", _broken)
    broken = run(*WORDS, "-v")

    assert "Traceback (most recent call last)" in broken.err
    assert "a name from the mesh \\x1b[31m" in broken.err
