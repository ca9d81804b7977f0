"""A page of text: paragraphs and verbatim blocks, laid out for a terminal, a pipe or a file.

Decides: wrapping, indentation, colour, the ASCII fallback, and that nothing dangerous leaves. Every text is made safe
on its way out, whatever page it is on and wherever it came from: a page cannot forget it, because a page is made of
values and only `render` makes strings. Must not know: diagnoses, walks or meshes.

A paragraph is a list of spans, an optional lead (a mark or a label) at its indent, and a column where its text begins:

    × route         no route matches the path        lead "× route", indent 2, column 18
                    VirtualService shop/payments     the next paragraph, without a lead
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from troubleshooter.model.plain import plain, plain_block, without_credentials


class Tone(StrEnum):
    """How a span stands out where there is colour; the value is its ANSI code, of the eight basic colours."""

    TEXT = ""
    STRONG = "1"
    FAINT = "2"
    BAD = "31"
    GOOD = "32"
    WARN = "33"


class Span(NamedTuple):
    """Some words of one tone."""

    text: str
    tone: Tone = Tone.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Where a page is shown: how wide it is, whether it has colours, and whether it has ASCII only (`needs_ascii`).
    `asking` says that somebody sits before it who may ask for more: the wizard."""

    width: int = 80
    color: bool = False
    ascii: bool = False
    asking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Words that are wrapped; any white space divides them. `lead` stands at `indent`; the text begins at `column` on
    every line."""

    spans: tuple[Span, ...]
    indent: int = 0
    column: int = 0
    lead: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Two texts side by side, each wrapped by itself, with `column` as the left edge of the first; `lead` stands at
    `indent` before both."""

    left: tuple[Span, ...]
    right: tuple[Span, ...]
    lead: tuple[Span, ...] = ()
    indent: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line to copy: never wrapped, and always one line, whatever stands in it."""

    text: str
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines to copy, such as a manifest: never wrapped, never indented."""

    text: str


Part: TypeAlias = Paragraph | Columns | Command | Block

BLANK = Paragraph(spans=())

GAP = "  "
"""What stands between two columns."""

NARROWEST = 40
"""Below this width wrapping makes text worse: lines are left longer than the screen."""

ASCII = str.maketrans({"√": "+", "‼": "!", "×": "x", "•": "-", "…": "...", "→": "->"})
"""What our own marks become where the encoding has only ASCII."""


def needs_ascii(encoding: str) -> bool:
    """True if an output of this encoding cannot show the marks."""
    try:
        "".join(map(chr, ASCII)).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def render(parts: Iterable[Part], screen: Screen) -> str:
    """The page as text, without a newline at its end. At most one `BLANK` line stands between two parts."""
    lines: list[str] = []
    for part in parts:
        if part != BLANK:
            lines.extend(_lines(part, screen))
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip("\n")


def shown(block: str, screen: Screen) -> bool:
    """True if a page shows this block letter by letter as it is, so that what is copied is what was meant."""
    return _block_lines(block, screen) == block.rstrip("\n").split("\n")


def _lines(part: Part, screen: Screen) -> Iterable[str]:
    match part:
        case Block():
            return _block_lines(part.text, screen)
        case Command():
            return [" " * part.indent + _safe(part.text.strip(), screen)]
        case Columns():
            return _column_lines(part, screen)
        case Paragraph():
            return _paragraph_lines(part, screen)


def _paragraph_lines(part: Paragraph, screen: Screen) -> Iterator[str]:
    lead = tuple(Span(_safe(s.text, screen), s.tone) for s in part.lead)
    end = part.indent + _length(lead)
    begin = max(part.column, end + bool(lead))
    edge = max(screen.width, NARROWEST)
    first, *others = list(_wrap(_words(part.spans, screen), edge - begin, edge - part.column)) or [()]
    yield (" " * part.indent + _paint((*lead, Span(" " * (begin - end)), *first), screen)).rstrip()
    for line in others:
        yield " " * part.column + _paint(line, screen)


def _column_lines(part: Columns, screen: Screen) -> Iterator[str]:
    room = (max(screen.width, NARROWEST) - part.column - len(GAP)) // 2
    lead = tuple(Span(_safe(s.text, screen), s.tone) for s in part.lead)
    sides = [list(_wrap(_words(spans, screen), room, room)) for spans in (part.left, part.right)]
    for number, (left, right) in enumerate(zip_longest(*sides, fillvalue=())):
        first = (Span(" " * part.indent), *lead) if number == 0 else ()
        before = (*first, Span(" " * (part.column - _length(first))), *left)
        filled = " " * (room - _length(left)) + GAP
        yield _paint((*before, *((Span(filled), *right) if right else ())), screen).rstrip()


def _block_lines(text: str, screen: Screen) -> list[str]:
    return _encodable(plain_block(without_credentials(text)), screen).rstrip("\n").split("\n")


def _safe(text: str, screen: Screen) -> str:
    return _encodable(plain(without_credentials(text)), screen)


def _encodable(text: str, screen: Screen) -> str:
    """`text` in letters that the screen has; what `plain` leaves is encodable in UTF-8."""
    return text.translate(ASCII).encode("ascii", "backslashreplace").decode("ascii") if screen.ascii else text


Word: TypeAlias = tuple[Span, ...]
"""Spans that no space divides."""


def _words(spans: Iterable[Span], screen: Screen) -> list[Word]:
    words: list[Word] = []
    open_ended = False
    for span in spans:
        for number, piece in enumerate(span.text.split()):
            glued = open_ended and number == 0 and not span.text[:1].isspace()
            fresh = (Span(_safe(piece, screen), span.tone),)
            if glued:
                words[-1] += fresh
            else:
                words.append(fresh)
        if span.text:
            open_ended = bool(words) and not span.text[-1:].isspace()
    return words


def _length(word: Word) -> int:
    return sum(len(s.text) for s in word)


def _wrap(words: list[Word], first: int, room: int) -> Iterator[Word]:
    """Lines of at most `room` letters (`first` on the first line); a longer word is cut where it hurts least."""
    line: list[Span] = []
    free = first
    for word in words:
        for piece in _cut(word, room):
            needed = _length(piece) + bool(line)
            if needed > free and (line or free < room):
                yield tuple(line)
                line, free, needed = [], room, _length(piece)
            line += ((_space(line[-1], piece[0]),) if line else ()) + piece
            free -= needed
    if line:
        yield tuple(line)


def _space(before: Span, after: Span) -> Span:
    return Span(" ", before.tone if before.tone is after.tone else Tone.TEXT)


SOFT = re.compile(r"(?<=[/.,:;=&?)\]_-])")
"""Places in a path, a name or an address where a cut is easiest to read."""


def _cut(word: Word, room: int) -> Iterator[Word]:
    if _length(word) <= room:
        yield word
        return
    for span in word:
        text = span.text
        while len(text) > room:
            soft = [m.end() for m in SOFT.finditer(text[:room]) if m.end() > room // 2]
            at = soft[-1] if soft else room
            yield (Span(text[:at], span.tone),)
            text = text[at:]
        yield (Span(text, span.tone),)


def _paint(line: Iterable[Span], screen: Screen) -> str:
    """Neighbours of one tone share one pair of codes."""
    out: list[Span] = []
    for span in line:
        if out and out[-1].tone is span.tone:
            out[-1] = Span(out[-1].text + span.text, span.tone)
        else:
            out.append(span)
    return "".join(f"\x1b[{s.tone}m{s.text}\x1b[0m" if screen.color and s.tone and s.text else s.text for s in out)
