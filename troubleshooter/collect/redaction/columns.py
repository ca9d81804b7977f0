"""Tables, as kubectl and istioctl print them, with other words in them.

Decides: what is a table, and that its columns stand below each other afterwards. Must not know any table.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HEAD = re.compile(r"[A-Z][A-Z0-9()/-]*(?: [A-Z0-9()/-]+)*(?:\s{2,}[A-Z][A-Z0-9()/-]*(?: [A-Z0-9()/-]+)*)+\s*")
_BEGIN = re.compile(r"(?:^|(?<=\s\s))\S")


def in_columns(text: str, change: Callable[[str], str]) -> list[str]:
    """The lines of a table, each cell changed; none if the text is no table."""
    lines = text.splitlines()
    if len(lines) < 2 or not _HEAD.fullmatch(lines[0]):
        return []
    begins = [found.start() for found in _BEGIN.finditer(lines[0])]
    ends = [*begins[1:], None]
    rows = [[line[a:b].rstrip() for a, b in zip(begins, ends, strict=True)] for line in lines]
    changed = [rows[0], *([change(cell) for cell in row] for row in rows[1:])]
    widths = [max(len(row[n]) for row in changed) for n in range(len(begins))]
    return ["   ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in changed]
