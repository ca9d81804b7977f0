"""Wizards held without a terminal: a desk, what is typed at it, and the screen as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import setting
from troubleshooter.model import Diagnosis
from troubleshooter.report import Screen, to_text, told_to_text
from troubleshooter.terminal.desk import Desk
from troubleshooter.terminal.rows import CODES, Row
from troubleshooter.terminal.screen import Frame, Size, draw

NARROW, WIDE = Size(columns=80, rows=24), Size(columns=120, rows=40)
TO_THE_END = ("", "payments", "/api/x", "web")
PAINT = {style: code for code, style in CODES.items()} | {"title": "7", "key": "1", "chosen": "1", "rule": "2"}


def desk(*typed: str, **more: Any) -> Desk:
    """A person at a desk with a mesh in which no route matches, after these lines."""
    return at(Desk(setting(**{"inventory": inventory(SHOP, EXACT), "person": True, **more})), typed)


def blind(*typed: str) -> Desk:
    """The same without a mesh."""
    return at(Desk(setting(person=True)), typed)


def at(held: Desk, typed: Iterable[str]) -> Desk:
    """The desk after these lines."""
    for line in typed:
        held.type(line)
        held.take(held.line())
    return held


def page(diagnosis: Diagnosis, width: int, *, color: bool = False) -> str:
    """A result as the program shows it."""
    screen = Screen(width=width, color=color, asking=True)
    return told_to_text(diagnosis, screen) if diagnosis.walk is None else to_text(diagnosis, screen)


def painted(diagnosis: Diagnosis, width: int) -> str:
    """The same in colour."""
    return page(diagnosis, width, color=True)


def drawn(held: Desk, size: Size) -> Frame:
    """The screen in plain letters."""
    return draw(held.view, held.hand, size, page)


def shown(held: Desk, size: Size = NARROW, *, color: bool = False) -> str:
    """The whole screen as text, the typed line among it; in colour with its codes written out."""
    frame = draw(held.view, held.hand, size, painted if color else page)
    typed = (("", f"> {held.hand.typed}"),)
    return "".join(_text(row, color=color) + "\n" for row in (*frame.above, typed, *frame.below))


def _text(row: Row, *, color: bool) -> str:
    pieces = (f"<{PAINT[s]}>{t}<0>" if color and s and t.strip() else t for s, t in row)
    return "".join(pieces).rstrip()
