"""A diagnosis of a row names a root where the request fails, and nothing grave where it arrives.

A failure that no cause explains yet is said to be so in its row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tables.rows import TABLES, Row, inventory_of, left_of, request_of, rows_of
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult import Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Diagnosis, Severity, StageVerdict
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook

UNEXPLAINED = "unexplained"
"""The root of a failure for which there is no cause."""


@cache
def knowledge() -> Rulebook:
    """The knowledge base, read once."""
    return read_rulebook([])


def diagnosed(row: Row) -> Diagnosis:
    """What is found out about a row's request."""
    request = request_of(row)
    inventory = left_of(row, inventory_of(row), request)
    situation = Situation(inventory=inventory, request=request, namespace=row.raw.get("namespace", "shop"))
    return Consultation(knowledge(), PlainEvaluator(), situation).diagnosis()


def complaints(row: Row) -> Iterator[str]:
    """What is wrong with the root of a row."""
    found = diagnosed(row)
    root, wanted = found.root, row.raw.get("cause", "")
    dies = found.walk is not None and any(s.verdict is StageVerdict.FAIL for b in found.walk.branches for s in b.path)
    if wanted:
        if root is None or root.cause != wanted:
            yield f"{row.place}: the root is {root.cause if root else 'nothing'} and not {wanted}"
    elif dies and (root is None or root.cause == UNEXPLAINED):
        yield f"{row.place}: it fails, and no cause explains it; know one, or let the row say `cause: {UNEXPLAINED}`"
    elif not dies and root is not None and root.severity is Severity.ERROR:
        yield f"{row.place}: it arrives, and {root.cause} is called an error"


@pytest.mark.parametrize("file", sorted(TABLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_root_of_every_row(file: Path) -> None:
    """Whatever fails has the root that its row says, or some cause; what arrives is not called an error."""
    assert [] == [said for row in rows_of(file) for said in complaints(row)]
