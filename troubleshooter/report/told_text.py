"""The page for people about a mesh that nobody has seen: what follows from answers alone.

Decides: the order, and that nothing is called fine. Must not know what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.model import Diagnosis, Finding
from troubleshooter.report import findings_text
from troubleshooter.report.page import BLANK, Part, Screen, Span, Tone, render
from troubleshooter.report.sections import line
from troubleshooter.report.text import DEFAULT, cause_row, others, rest

SETTLED = "By what you said, this is why it fails:"
OPEN = "What you said settles no cause."


def told_to_text(diagnosis: Diagnosis, screen: Screen = DEFAULT) -> str:
    """What answers alone come to, for people, without a newline at its end. As safe as `to_text`, and as wide."""
    root = diagnosis.root
    first = _settled(diagnosis, root, screen) if root else _open()
    return render([*first, *rest(diagnosis)], screen)


def _open() -> Iterator[Part]:
    yield line(Span(OPEN, Tone.STRONG), indent=0, lead=Span("‼", Tone.WARN))


def _settled(diagnosis: Diagnosis, root: Finding, screen: Screen) -> Iterator[Part]:
    yield line(Span(SETTLED, Tone.STRONG), indent=0, lead=Span("×", Tone.BAD))
    yield line(Span(root.title.rstrip(".") + ".", Tone.STRONG))
    yield BLANK
    yield from cause_row(root)
    yield from findings_text.evidence(root.because)
    yield from findings_text.meaning(root.explanation)
    yield from findings_text.fixes(root, screen)
    yield from others(diagnosis.findings, root)
