"""Every stage of a way, hop by hop: what was decided, by which object, and with a trace what lost.

Decides: how one way is written down in full; `way_text` draws it small. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from troubleshooter.model import Considered, StageVerdict, Step
from troubleshooter.report import words
from troubleshooter.report.page import Paragraph, Part, Span, Tone
from troubleshooter.report.sections import INDENT, heading, line
from troubleshooter.report.way_text import hop_name

STAGE = 20
"""Where the text of a stage begins, after its mark and the longest name."""


def every_stage(path: Sequence[Step]) -> Iterator[Part]:
    """All hops of a way."""
    for _, steps in groupby(path, key=lambda s: s.hop):
        yield from _hop(list(steps))


def is_traced(path: Iterable[Step]) -> bool:
    """Whether a trace was asked for."""
    return any(step.considered for step in path)


def _hop(steps: Sequence[Step]) -> Iterator[Part]:
    yield from heading(f"Hop {steps[0].hop}: {hop_name(steps)}")
    for reached, some in groupby(steps, key=lambda s: s.verdict is not StageVerdict.NOT_REACHED):
        if reached:
            for step in some:
                yield from _stage(step)
        else:
            yield _beyond(some)


def _beyond(steps: Iterable[Step]) -> Part:
    names = words.listed([str(s.stage) for s in steps])
    return line(Span(f"not reached: {names}", Tone.FAINT), lead=words.STAGE_MARKS[StageVerdict.NOT_REACHED])


def _stage(step: Step) -> Iterator[Part]:
    texts = list(_texts(step)) or [Span("passes" if step.verdict is StageVerdict.PASS else str(step.verdict))]
    mark = words.STAGE_MARKS[step.verdict]
    yield Paragraph(spans=(texts[0],), lead=(mark, Span(f" {step.stage}")), indent=INDENT, column=STAGE)
    for text in texts[1:]:
        yield line(text, indent=STAGE)
    if step.considered[1:] or not all(c.chosen for c in step.considered):
        for considered in step.considered:
            yield from _considered(considered)


def _considered(one: Considered) -> Iterator[Part]:
    """An object that counts or lost, with its place and the reason."""
    mark, tone = (Span("√", Tone.GOOD), Tone.TEXT) if one.chosen else (Span("-", Tone.FAINT), Tone.FAINT)
    yield line(Span(f"{words.resource(one.resource)}: {one.why}", tone), indent=STAGE, lead=mark)


def _texts(step: Step) -> Iterator[Span]:
    """What was decided, by which object and field, what was assumed, and where the request dies."""
    if step.detail:
        yield Span(step.detail)
    if step.resource:
        yield Span(words.resource(step.resource), Tone.FAINT)
    if step.observed:
        yield Span("seen to happen", Tone.FAINT)
    for assumption in step.assumes:
        yield Span(f"assumed: {assumption}", Tone.FAINT)
    if step.verdict is StageVerdict.FAIL:
        yield Span("The request dies here.", Tone.BAD)
    if step.verdict is StageVerdict.UNKNOWN:
        yield Span("This cannot be told from what was seen.", Tone.WARN)
