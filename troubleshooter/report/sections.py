"""The parts that several pages share: headings, rows, the request, its branches, what is missing, what was not seen.

Decides: how a part is laid out, not where it stands on a page. A section about nothing is no line at all.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from troubleshooter.model import LogGroup, NotChecked, PossibleCause, Question, StageVerdict, Step, Walk
from troubleshooter.report import words
from troubleshooter.report.page import BLANK, Block, Command, Paragraph, Part, Span, Tone

INDENT = 2
NESTED = 4
ROW = 13
"""Where the text of a row begins; its label stands before."""

MOST = 4
"""Things of one kind that a page for people shows; the rest is counted, and -o json has it."""


def heading(title: str) -> list[Part]:
    """The first line of a section."""
    return [BLANK, Paragraph(spans=(Span(title, Tone.STRONG),))]


def line(*spans: Span, indent: int = INDENT, lead: Span | None = None) -> Paragraph:
    """Words at an indent, after a mark or a number if there is one."""
    if lead is None:
        return Paragraph(spans=spans, column=indent)
    return Paragraph(spans=spans, lead=(lead,), indent=indent, column=indent + len(lead.text) + 1)


def row(label: str, *spans: Span) -> Paragraph:
    """A label and its text; an empty label continues the row above."""
    return Paragraph(spans=spans, lead=(Span(label, Tone.FAINT),), indent=INDENT, column=ROW)


def rows(label: str, texts: Iterable[str]) -> list[Part]:
    """One row for each text, the label before the first."""
    return [row(label if number == 0 else "", Span(text)) for number, text in enumerate(texts)]


def more(number: int, indent: int = INDENT) -> list[Part]:
    """How many are not shown."""
    return [line(Span(f"and {number} more: -o json has them all", Tone.FAINT), indent=indent)] if number > 0 else []


def request_rows(walk: Walk) -> list[Part]:
    """Who asks for what, what was assumed about it, and what comes back."""
    request = walk.request
    headers = [f"{name}: {value}" for name, value in words.headers(request).items()]
    return [
        *rows("Request", [words.request_line(request)]),
        *rows("", headers),
        *rows("From", filter(None, [request.source])),
        *rows("Assumed", request.assumed),
        *rows("Speaks", ["HTTP/1.0"] if request.http10 else []),
        *rows("Expected", filter(None, [request.expect])),
        *rows("Answer", filter(None, [words.outcome(walk.outcome)])),
    ]


def before_rows(before: Walk | None) -> list[Part]:
    """What became of the request before manifests were laid over the mesh."""
    if before is None:
        return []
    died = before.branches[0].failed if before.branches else None
    where = f"it dies at {step_place(died)}" if died else ""
    told = ", ".join(filter(None, (words.outcome(before.outcome), where)))
    return rows("Before", [" ".join(filter(None, (before.verdict.sentence.rstrip("."), told and f"({told})")))])


def step_place(step: Step) -> str:
    """`route, at Deployment shop/web`."""
    return f"{step.stage}, at {step.proxy or 'the client'}"


def branches(walk: Walk) -> Iterator[Part]:
    """All branches, the worst first, each with where it dies."""
    if not walk.branches[1:]:
        return
    yield from heading("Branches, the worst first")
    for branch in walk.branches:
        share = " ".join(filter(None, (words.share(branch.share), f"by {branch.by}" if branch.by else "")))
        ends = ", ".join(filter(None, (str(branch.verdict), words.outcome(branch.outcome))))
        told = ": ".join(filter(None, (share, ends)))
        yield line(Span(told), lead=words.VERDICT_MARKS[branch.verdict])
        yield from _branch_death(branch.failed)


def _branch_death(step: Step | None) -> list[Part]:
    if step is None:
        return []
    by = f": {words.resource(step.resource)}" if step.resource else ""
    return [line(Span(f"dies at {step_place(step)}{by}", Tone.FAINT), indent=NESTED)]


def unknown_rows(walk: Walk) -> list[Part]:
    """Stages of the worst branch of which nothing can be said, each with its reason."""
    unknown = [s for s in walk.path if s.verdict is StageVerdict.UNKNOWN]
    return rows("Not known", (": ".join(filter(None, (step_place(s), s.detail))) for s in unknown))


def groups(found: Sequence[LogGroup]) -> Iterator[Part]:
    """All failures of a log; the page is about the biggest. Of a single one only what its lines have in common."""
    if not found[1:] and not any(words.recurrence(group) for group in found):
        return
    yield from heading("Failures in the log")
    for group in found:
        flags = ",".join(group.flags) or group.said or "no flag"
        number = f"{words.count(group.count, 'line')} ({words.share(group.share)})"
        times = " to ".join(dict.fromkeys((group.first, group.last)))
        yield line(Span(f"{number}, {flags}, {times}"))
        yield from (line(Span(told, Tone.FAINT), indent=NESTED) for told in words.recurrence(group))
        if found[1:]:
            yield Command(text=shlex.join(("troubleshoot", "diagnose", *group.arguments)), indent=NESTED)


def possible(found: Sequence[PossibleCause]) -> Iterator[Part]:
    """Causes that may still be it, and the facts that are missing to say so."""
    if found:
        yield from heading("Still possible")
    for one in found[:MOST]:
        needs = f" needs {words.listed(one.missing)}" if one.missing else ""
        yield line(Span(one.cause), Span(needs, Tone.FAINT), lead=Span("•", Tone.FAINT))
    yield from more(len(found) - MOST)


def questions(asked: Sequence[Question]) -> Iterator[Part]:
    """What a person could find out, the most telling first."""
    if asked:
        yield from heading("What would settle it")
    for number, one in enumerate(asked[:MOST], 1):
        yield line(Span(one.question), lead=Span(f"{number}."))
        if one.how:
            yield Command(text=one.how, indent=NESTED + 1)
    yield from more(len(asked) - MOST)


def not_seen(missing: Iterable[NotChecked]) -> Iterator[Part]:
    """What was not looked at, one paragraph for each reason, with what would unlock it."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in missing:
        reasons.setdefault((one.why, one.unlock), []).append(one.what)
    if reasons:
        yield from heading("Not checked")
    for (why, unlock), whats in reasons.items():
        for what in whats[:MOST]:
            yield line(Span(what), Span(f" ({why})", Tone.FAINT), lead=Span("•", Tone.FAINT))
        yield from more(len(whats) - MOST, indent=NESTED)
        yield from _unlock(unlock)


def _unlock(text: str) -> list[Part]:
    """One line to type or to read, or a whole manifest."""
    if "\n" in text.strip():
        return [line(Span("to see it, apply:", Tone.FAINT), indent=NESTED), Block(text=text)]
    return [line(Span(text), indent=NESTED, lead=Span("→", Tone.FAINT))] if text else []
