"""A real Envoy does what the rows of `tests/tables/` say, as far as it can be tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.envoy.left_out import REASONS, why_not
from tests.envoy.secrets import Authority
from tests.envoy.trials import habit, tried
from tests.envoy.verdicts import differences
from tests.tables.rows import Row, rows

SHARE = 3
"""One row of so many is tried without `--every-row`."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each row, or for those that stand on every third line."""
    if "row" not in metafunc.fixturenames:
        return
    every = metafunc.config.getoption("every_row")
    held = [row for row in rows() if every or int(row.place.rpartition(":")[2]) % SHARE == 0]
    metafunc.parametrize("row", held, ids=lambda row: row.place)


@pytest.mark.envoy
def test_envoy_does_what_the_tables_say(row: Row, binary: Path, authority: Authority, tmp_path: Path) -> None:
    """Status, flags, details, route, cluster and who answers are those that the walk said, of which the row's own test
    holds that they are what the reference says."""
    reason = why_not(row)
    if reason:
        pytest.skip(reason)

    trial = tried(row, binary, tmp_path, authority, habit)

    assert [] == differences(trial), row.raw["is"]


@pytest.mark.envoy
def test_every_reason_leaves_out_some_row() -> None:
    """A reason that holds for no row is a gap that was filled."""
    held = {why_not(row) for row in rows()}

    assert [] == [reason for reason in REASONS if reason not in held]
