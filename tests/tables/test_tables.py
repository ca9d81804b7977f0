"""The walk says what Istio would do, row by row."""

from __future__ import annotations

import pytest

from tests.tables.rows import READERS, Row, answer_of, differences, rows

ROWS = tuple(rows())
REQUEST = {"from", "to", "method", "headers", "sni", "plaintext", "expect", "http10", "namespace", "token", "without"}
KEYS = {"is", "reference", "base", "objects", "then", "cause", *REQUEST}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_the_walk_foretells_what_istio_does(row: Row) -> None:
    """What comes out of a row's mesh is what the reference says."""
    assert {} == differences(row, answer_of(row)), row.raw["is"]


def test_every_row_says_why() -> None:
    """A row has its sentence, a reference to look it up, an outcome, and nothing that would be overlooked."""
    odd = [
        row.place
        for row in ROWS
        if not (row.raw.get("is") and row.raw.get("reference") and row.raw.get("then"))
        or set(row.raw) - KEYS
        or set(row.raw["then"]) - set(READERS)
    ]

    assert [] == odd


def test_no_sentence_stands_twice() -> None:
    """Two rows of an area that say the same are one too many."""
    said = [(row.place.partition(":")[0], row.raw["is"]) for row in ROWS]

    assert len(set(said)) == len(said)
