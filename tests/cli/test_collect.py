"""`collect`: one archive that gives the same diagnosis later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import FAILING, RunCommand


def _json(run: RunCommand, *words: str) -> Any:
    return json.loads(run("diagnose", *words, "-o", "json").out)


def test_same_diagnosis_from_the_archive(run: RunCommand) -> None:
    """Of the same request, with the same verdict and the same root."""
    assert 0 == run("collect", "mesh.tgz", "-f", "bad.yaml").status
    before, after = _json(run, "-f", "bad.yaml", *FAILING), _json(run, "-f", "mesh.tgz", *FAILING)

    assert [f["cause"] for f in before["findings"]] == [f["cause"] for f in after["findings"]]
    assert before["not_checked"] == after["not_checked"]


def test_log_in_the_archive_is_read(run: RunCommand) -> None:
    """Its biggest failure names the request, as with --log."""
    run("collect", "mesh.tgz", "-f", "bad.yaml", "--log", "access.log")
    found = _json(run, "-f", "mesh.tgz")

    assert ([2, 1], ["NR"]) == ([group["count"] for group in found["groups"]], found["outcome"]["flags"])


def test_redacted_archive_keeps_its_map_beside_it(run: RunCommand, here: Path) -> None:
    """The map is for its owner alone, and never in the archive."""
    said = run("collect", "mesh.tgz", "-f", "bad.yaml", "--log", "access.log", "--redact").out
    names = here / "mesh.tgz.names.json"
    shown = run("diagnose", "-f", "mesh.tgz")

    assert "mesh.tgz.names.json: which name stands for which. Keep it to yourself." in said
    assert (0o600, True) == (names.stat().st_mode & 0o777, "payments" in json.loads(names.read_text()))
    assert "payments" not in shown.out + shown.err


def test_nothing_to_collect(run: RunCommand) -> None:
    """That is said, with what to do."""
    assert (2, True) == ((shown := run("collect", "mesh.tgz")).status, "name files with -f" in shown.err)


def test_place_that_cannot_be_written(run: RunCommand) -> None:
    """One sentence, and nothing is left behind."""
    shown = run("collect", "nowhere/mesh.tgz", "-f", "bad.yaml")

    assert (2, "troubleshoot: nowhere/mesh.tgz: it cannot be written: No such file or directory. ") == (
        shown.status,
        shown.err.partition("Name")[0],
    )


def test_archive_of_a_newer_program(run: RunCommand, here: Path) -> None:
    """What it says about itself is not used, and that is named."""
    folder = here / "troubleshoot-bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"format": 99}', encoding="utf-8")

    assert "its format is 99" in run("diagnose", "-f", "bad.yaml", "-f", "troubleshoot-bundle").err
