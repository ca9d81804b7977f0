"""A real Envoy does what the walk foretells, row by row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.envoy.secrets import Authority
from tests.envoy.trials import tried
from tests.envoy.verdicts import differences, unforeseen
from tests.tables.rows import Row, rows_of
from tests.tables.rows import differences as row_differences
from troubleshooter.model import Diagnosis
from troubleshooter.report import to_json

pytestmark = pytest.mark.envoy
ROWS = tuple(rows_of(Path(__file__).parent / "cases.yaml"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_envoy_does_what_the_walk_foretells(row: Row, binary: Path, authority: Authority, tmp_path: Path) -> None:
    """Status, flags, details, route, cluster and who answers are those that the walk said."""
    trial = tried(row, binary, tmp_path, authority)

    assert {} == row_differences(row, json.loads(to_json(Diagnosis(walk=trial.walked.walk)))), row.raw["is"]
    if "seen" in row.raw:
        assert {} == unforeseen(trial), row.raw["is"]
    else:
        assert [] == differences(trial), row.raw["is"]
