"""A decision tree as text for a terminal or a printed page, and as a Mermaid flow chart.

Decides how a tree is drawn, never what it is. In text every question stands once, with its number; an answer says to
which number it leads: so a deep tree fits in 80 columns, and can be followed with a finger.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from troubleshooter.consult import Junction, Place, Tree
from troubleshooter.report.page import BLANK, Command, Paragraph, Part, Screen, Span, Tone, render
from troubleshooter.report.sections import heading, line

Titles = Mapping[str, str]
"""A name of a cause or symptom to a line about it."""

INDENT, ANSWER = 5, 7
MERMAID_LINE = 32
"""Letters in a line of a Mermaid box."""


def tree_to_text(tree: Tree, titles: Titles, screen: Screen | None = None) -> str:
    """The tree as a page, without a newline at its end."""
    return render(_page(tree, titles), screen or Screen())


def _page(tree: Tree, titles: Titles) -> Iterator[Part]:
    yield line(Span(tree.symptom, Tone.STRONG), Span(f" {titles[tree.symptom]}"), indent=0)
    yield line(Span(in_short(tree)), indent=0)
    for junction in tree.junctions:
        yield BLANK
        number = Span(f"[{junction.number}]".ljust(INDENT - 1), Tone.STRONG)
        yield Paragraph(spans=(Span(junction.question.question),), lead=(number,), column=INDENT)
        yield Command(text=junction.question.how, indent=ANSWER)
        yield from _answers(junction)
    yield from _legend(tree, titles)


def in_short(tree: Tree) -> str:
    """How big the tree is, in one or two sentences."""
    if not tree.junctions:
        return "There is nothing to ask: no cause that I know shows so."
    causes, questions = len(tree.junctions[0].left), len(tree.junctions)
    many = "one cause shows so" if causes == 1 else f"{causes} causes show so"
    asked = "one question tells it" if questions == 1 else f"{questions} questions tell them apart, a few each time"
    return f"{many[:1].upper()}{many[1:]}; {asked}. Where you cannot tell, follow each answer."


def _legend(tree: Tree, titles: Titles) -> Iterator[Part]:
    """What each cause at an end of the tree is."""
    causes = sorted(
        {name for junction in tree.junctions for branch in junction.branches for name in _named(branch.place)}
    )
    if causes:
        yield from heading("Causes")
        yield from (line(Span(f"{name}: ", Tone.STRONG), Span(titles[name])) for name in causes)


def _answers(junction: Junction) -> Iterator[Part]:
    meanings = dict(junction.question.answers)
    wide = max(map(len, meanings)) + 1
    for branch in junction.branches:
        for word in branch.words:
            spans = (Span(f"{meanings[word].rstrip('.')} "), *_end(branch.place))
            yield Paragraph(
                spans=spans, lead=(Span(word.ljust(wide), Tone.FAINT),), indent=ANSWER, column=ANSWER + wide + 1
            )


def _named(place: Place) -> tuple[str, ...]:
    return (place.cause,) if place.cause else place.left


def _end(place: Place) -> tuple[Span, ...]:
    if place.to is not None:
        return Span("→ "), Span(f"[{place.to}]", Tone.STRONG)
    return Span("→ "), Span(end_of(place), Tone.BAD if place.cause else Tone.FAINT)


def end_of(place: Place) -> str:
    """What stands at an end of the tree: a cause, those that are left, or that there is none."""
    if place.left:
        return f"more questions; left {'is' if len(place.left) == 1 else 'are'} {', '.join(place.left)}"
    return place.cause or "no cause that I know"


def tree_to_mermaid(tree: Tree) -> str:
    """The tree as the text of a Mermaid flow chart, without a newline at its end.

    Source of the escapes: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    lines = ["flowchart TD"]
    ends: dict[str, str] = {}
    for junction in tree.junctions:
        lines.append(f'  q{junction.number}["{_boxed(junction.question.question)}"]')
        for branch in junction.branches:
            place = branch.place
            to = f"q{place.to}" if place.to is not None else ends.setdefault(end_of(place), f"e{len(ends) + 1}")
            lines.append(f'  q{junction.number} -- "{_quoted(", ".join(branch.words))}" --> {to}')
    lines += [f'  {name}(["{_boxed(end)}"])' for end, name in ends.items()]
    return "\n".join(lines)


def _boxed(text: str) -> str:
    return "<br>".join(
        _quoted(part) for part in textwrap.wrap(" ".join(text.split()), MERMAID_LINE, break_on_hyphens=False)
    )


def _quoted(text: str) -> str:
    """In Mermaid `#` begins a code of a letter; what HTML would read is coded too."""
    codes = {"#": "#35;", '"': "#34;", "<": "#60;", ">": "#62;", "&": "#38;"}
    return "".join(codes.get(letter, letter) for letter in text)
