"""Two ways of one request side by side, stage by stage: before manifests were laid over the mesh, and after.

Decides: which stages stand in one row, and what is the same on both sides. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from troubleshooter.model import Stage, StageVerdict, Step, Walk
from troubleshooter.report import words
from troubleshooter.report.page import Columns, Part, Span, Tone
from troubleshooter.report.sections import INDENT, heading
from troubleshooter.report.way_text import hop_name

COLUMN = 18
"""Where the first of the two columns begins, after the longest name of a stage."""
SAME = (Span("the same", Tone.FAINT),)


def side_by_side(before: Walk, after: Walk) -> Iterator[Part]:
    """The worst branch of each, hop by hop."""
    old, new = _hops(before), _hops(after)
    for number in sorted({*old, *new}):
        here, there = old.get(number, ()), new.get(number, ())
        yield from heading(f"Hop {number}")
        yield Columns(
            left=(Span("Before", Tone.STRONG),), right=(Span("After", Tone.STRONG),), indent=INDENT, column=COLUMN
        )
        yield _row("", _name(here), SAME if _name(here) == _name(there) else _name(there))
        yield from _stages({s.stage: s for s in here}, {s.stage: s for s in there})


def _hops(walk: Walk) -> dict[int, tuple[Step, ...]]:
    return {number: tuple(steps) for number, steps in groupby(walk.path, key=lambda s: s.hop)}


def _name(steps: tuple[Step, ...]) -> tuple[Span, ...]:
    return (Span(hop_name(steps) if steps else "no such hop", Tone.FAINT),)


def _stages(old: Mapping[Stage, Step], new: Mapping[Stage, Step]) -> Iterator[Part]:
    for stage in Stage:
        if stage in old or stage in new:
            left, right = _told(old.get(stage)), _told(new.get(stage))
            yield _row(str(stage), left, (right[0], *SAME) if left == right else right)


def _row(label: str, left: tuple[Span, ...], right: tuple[Span, ...]) -> Columns:
    return Columns(left=left, right=right, lead=(Span(label),), indent=INDENT, column=COLUMN)


def _told(step: Step | None) -> tuple[Span, ...]:
    """The mark of a stage and what was decided there."""
    if step is None:
        return (Span("- ", Tone.FAINT), Span("not there", Tone.FAINT))
    mark = words.STAGE_MARKS[step.verdict]
    said = step.detail or {StageVerdict.NOT_REACHED: "not reached"}.get(step.verdict, "passes")
    place = f" ({step.resource})" if step.resource and step.verdict is StageVerdict.FAIL else ""
    return (Span(f"{mark.text} ", mark.tone), Span(said), Span(place, Tone.FAINT))
