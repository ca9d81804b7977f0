"""The page for people about a walk: the way of a request, hop by hop and stage by stage.

Decides: what stands on the page, and when two ways stand side by side. Must not know: causes and findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.model import Diagnosis, Walk
from troubleshooter.report import sections, words
from troubleshooter.report.contract import not_checked
from troubleshooter.report.hops_text import every_stage, is_traced
from troubleshooter.report.page import BLANK, Part, Screen, Span, Tone, render
from troubleshooter.report.sections import line
from troubleshooter.report.side_by_side import side_by_side
from troubleshooter.report.text import DEFAULT


def walk_to_text(walk: Walk, screen: Screen = DEFAULT, *, before: Walk | None = None) -> str:
    """A walk for people, without a newline at its end: what becomes of the request, then the way of its worst branch;
    beside it the way that it took `before` manifests were laid over the mesh, if there is one.

    As safe as `to_text`, and as wide.
    """
    return render(_page(walk, before), screen)


def _page(walk: Walk, before: Walk | None) -> Iterator[Part]:
    yield line(Span(walk.verdict.sentence, Tone.STRONG), indent=0, lead=words.VERDICT_MARKS[walk.verdict])
    yield BLANK
    yield from sections.request_rows(walk)
    yield from sections.before_rows(before)
    yield from side_by_side(before, walk) if before else ()
    yield from every_stage(walk.path) if before is None or is_traced(walk.path) else ()
    yield from sections.branches(walk)
    yield from sections.not_seen(not_checked(Diagnosis(walk=walk)))
