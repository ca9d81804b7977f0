"""A decision tree as an SVG picture: rows from top to bottom, each question under the answer that leads to it.

Decides sizes, places and colours. A question that is reached a second time is drawn once; later rows point to it by its
number, which is a link. The picture needs no script and no font of its own, and has colours for light and dark pages.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from troubleshooter.consult import Junction, Place, Tree
from troubleshooter.report.tree_text import Titles, end_of, in_short

LETTER, LINE, STEP, MARGIN = 7.3, 18, 26, 16
"""In pixels: the width of a letter, the height of a line, the indent of a level, and the free edge."""
WRAP = 84
"""Letters in a line of text."""
GAP = 8

STYLE = """
text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; white-space: pre; }
.title { font-weight: bold; font-size: 14px; }
.answer { fill: #57606a; } .number { fill: #0550ae; font-weight: bold; } .cause { fill: #a40e26; font-weight: bold; }
.none { fill: #57606a; font-style: italic; } line { stroke: #afb8c1; } .page { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .answer, .none { fill: #8b949e; } .number { fill: #79c0ff; } .cause { fill: #ff7b72; }
  line { stroke: #484f58; } .page { fill: #0d1117; }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line of the picture: where its text begins (in levels), its kind, the text, and a number to link from or to."""

    level: int
    kind: str
    text: str
    anchor: int | None = None
    link: int | None = None


def tree_to_svg(tree: Tree, titles: Titles) -> str:
    """The tree as an SVG document, without a newline at its end."""
    rows = list(_rows(tree, titles))
    width = max(MARGIN * 2 + row.level * STEP + len(row.text) * LETTER for row in rows)
    height = MARGIN * 2 + len(rows) * LINE
    label = escape(f"Decision tree of {tree.symptom}")
    size = f'width="{width:.0f}" height="{height}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">',
            f"<style>{STYLE}</style>",
            '<rect class="page" width="100%" height="100%"/>',
            *_rails(rows),
            *(_drawn(row, MARGIN + (number + 1) * LINE) for number, row in enumerate(rows)),
            "</svg>",
        )
    )


def _rows(tree: Tree, titles: Titles) -> Iterator[_Row]:
    yield _Row(level=0, kind="title", text=f"{tree.symptom}: {titles[tree.symptom]}")
    yield from (_Row(level=0, kind="answer", text=text) for text in textwrap.wrap(in_short(tree), WRAP))
    if tree.junctions:
        junctions = {junction.number: junction for junction in tree.junctions}
        yield from _below(junctions, tree.junctions[0], 0, set())


def _below(junctions: dict[int, Junction], junction: Junction, level: int, drawn: set[int]) -> Iterator[_Row]:
    """A question, and all that is reached from it for the first time."""
    drawn.add(junction.number)
    first, *others = textwrap.wrap(" ".join(junction.question.question.split()), WRAP)
    yield _Row(level=level, kind="number", text=f"[{junction.number}] {first}", anchor=junction.number)
    yield from (_Row(level=level, kind="number", text=f"    {text}") for text in others)
    for branch in junction.branches:
        answers = ", ".join(branch.words)
        if branch.place.to is not None and branch.place.to not in drawn:
            yield _Row(level=level + 1, kind="answer", text=f"{answers}:")
            yield from _below(junctions, junctions[branch.place.to], level + 1, drawn)
        else:
            yield from _end(branch.place, answers, level + 1)


def _end(place: Place, answers: str, level: int) -> Iterator[_Row]:
    if place.to is not None:
        yield _Row(level=level, kind="answer", text=f"{answers}: see [{place.to}]", link=place.to)
        return
    for text in textwrap.wrap(f"{answers}: {end_of(place)}", WRAP, subsequent_indent="    ", break_on_hyphens=False):
        yield _Row(level=level, kind="cause" if place.cause else "none", text=text)


def _rails(rows: list[_Row]) -> Iterator[str]:
    """A line down the side of everything that hangs from a question."""
    opened: list[tuple[int, int]] = []
    for number, row in enumerate([*rows, _Row(level=0, kind="end", text="")]):
        continued = row.kind == "number" and row.anchor is None
        while opened and row.level <= opened[-1][0] and not continued:
            level, begin = opened.pop()
            yield _rail(level, begin, number)
        if row.anchor is not None:
            opened.append((row.level, number))


def _rail(level: int, begin: int, end: int) -> str:
    x = MARGIN + level * STEP + GAP
    top, bottom = MARGIN + (begin + 1) * LINE + GAP // 2, MARGIN + end * LINE
    return f'<line x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'


def _drawn(row: _Row, y: int) -> str:
    x = MARGIN + row.level * STEP
    name = f' id="q{row.anchor}"' if row.anchor is not None else ""
    text = f'<text class="{row.kind}" x="{x}" y="{y}"{name}>{escape(row.text, quote=False)}</text>'
    return f'<a href="#q{row.link}">{text}</a>' if row.link is not None else text
