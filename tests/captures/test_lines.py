"""What a line of a log shows by itself, where nothing else was seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from troubleshooter.cli import main

ROWS: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("lines.yaml").read_text(encoding="utf-8"))
LINE = (
    '[2026-11-21T09:14:02.467Z] "GET /pay HTTP/1.1" {} 0 19 0 - "-" "curl/8.5.0" '
    '"ebbc383e-df20-4412-9d8e-4cc976ad99db" "payments:8080" "-" inbound|8080|| - '
    "10.244.1.7:8080 10.244.0.5:51234 - default\n"
)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["line"].partition(" -")[0]) for row in ROWS])
def test_a_line_shows_its_cause(row: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As surely as its words say it, and no surer."""
    log = tmp_path / "access.log"
    log.write_text(LINE.format(row["line"]), encoding="utf-8")

    main(["diagnose", "--log", str(log), "-o", "json"])
    root = next(found for found in json.loads(capsys.readouterr().out)["findings"] if found["root"])

    assert (row["root"], row["certainty"]) == (root["cause"], root["certainty"])
