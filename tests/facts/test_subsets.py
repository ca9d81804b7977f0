"""Which defined subset could be the one that a route means."""

from __future__ import annotations

import pytest

from troubleshooter.facts.of_subsets import nearest


@pytest.mark.parametrize(
    ("asked", "defined", "expected"),
    [
        ("canray", ["canary", "v1"], ("similar", "canary")),
        ("Blue", ["blue", "green"], ("similar", "blue")),
        ("v2", ["v1", "v3"], ("none", "")),
        ("v1", ["v10", "v11"], ("none", "")),
        ("v2", ["v1"], ("only", "v1")),
        ("stable-a", ["stable-b", "stable-c"], ("none", "")),
        ("v1", [], ("none", "")),
    ],
)
def test_the_nearest_subset(asked: str, defined: list[str], expected: tuple[str, str]) -> None:
    """One name that is nearly the same, with the same digits; else the only one there is; else none."""
    assert expected == nearest(asked, defined)
