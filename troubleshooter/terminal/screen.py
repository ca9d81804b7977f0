"""The wizard's screen, drawn: what is in view and where somebody is on it, to rows of exactly the size of the screen.

Decides: what stands where, and what gives way in a small terminal. Pure: values in, rows out. Must not know
prompt_toolkit, consultations, or what a key does.

    troubleshoot   what is in question                       the title
    √dns √capture ×route - still possible (3): …             one line, or the panel at the right of a wide screen
    [2] The question, its hint, its choices                  the body, which scrolls
    ---- 9 more lines: PgDn ----
    > what is typed                                          drawn by whoever holds the keyboard
    the keys
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.model import Diagnosis
from troubleshooter.terminal.desk import MOST_SHOWN, Hand, View, visible
from troubleshooter.terminal.inquiry import Inquiry
from troubleshooter.terminal.panel import panel, status
from troubleshooter.terminal.rows import Row, fitted, in_ascii, led, length, page_rows, row, said_rows

WIDE = 110
"""From so many columns on the overview stands beside the question."""
PANEL = 38
WIDEST_PAGE = 100
"""Longer lines are hard to read."""

PURPOSE = "Why does traffic in this mesh not arrive?"

PageOf = Callable[[Diagnosis, int], str]
"""A result as a page of a width."""

ASKING = (
    ("Enter", "take"),
    ("Up/Down", "choose"),
    ("PgUp/PgDn", "scroll"),
    ("Tab", "complete"),
    ("why", ""),
    ("?", "how to find out"),
    ("how NAME", ""),
    ("what if NAME=WORD", ""),
    ("unknown", ""),
    ("back", ""),
    ("notes", ""),
    ("help", ""),
    ("quit", ""),
)
ENDED = (
    ("Up/Down PgUp/PgDn", "scroll"),
    ("how NAME", ""),
    ("what if NAME=WORD", ""),
    ("fix 2", ""),
    ("undo", ""),
    ("back", ""),
    ("notes", ""),
    ("help", ""),
    ("Enter", "end"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of a terminal, in letters; `ascii` where it has no others than those."""

    columns: int
    rows: int
    ascii: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The rows above the typed line and below it; `most` is how far one can scroll, `room` how many rows scroll."""

    above: tuple[Row, ...]
    below: tuple[Row, ...]
    most: int
    room: int


def draw(view: View, hand: Hand, size: Size, page: PageOf) -> Frame:
    """The screen without the typed line."""
    below = _keys(list(_keys_of(view)), size.columns)
    beside = size.columns >= WIDE and not view.ended
    top = [_title(view, size.columns)]
    if not beside and not view.ended and status(view.overview):
        top.append(fitted(status(view.overview), size.columns))
    room = max(size.rows - len(top) - len(below) - 2, 3)
    width = size.columns - PANEL - 3 if beside else size.columns
    pinned, flowing, selected = _body(view, hand, width - 1 if beside else width, page)
    if len(pinned) > room // 2:
        selected = None if selected is None else selected + len(pinned)
        pinned, flowing = [], [*pinned, *flowing]
    space = room - len(pinned)
    most = max(len(flowing) - space, 0)
    at = _scrolled(hand, selected, space, most)
    body = [*pinned, *flowing[at : at + space]]
    body += [()] * (room - len(body))
    if beside:
        body = _beside(body, panel(view.overview, PANEL, room), width)
    rows = [*top, *(fitted(line, size.columns) for line in body), _rule(at, most, hand, size.columns)]
    if size.ascii:
        rows, below = in_ascii(rows), in_ascii(below)
    return Frame(above=tuple(rows), below=tuple(below), most=most, room=space)


def _scrolled(hand: Hand, selected: int | None, space: int, most: int) -> int:
    """Where what flows begins: as scrolled, but so that the selected choice is seen."""
    at = min(hand.scroll, most)
    return at if selected is None else min(max(selected - space + 2, 0), most)


def _title(view: View, columns: int) -> Row:
    text = f" troubleshoot   {view.overview.about or PURPOSE}"
    return tuple(("title", t) for _, t in fitted(row(("title", text)), columns))


def _body(view: View, hand: Hand, width: int, page: PageOf) -> tuple[list[Row], list[Row], int | None]:
    """What stays, what scrolls, and which row of that is selected."""
    head = said_rows(view.head, width, "faint")
    reply = said_rows(view.reply, width)
    if view.diagnosis is not None:
        text = page_rows(page(view.diagnosis, min(width, WIDEST_PAGE)), width)
        return [], [*_above(reply, width), *_above(head, width), *text], None
    inquiry = view.inquiry
    question = led(f"[{view.number}] ", inquiry.question, width, "strong")
    hint = led("    ", _hint(view), width, "faint") if _hint(view) else []
    choices, selected = _choices(view, hand, width)
    spaced = [*head, ()] if head else []
    told = [*reply, ()] if reply else []
    find = [*([()] if choices else []), *_to_find_out(inquiry, width)] if not reply else []
    return [*spaced, *question, *hint, ()], [*told, *choices, *find], _after(told, selected)


def _after(above: list[Row], at: int | None) -> int | None:
    return None if at is None else at + len(above)


def _to_find_out(inquiry: Inquiry, width: int) -> list[Row]:
    """The command that tells, for those who have to look."""
    return [line for command in inquiry.how for line in led("   ?  ", command, width, "faint")]


def _above(rows: list[Row], width: int) -> list[Row]:
    return [*rows, row(("faint", "─" * min(width, WIDEST_PAGE)))] if rows else []


def _hint(view: View) -> str:
    inquiry = view.inquiry
    return f"Type {'a number, or ' if inquiry.choices else ''}{inquiry.hint}." if inquiry.hint else ""


def _choices(view: View, hand: Hand, width: int) -> tuple[list[Row], int | None]:
    """The choices that fit what is typed, and the row of the selected one."""
    shown = visible(view.inquiry, hand.typed)
    wide = min(max((len(c.word) for _, c in shown if c.word and c.meaning), default=-2) + 2, width // 2)
    number = int(hand.typed) if hand.typed.strip().isdecimal() else None
    rows: list[Row] = []
    selected = None
    for at, (count, choice) in enumerate(shown):
        here = at == hand.selected or count == number
        if here:
            selected = len(rows)
        word = choice.word.ljust(wide) if choice.meaning else ""
        lead = f"{'▸' if here else ' '} {count:2}  {word}"
        rows += led(lead, choice.meaning or choice.word, width, "chosen" if here else "")
    if len(shown) < len(view.inquiry.choices):
        hint = "are shown; type a part of what you look for" if len(shown) == MOST_SHOWN else "fit what you type"
        rows.append(row(("faint", f"      {len(shown)} of {len(view.inquiry.choices)} {hint}")))
    return rows, selected


def _beside(body: Sequence[Row], panel_rows: Sequence[Row], width: int) -> list[Row]:
    beside = [*panel_rows, *([()] * (len(body) - len(panel_rows)))]
    return [(*fitted(left, width), ("rule", "│ "), *right) for left, right in zip(body, beside, strict=True)]


def _rule(at: int, most: int, hand: Hand, columns: int) -> Row:
    """The line above what is typed: whether there is more, or that the program is at work."""
    if hand.busy:
        said = " looking … "
    elif most:
        above = f"{at} above" if at else ""
        below = f"{most - at} below" if most > at else ""
        said = f" lines hidden: {', '.join(filter(None, (above, below)))} "
    else:
        said = ""
    text = f"──{said}"
    return fitted(row(("rule", text + "─" * max(columns - len(text), 0))), columns)


def _keys(keys: Sequence[tuple[str, str]], columns: int) -> list[Row]:
    """All keys, on as many rows as they need."""
    rows: list[Row] = []
    line: Row = ()
    for key, does in keys:
        piece = row(("key", key), ("faint", f" {does}" if does else ""))
        if line and length(line) + 2 + length(piece) > columns:
            rows.append(fitted(line, columns))
            line = ()
        line += (*row(("", "  " if line else "")), *piece)
    return [*rows, fitted(line, columns)]


def _keys_of(view: View) -> Iterator[tuple[str, str]]:
    """Those that lead somewhere now."""
    root = view.diagnosis.root if view.diagnosis else None
    fixes = root.fixes if root else ()
    if view.reply and not view.ended:
        yield "Enter", "close this"
    for key, does in ENDED if view.ended else ASKING:
        if (key, does) == ("Enter", "take") and view.reply:
            continue
        if key not in {"fix 2", "undo"} or (fixes[1:] if key == "fix 2" else any(f.rollback for f in fixes[:1])):
            yield key, does
