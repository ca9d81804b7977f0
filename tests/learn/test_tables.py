"""Columns are laid out as Go's tabwriter lays them out."""

from __future__ import annotations

from troubleshooter.learn.tables import ISTIOCTL, KUBECTL, table


def test_a_column_is_as_wide_as_its_widest_cell() -> None:
    """Three spaces follow it; the last column ends with its text."""
    assert "NAME       READY\npayments   2/2\nweb        1/1" == table(
        ("NAME", "READY"), [("payments", "2/2"), ("web", "1/1")], KUBECTL
    )


def test_a_table_without_rows_is_its_head() -> None:
    """The head is printed even where there is nothing below it."""
    assert "ENDPOINT     CLUSTER" == table(("ENDPOINT", "CLUSTER"), [], ISTIOCTL)
