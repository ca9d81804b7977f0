"""Rows of a screen as values: pieces of text with a style, cut and filled to a width.

Decides: that nothing which a terminal would obey is in a row, and what becomes of marks where there is only ASCII. A
style is the name of a role (`strong`, `bad`), never a colour. Must not know what a row is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from troubleshooter.model.plain import plain
from troubleshooter.terminal.lines import Lines, Said

Row: TypeAlias = tuple[tuple[str, str], ...]
"""(style, text) from left to right."""

CODES = {"1": "strong", "2": "faint", "31": "bad", "32": "good", "33": "warn"}
"""What the codes of a laid out page mean (report.page.Tone)."""

PAINTED = re.compile(r"\x1b\[(\d*)m")
ASCII = str.maketrans({"√": "+", "‼": "!", "×": "x", "•": "-", "…": "~", "→": ">", "│": "|", "─": "-", "▸": ">"})


def row(*pieces: tuple[str, str]) -> Row:
    """A row of pieces that are safe to show."""
    return tuple((style, plain(text)) for style, text in pieces if text)


def wrapped(width: int, put: Callable[[Lines], None], style: str = "") -> list[Row]:
    """What is put on lines of this width, as rows of one style."""
    written: list[str] = []
    put(Lines(written.append, width))
    return list(folded((row((style, line)) for line in "".join(written).rstrip("\n").split("\n")), width))


def led(lead: str, text: str, width: int, style: str = "") -> list[Row]:
    """A paragraph after a mark, a number or a word, in line with where it begins."""
    return wrapped(width, lambda lines: lines.put(text, lead=lead), style)


def said_rows(said: Said, width: int, style: str = "") -> list[Row]:
    """What was said, without the blank lines around it."""
    rows = wrapped(width, said.onto, style) if said else []
    while rows and not rows[0]:
        rows.pop(0)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def page_rows(text: str, width: int) -> list[Row]:
    """A page that somebody else has laid out, made safe and perhaps painted."""
    return list(folded((row(*_painted(line)) for line in text.split("\n")), width))


def _painted(line: str) -> Iterator[tuple[str, str]]:
    style = ""
    for number, part in enumerate(PAINTED.split(line)):
        if number % 2:
            style = CODES.get(part, "")
        elif part:
            yield style, part


def folded(rows: Iterable[Row], width: int) -> Iterator[Row]:
    """The rows, each that is too long as several: a command must be seen to its end."""
    for line in rows:
        rest = line
        while length(rest) > width > 0:
            begin, rest = _cut(rest, width)
            yield begin
        yield rest


def _cut(line: Row, width: int) -> tuple[Row, Row]:
    """A row up to this column, and what is after it."""
    before: list[tuple[str, str]] = []
    for number, (style, text) in enumerate(line):
        if len(text) > width:
            return (*before, (style, text[:width])), ((style, text[width:]), *line[number + 1 :])
        before.append((style, text))
        width -= len(text)
    return tuple(before), ()


def length(line: Row) -> int:
    """How many columns it takes."""
    return sum(len(text) for _, text in line)


def fitted(line: Row, width: int) -> Row:
    """The row in exactly this many columns: cut, or filled with blanks."""
    kept: list[tuple[str, str]] = []
    room = width
    for style, text in line:
        piece = text if len(text) <= room else text[: max(room - 1, 0)] + "…"[: min(room, 1)]
        kept.append((style, piece))
        room -= len(piece)
        if len(piece) < len(text):
            break
    return (*kept, ("", " " * room)) if room > 0 else tuple(kept)


def in_ascii(rows: Iterable[Row]) -> list[Row]:
    """The rows in ASCII letters only."""
    return [tuple((s, t.translate(ASCII).encode("ascii", "replace").decode()) for s, t in line) for line in rows]
