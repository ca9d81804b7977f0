"""The overview beside the question, and in one line where there is no room beside it.

Decides: what comes first, and what is left out where it is tight. Must not know what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from troubleshooter.model import StageVerdict, Step, Walk
from troubleshooter.terminal.overview import Overview
from troubleshooter.terminal.rows import Row, length, row, wrapped

MARKS = {
    StageVerdict.PASS: ("good", "√"),
    StageVerdict.FAIL: ("bad", "×"),
    StageVerdict.UNKNOWN: ("warn", "‼"),
    StageVerdict.NOT_REACHED: ("faint", "•"),
}
INDENT = "  "


def panel(overview: Overview, width: int, height: int) -> list[Row]:
    """At most `height` rows of at most `width` columns."""
    rows = [*_about(overview, width), *_way(overview.walk, width), *_looked(overview, width)]
    rows += _left(overview, max(height - len(rows), 3))
    return rows[:height]


def _about(overview: Overview, width: int) -> Iterator[Row]:
    yield row(("strong", "In question"))
    yield from _text(overview.about or "not known yet", width)
    yield ()


def _way(walk: Walk | None, width: int) -> Iterator[Row]:
    if walk is None or not walk.path:
        return
    yield row(("strong", "The way so far"))
    for _, steps in groupby(walk.path, key=lambda s: s.hop):
        yield from _hop(list(steps), width)
    yield ()


def _hop(steps: list[Step], width: int) -> Iterator[Row]:
    reached = [s for s in steps if s.verdict is not StageVerdict.NOT_REACHED]
    if not reached:
        yield row(("faint", f"{INDENT}• {steps[0].proxy or 'what comes next'}"))
        return
    name = str(steps[0].proxy or "the client")
    yield row(("", f"{INDENT}{name}"))
    line: Row = row(("", INDENT * 2))
    for step in reached:
        style, mark = MARKS[step.verdict]
        loud = style if step.verdict is StageVerdict.FAIL else ""
        piece = row((style, mark), (loud, f" {step.stage} "))
        if length(line) + length(piece) > width:
            yield line
            line = row(("", INDENT * 2))
        line += piece
    yield line


def _looked(overview: Overview, width: int) -> Iterator[Row]:
    if overview.looked:
        yield row(("strong", "Looked at"))
        for text in overview.looked:
            yield from _text(text, width)
        yield ()


def _left(overview: Overview, room: int) -> Iterator[Row]:
    """The causes that are left, as many as there is room for."""
    if overview.left is None:
        return
    count = len(overview.left)
    yield row(("strong", f"Still possible: {count}"))
    shown = overview.left if count < room else overview.left[: room - 2]
    yield from (row(("", f"{INDENT}{cause}")) for cause in shown)
    if len(shown) < count:
        yield row(("faint", f"{INDENT}and {count - len(shown)} more"))


def _text(text: str, width: int) -> list[Row]:
    return wrapped(width, lambda lines: lines.put(text, indent=len(INDENT)))


def status(overview: Overview) -> Row:
    """The same in one line: how many causes are left, and where the walk stands."""
    pieces: list[tuple[str, str]] = []
    if overview.left is not None:
        count = len(overview.left)
        pieces.append(("strong", f"{count} {'cause' if count == 1 else 'causes'} left: "))
    last = None
    for step in overview.walk.path if overview.walk else ():
        if step.verdict is StageVerdict.NOT_REACHED:
            continue
        style, mark = MARKS[step.verdict]
        hop = "| " if last is not None and step.hop != last else ""
        pieces += [("faint", hop), (style, mark), (style if style == "bad" else "", f"{step.stage} ")]
        last = step.hop
    if overview.left is not None and last is None:
        pieces.append(("", ", ".join(overview.left)))
    elif not pieces and overview.looked:
        pieces.append(("faint", f"looked at {'; '.join(overview.looked)}"))
    return row(*pieces)
