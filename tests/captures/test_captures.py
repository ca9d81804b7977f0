"""What a real Envoy said of a failure names the cause, and of what is no failure none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from troubleshooter.cli import main

HERE = Path(__file__).parent
ROWS: list[dict[str, str]] = yaml.safe_load((HERE / "captures.yaml").read_text(encoding="utf-8"))

Diagnose = Callable[[Path], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A capture, the cause that must be its root ("" where nothing may be found), and one that is noticed beside it."""

    capture: str
    root: str
    because: str
    also: str = ""


rows = pytest.mark.parametrize("row", [Row(**row) for row in ROWS], ids=lambda row: row.capture)


@pytest.fixture
def diagnose(capsys: pytest.CaptureFixture[str]) -> Diagnose:
    """Diagnose a folder: its log, where there is one, and its pages."""

    def run(folder: Path) -> dict[str, Any]:
        log = folder / "access.log"
        given = ["--log", str(log)] if log.is_file() else []
        pages = [word for page in sorted(folder.iterdir()) if page != log for word in ("--envoy", str(page))]
        main(["diagnose", *given, *pages, "-o", "json"])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run


@rows
def test_the_capture_shows_its_cause(row: Row, diagnose: Diagnose) -> None:
    """The root (in an audit, which has none: what is found) is the cause of the table, or there is no finding."""
    findings = diagnose(HERE / "data" / row.capture)["findings"]
    roots = [finding["cause"] for finding in findings if finding["root"]]

    assert [row.root] * bool(row.root) == (roots or [finding["cause"] for finding in findings])


@pytest.mark.parametrize("row", [Row(**row) for row in ROWS if "also" in row], ids=lambda row: row.capture)
def test_what_else_is_wrong_is_noticed(row: Row, diagnose: Diagnose) -> None:
    """What the pages show beside the root is told too."""
    findings = diagnose(HERE / "data" / row.capture)["findings"]

    assert row.also in {finding["cause"] for finding in findings if not finding["root"]}


def test_each_folder_has_a_row() -> None:
    """No capture lies about untried."""
    folders = sorted(folder.name for folder in (HERE / "data").iterdir())

    assert folders == sorted(row["capture"] for row in ROWS)
