"""Plain lines of text: wrapped, indented, and safe to show.

Decides: layout, and that nothing which a terminal would obey is written. Must not know what the texts are about.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable

from troubleshooter.model.plain import plain

NARROWEST = 40
INDENT = 2
NUMBER = 6
"""Where the text after a number begins."""


class Lines:
    """Writes paragraphs with `write`, which takes a text that holds its own newlines."""

    def __init__(self, write: Callable[[str], None], width: int) -> None:
        self._write = write
        self._width = max(width, NARROWEST)

    def blank(self) -> None:
        self._write("\n")

    def page(self, text: str) -> None:
        """A page that somebody else has laid out and made safe."""
        self._write(text + "\n")

    def put(self, text: str, *, indent: int = 0, lead: str = "") -> None:
        """A paragraph; `lead` (a number, a bullet) stands before it, and the text lines up after it."""
        begin = " " * indent + lead
        lines = textwrap.wrap(
            plain(" ".join(text.split())),
            self._width,
            initial_indent=begin,
            subsequent_indent=" " * len(begin),
            break_on_hyphens=False,
        )
        self._write("\n".join(lines or [begin.rstrip()]) + "\n")

    def command(self, text: str) -> None:
        """Something to type: never wrapped."""
        self._write(" " * 2 * INDENT + plain(text.strip()) + "\n")

    def table(self, rows: Iterable[tuple[str, str]], indent: int = INDENT) -> None:
        """Two columns; the first as wide as it must be."""
        known = [(plain(left), right) for left, right in rows]
        wide = min(max((len(left) for left, _ in known), default=0), self._width // 2)
        for left, right in known:
            self.put(right, indent=indent, lead=left.ljust(wide) + "  ")
