"""What a real Envoy wrote of failures that were made for it names the cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from troubleshooter.cli import main

HERE = Path(__file__).parent
FOLDERS = HERE / "made"
ROWS: list[dict[str, str]] = yaml.safe_load((HERE / "made.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["capture"]) for row in ROWS])
def test_the_capture_shows_its_cause(row: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The log of the one that sent, where it has a line, and the pages of both: the first finding is the cause."""
    folder = FOLDERS / row["capture"]
    log = folder / "access.log"
    given = [word for pages in (folder, folder / "server") if pages.is_dir() for word in ("--envoy", str(pages))]
    given += ["--log", str(log)] if log.is_file() else []

    main(["diagnose", *given, "-o", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]

    assert row["root"] == next((finding["cause"] for finding in findings), "")


def test_each_capture_has_a_row() -> None:
    """No folder lies about untried."""
    assert sorted(folder.name for folder in FOLDERS.iterdir()) == sorted(row["capture"] for row in ROWS)
