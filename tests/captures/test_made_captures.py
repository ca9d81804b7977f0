"""What real proxies wrote of failures that were made for them names the cause, and of what is no failure none.

Two tables: of failures of TLS, policies and tokens, and of others.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from troubleshooter.cli import main

HERE = Path(__file__).parent
TABLES = ("tls", "made")
ROWS: dict[str, list[dict[str, str]]] = {
    table: yaml.safe_load((HERE / f"{table}.yaml").read_text(encoding="utf-8")) for table in TABLES
}


@pytest.mark.parametrize(
    ("table", "row"), [pytest.param(table, row, id=row["capture"]) for table in TABLES for row in ROWS[table]]
)
def test_the_capture_shows_its_cause(table: str, row: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The log of the one that sent, where it has a line, and the pages of both: the root, or in an audit, which has
    none, the first finding, is the cause of the table."""
    folder = HERE / table / row["capture"]
    log = folder / "access.log"
    given = [word for pages in (folder, folder / "server") if pages.is_dir() for word in ("--envoy", str(pages))]
    given += ["--log", str(log)] if log.is_file() else []

    main(["diagnose", *given, "-o", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    told = [finding["cause"] for finding in findings if finding["root"] or not log.is_file()]

    assert row["root"] == next(iter(told), "")


@pytest.mark.parametrize("table", TABLES)
def test_each_capture_has_a_row(table: str) -> None:
    """No folder lies about untried."""
    assert sorted(folder.name for folder in (HERE / table).iterdir()) == sorted(row["capture"] for row in ROWS[table])
