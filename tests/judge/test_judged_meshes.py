"""Meshes as teams write them, and what somebody who knows Istio says of them; judging.py explains the tables."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.judge.judging import CASES, complaints, rows, words_of
from troubleshooter.cli import main
from troubleshooter.report import schema

ROWS = {name: (files, row) for name, files, row in rows()}
A_FEW = ("strict-legacy-1", "gwsel-two-3", "unseen-destination-2", "log-rbac-1")


@pytest.fixture(scope="module")
def contract() -> Draft202012Validator:
    """What every object has to look like."""
    return Draft202012Validator(json.loads(schema()))


@pytest.mark.parametrize("name", ROWS)
def test_judged(name: str, contract: Draft202012Validator, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict, the root, its object and its fix are those that the table says, the exit status fits, and the object
    keeps to the schema."""
    files, row = ROWS[name]

    status = main(words_of(files, row))

    shown = capsys.readouterr()
    if "refused" in row:
        assert (2, "", True) == (status, shown.out, row["refused"] in shown.err)
    else:
        answer = json.loads(shown.out or "null")
        assert [] == complaints(row, status, answer)
        assert [] == [error.message for error in contract.iter_errors(answer)]


@pytest.mark.parametrize("name", A_FEW)
def test_judged_as_installed(name: str) -> None:
    """The installed command answers the same, with nothing but the object on standard output."""
    files, row = ROWS[name]

    shown = subprocess.run([troubleshoot(), *words_of(files, row)], capture_output=True, text=True, check=False)

    assert [] == complaints(row, shown.returncode, json.loads(shown.stdout))


@pytest.mark.parametrize("name", [name for name, (files, row) in ROWS.items() if "verdict" in row and files][::5])
def test_text_says_the_same(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In text the exit status is that of the object, the root is named, and there is no trace of Python."""
    files, row = ROWS[name]
    words = words_of(files, row)

    status = main(words)
    told = json.loads(capsys.readouterr().out)
    again = main([w for w in words if w not in ("-o", "json")])

    shown = capsys.readouterr()
    root: Any = next((f["cause"] for f in told["findings"] if f["root"]), "")
    assert (status, True, False) == (again, root in shown.out, "Traceback" in shown.out + shown.err)


def troubleshoot() -> str:
    """The command as it is installed beside the interpreter."""
    return str(Path(sys.executable).with_name("troubleshoot"))


def test_every_table_has_its_files() -> None:
    """Each mesh and log that a table names is there, and each that is there is named."""
    named = {file for files, row in ROWS.values() for file in (*files, row.get("log", ""))} - {""}
    there = {file.name for file in CASES.iterdir() if not file.name.endswith(".case.yaml")}

    assert there == named
