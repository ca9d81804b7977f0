"""Plain lines of text: wrapped, indented, and safe to show.

Decides: layout, and that nothing which a terminal would obey is written. Must not know what the texts are about.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from typing import Protocol

from troubleshooter.model.plain import plain

NARROWEST = 40
INDENT = 2
NUMBER = 6
"""Where the text after a number begins."""


class Writer(Protocol):
    """Takes paragraphs, commands to type and tables of two columns."""

    def blank(self) -> None: ...
    def put(self, text: str, *, indent: int = 0, lead: str = "") -> None: ...
    def command(self, text: str) -> None: ...
    def page(self, text: str) -> None: ...
    def table(self, rows: Iterable[tuple[str, str]], indent: int = INDENT) -> None: ...


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


class Said:
    """What is to be said, kept until somebody knows how wide the screen is. Takes what `Lines` takes."""

    def __init__(self) -> None:
        self._parts: list[Callable[[Writer], None]] = []

    def __bool__(self) -> bool:
        return bool(self._parts)

    def onto(self, lines: Writer) -> None:
        """Say it."""
        for part in self._parts:
            part(lines)

    def blank(self) -> None:
        self._parts.append(lambda lines: lines.blank())

    def put(self, text: str, *, indent: int = 0, lead: str = "") -> None:
        self._parts.append(lambda lines: lines.put(text, indent=indent, lead=lead))

    def command(self, text: str) -> None:
        self._parts.append(lambda lines: lines.command(text))

    def page(self, text: str) -> None:
        self._parts.append(lambda lines: lines.page(text))

    def table(self, rows: Iterable[tuple[str, str]], indent: int = INDENT) -> None:
        kept = tuple(rows)
        self._parts.append(lambda lines: lines.table(kept, indent))
