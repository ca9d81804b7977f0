"""A table as kubectl prints it: a line of headings in capitals, and rows whose cells begin where the headings do.

Decides: what stands in which column. Must not know what any column means. A cell that is too long for its column
cannot occur: kubectl makes the columns as wide as their longest cell, with two blanks or more between them.
Source: https://kubernetes.io/docs/reference/kubectl/#formatting-output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from troubleshooter.evidence.cleaning import MAX_LINE, printable

MAX_ROWS = 50_000
"""So many rows are read; more pods than one istiod serves."""

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


def headings(line: str) -> tuple[tuple[str, int], ...]:
    """The headings of a line, each with the column where it begins."""
    return tuple((match[0], match.start()) for match in _HEADING.finditer(line[:MAX_LINE]))


def headings_with(wanted: frozenset[str], line: str) -> tuple[tuple[str, int], ...]:
    """The headings of a line; none where not all that are `wanted` are among them."""
    found = headings(line)
    return found if {name for name, _ in found} >= wanted else ()


def rows_below(columns: tuple[tuple[str, int], ...], lines: Iterable[tuple[int, str]]) -> Iterator[Row]:
    """The rows under a heading, up to an empty line."""
    starts = [start for _, start in columns]
    ends = [*starts[1:], None]
    for count, (number, line) in enumerate(lines):
        text = printable(line[:MAX_LINE])
        if not text.strip() or count >= MAX_ROWS:
            return
        found = {
            name: text[start:end].strip() for (name, _), start, end in zip(columns, starts, ends, strict=True)
        }  # fmt: skip
        yield Row(cells={name: cell for name, cell in found.items() if cell not in _NOTHING}, line=number)
