"""The way of a request as a small picture: a line of stages for each hop, and the place where it died.

Decides: how little is enough to see the place at a glance; `walk_text` says everything. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from troubleshooter.model import STAGES, HopKind, StageVerdict, Step, Walk
from troubleshooter.report import words
from troubleshooter.report.page import Part, Span, Tone
from troubleshooter.report.sections import NESTED, heading, line

HOPS = {HopKind.SENDER: "the caller", HopKind.GATEWAY: "a gateway", HopKind.TARGET: "the target"}


def hop_name(steps: Sequence[Step]) -> str:
    """Whose hop these stages are: `Deployment shop/web, the caller`. Only a client outside has no proxy at hop 0; a
    later hop has none if the request did not get there."""
    first = steps[0]
    if first.proxy:
        return f"{first.proxy}, {HOPS[_kind(steps)]}"
    return HOPS[_kind(steps)] if first.hop else "the client"


def _kind(steps: Sequence[Step]) -> HopKind:
    """The first kind of hop that performs all these stages."""
    seen = {s.stage for s in steps}
    return next((kind for kind, stages in STAGES.items() if seen <= set(stages)), HopKind.GATEWAY)


def way(walk: Walk) -> Iterator[Part]:
    """The way of the worst branch."""
    if not walk.path:
        return
    yield from heading("The way of the request")
    for _, steps in groupby(walk.path, key=lambda s: s.hop):
        yield from _hop(list(steps))


def _hop(steps: Sequence[Step]) -> Iterator[Part]:
    reached = [s for s in steps if s.verdict is not StageVerdict.NOT_REACHED]
    if not reached:
        yield line(
            Span(f"{hop_name(steps)}: not reached", Tone.FAINT), lead=words.STAGE_MARKS[StageVerdict.NOT_REACHED]
        )
        return
    yield line(Span(hop_name(steps)))
    yield line(*(span for step in reached for span in _stage(step)), indent=NESTED)
    died = next((s for s in reached if s.verdict is StageVerdict.FAIL), None)
    if died is not None:
        why = f": {died.detail}" if died.detail else ""
        seen = " (seen to happen)" if died.observed else ""
        yield line(Span(f"It dies here, at {died.stage}{seen}{why}", Tone.BAD), indent=NESTED)


def _stage(step: Step) -> tuple[Span, Span]:
    """The mark and the name, with one space between."""
    mark = words.STAGE_MARKS[step.verdict]
    return mark, Span(f" {step.stage} ", mark.tone if step.verdict is not StageVerdict.PASS else Tone.TEXT)
