"""Lengths of time as objects write them."""

from __future__ import annotations

import pytest

from troubleshooter.mesh.basis.durations import seconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("4s", 4.0),
        ("1m30s", 90.0),
        ("500ms", 0.5),
        ("1.5h", 5400.0),
        ("0s", 0.0),
        ("", None),
        (None, None),
        (5, None),
        ("5", None),
        ("5 s", None),
        ("soon", None),
    ],
)
def test_a_length_of_time(written: object, expected: float | None) -> None:
    """Numbers with units, one after the other; anything else is none."""
    assert expected == seconds(written)
