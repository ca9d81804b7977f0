"""A real Envoy does what the walk foretells, row by row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.envoy.secrets import Authority
from tests.envoy.trials import tried
from tests.envoy.verdicts import differences, unforeseen, unnamed
from tests.tables.rows import Row, rows_of
from tests.tables.rows import differences as row_differences
from troubleshooter.model import Diagnosis, Stage
from troubleshooter.report import to_json

pytestmark = pytest.mark.envoy
FLAGS = yaml.safe_load((Path(__file__).resolve().parents[2] / "knowledge/flags.yaml").read_text(encoding="utf-8"))
STAGES = {stage.value: stage for stage in Stage}
WORDS = {word: STAGES.get(about.get("stage", "")) for word, about in (FLAGS["flags"] | FLAGS["details"]).items()}
"""What each word of a log names, as the knowledge base has it."""
ROWS = tuple(rows_of(Path(__file__).parent / "cases.yaml"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_envoy_does_what_the_walk_foretells(row: Row, binary: Path, authority: Authority, tmp_path: Path) -> None:
    """Status, flags, details, route, cluster and who answers are those that the walk said."""
    trial = tried(row, binary, tmp_path, authority)

    assert {} == row_differences(row, json.loads(to_json(Diagnosis(walk=trial.walked.walk)))), row.raw["is"]
    if "seen" in row.raw:
        assert {} == unforeseen(trial), row.raw["is"]
        assert [] == unnamed(trial, WORDS), row.raw["is"]
    else:
        assert [] == differences(trial), row.raw["is"]
