"""A table as kubectl prints it: a line of headings in capitals, and rows whose cells begin where the headings do.

Decides: what stands in which column. Must not know what any column means. A cell that is too long for its column
cannot occur: kubectl makes the columns as wide as their longest cell, with two blanks or more between them.
Source: https://kubernetes.io/docs/reference/kubectl/#formatting-output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from troubleshooter.evidence.cleaning import MAX_LINE, printable

MAX_ROWS = 50_000
"""So many rows are read; more pods than one istiod serves."""

Columns: TypeAlias = tuple[tuple[str, int], ...]
"""Headings, each with the column where it begins."""

_HEADING = re.compile(r"\S+(?: \S+)*")
_NOTHING = frozenset({"<none>", "<unset>", "<unknown>", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the text of each cell that says something, by its heading, and the line on which it stands."""

    cells: dict[str, str]
    line: int

    def get(self, heading: str) -> str:
        """The cell under a heading, "" where there is no such column or nothing in it."""
        return self.cells.get(heading, "")


def headings(line: str) -> Columns:
    """The headings of a line, each with the column where it begins."""
    return tuple((match[0], match.start()) for match in _HEADING.finditer(printable(line[:MAX_LINE])))


def headings_with(wanted: frozenset[str], line: str) -> Columns:
    """The headings of a line; none where not all that are `wanted` are among them."""
    found = headings(line)
    return found if {name for name, _ in found} >= wanted else ()


def rows_below(columns: Columns, lines: Iterable[tuple[int, str]]) -> Iterator[Row]:
    """The rows under a heading, up to an empty line."""
    for count, (number, line) in enumerate(lines):
        if not printable(line[:MAX_LINE]).strip() or count >= MAX_ROWS:
            return
        yield row_of(columns, number, line)


def row_of(columns: Columns, number: int, line: str) -> Row:
    """The row that a line is under these headings."""
    text = printable(line[:MAX_LINE])
    ends = [*(start for _, start in columns[1:]), None]
    found = {name: text[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)}
    return Row(cells={name: cell for name, cell in found.items() if cell not in _NOTHING}, line=number)
