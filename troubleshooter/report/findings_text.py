"""Findings in text: the evidence for one, its fix, and the short form of the others.

Decides: the words around a finding. The fix that is shown can be copied as it stands: its manifest is never wrapped or
indented, and it is offered for copying only if every letter of it can be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from troubleshooter.model import Applicability, Certainty, Fact, Finding, Fix, Severity, Stage
from troubleshooter.report import words
from troubleshooter.report.page import BLANK, Block, Command, Paragraph, Part, Screen, Span, Tone, render, shown
from troubleshooter.report.sections import INDENT, MOST, NESTED, heading, line, more, row, rows

APPLY = {
    Applicability.MACHINE: "Apply it",
    Applicability.REVIEW: "Read it, then apply it",
    Applicability.MANUAL: "Adapt it by hand, then apply it",
}

BY_PROGRAM = "; or add --apply, and after your yes it is done"
"""What is offered for a fix that was proved on a live cluster."""

REPLACE = (
    "It says replace, because apply may leave what this fix takes away. Replace writes the whole object: see first "
    "that nothing else is missing from it."
)

SEVERITIES = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("note", "notes"),
}
"""What one and several findings of a severity are called."""

SHORT = 13
"""Where the title of a short finding begins, after its mark and the longest of the words above."""

UNDO_ELSEWHERE = "-o json has the objects as they are now, under rollback"
UNDO_ASKED = "type undo, and you see the objects as they are now"

Folded = tuple[Finding, tuple[Finding, ...]]
"""A finding, and those that follow from it."""


def folded(findings: Sequence[Finding]) -> list[Folded]:
    """Findings in their order, each with its consequences, direct or not; a consequence does not stand alone."""
    known = {f.fingerprint: f for f in findings}
    below: dict[str, list[Finding]] = {}
    heads = []
    for finding in findings:
        top = _top(finding, known)
        if top is finding:
            heads.append(finding)
        else:
            below.setdefault(top.fingerprint, []).append(finding)
    return [(head, tuple(below.get(head.fingerprint, ()))) for head in heads]


def _top(finding: Finding, known: dict[str, Finding]) -> Finding:
    passed: set[str] = set()
    while finding.explained_by in known and finding.fingerprint not in passed:
        passed.add(finding.fingerprint)
        finding = known[finding.explained_by]
    return finding


def counted(findings: Sequence[Finding]) -> str:
    """`1 error and 2 warnings`."""
    numbers = [(severity, sum(f.severity is severity for f in findings)) for severity in Severity]
    return words.listed([words.count(number, *SEVERITIES[severity]) for severity, number in numbers if number])


def evidence(facts: Iterable[Fact]) -> Iterator[Part]:
    """Each fact with its sources. One that has none, such as a default of Istio's, is no evidence: the explanation says
    it where it matters."""
    parts = [part for fact in facts for part in _fact(fact)]
    if parts:
        yield from heading("Evidence")
    yield from parts


def _fact(fact: Fact) -> list[Part]:
    sources = list(filter(None, map(words.source, fact.sources[:MOST])))
    if not sources:
        return []
    return [
        line(Span(f"{fact.name} is"), Span(f" {fact.word}", Tone.STRONG)),
        *(line(Span(source, Tone.FAINT), indent=NESTED) for source in sources),
        *more(len(fact.sources) - MOST, indent=NESTED),
    ]


def meaning(explanation: str) -> Iterator[Part]:
    """The explanation, paragraph by paragraph."""
    paragraphs = [text for text in explanation.split("\n\n") if text.strip()]
    for number, text in enumerate(paragraphs):
        yield from heading("Why") if number == 0 else [BLANK]
        yield line(Span(text))


def fixes(finding: Finding, screen: Screen) -> Iterator[Part]:
    """The best fix in full, the others in short."""
    best, *others = finding.fixes or (None,)
    if best:
        yield from heading("Fix")
        yield from _whole_fix(best, finding, screen)
    if others:
        yield from heading("Other ways")
    for number, fix in enumerate(others, 2):
        yield from _short_fix(number, fix, screen)


def fix_to_text(finding: Finding, number: int, screen: Screen, *, undo: bool = False) -> str:
    """One fix of a finding in full, counted from 1, or what puts everything back as it was; "" if there is none."""
    if not 0 < number <= len(finding.fixes):
        return ""
    fix = finding.fixes[number - 1]
    return render(_undo(fix) if undo else _whole_fix(fix, finding, screen), screen)


def _undo(fix: Fix) -> Iterator[Part]:
    text = fix.rollback.strip()
    if "\n" not in text:
        yield from _commands("To undo it:", filter(None, [text]))
        return
    end = _end_mark(text)
    yield line(Span("To put everything back as it is now:"))
    yield from (BLANK, Command(text=f"kubectl {_verb(fix)} -f - <<'{end}'"), Block(text=text), Command(text=end))


def _verb(fix: Fix) -> str:
    return "replace" if fix.removes else "apply"


def _whole_fix(fix: Fix, finding: Finding, screen: Screen) -> Iterator[Part]:
    cluster = finding.resource.cluster if finding.resource else ""
    undo = [fix.rollback.strip()] if fix.rollback.strip() else []
    long = [text for text in undo if "\n" in text]
    yield line(Span(fix.do))
    yield BLANK
    yield from rows("Risk", filter(None, [fix.risk]))
    yield row(*_proof(fix, finding.stage))
    yield from rows("Undo", [UNDO_ASKED if screen.asking else UNDO_ELSEWHERE] if long else [])
    live = fix.verified and finding.resource is not None and not finding.resource.file
    yield from _manifest(fix, cluster, screen, offer=BY_PROGRAM if live and not screen.asking else "")
    yield from _commands("Then run:" if fix.manifest else "Run:", fix.commands)
    yield from _commands("To see that it helped:", filter(None, [fix.confirm]))
    yield from _commands("To undo it:", [] if long else undo)


def _proof(fix: Fix, stage: Stage) -> tuple[str, Span]:
    if fix.verified:
        return "Proved", Span(f"tried on a copy of the mesh: the {stage} stage passes, and nothing new appears")
    return "Unproved", Span(fix.why_not_verified or "it was not tried on a copy of the mesh")


def _manifest(fix: Fix, cluster: str, screen: Screen, *, offer: str) -> list[Part]:
    if not fix.manifest:
        return []
    if not shown(fix.manifest, screen):
        told = "Some letters of this manifest cannot be shown as they are. Take it from -o json:"
        return [BLANK, line(Span(told)), BLANK, Block(text=fix.manifest)]
    end = _end_mark(fix.manifest)
    return [
        BLANK,
        line(
            Span(APPLY[fix.applicability] + (f" in the Kubernetes cluster {cluster}" if cluster else "") + offer + ":")
        ),
        *([line(Span(REPLACE))] if fix.removes else []),
        BLANK,
        Command(text=f"kubectl {_verb(fix)} -f - <<'{end}'"),
        Block(text=fix.manifest),
        Command(text=end),
    ]


def _end_mark(manifest: str) -> str:
    """A word that is no line of the manifest: no manifest can end its own here-document and go on as commands."""
    end = "EOF"
    while end in manifest.splitlines():
        end += "_"
    return end


def _commands(title: str, commands: Iterable[str]) -> Iterator[Part]:
    for number, command in enumerate(commands):
        yield from [BLANK, line(Span(title))] if number == 0 else []
        yield Command(text=command, indent=NESTED)


def _short_fix(number: int, fix: Fix, screen: Screen) -> Iterator[Part]:
    label = Span(f"{number}.")
    yield line(Span(fix.do), lead=label)
    beside = INDENT + len(label.text) + 1
    if fix.risk:
        yield line(Span(f"risk: {fix.risk}", Tone.FAINT), indent=beside)
    proved = "proved on a copy of the mesh" if fix.verified else f"not proved: {fix.why_not_verified}".rstrip(": ")
    where = (
        f"; `fix {number}` shows it whole" if screen.asking else "; its manifest is in -o json" if fix.manifest else ""
    )
    yield line(Span(proved + where, Tone.FAINT), indent=beside)


def short(finding: Finding, consequences: Sequence[Finding], where: str) -> Iterator[Part]:
    """A finding in a few lines: severity and title, `where` it is, what to do, what follows from it, its id."""
    mark = words.SEVERITY_MARKS[finding.severity]
    lead = (mark, Span(f" {SEVERITIES[finding.severity][0]}", mark.tone))
    yield Paragraph(spans=(Span(finding.title),), lead=lead, indent=INDENT, column=SHORT)
    likely = ", likely" if finding.certainty is Certainty.LIKELY else ""
    lines = [
        where,
        *(f"fix: {fix.do}" + (" (proved)" if fix.verified else "") for fix in finding.fixes[:1]),
        *(f"so also: {c.title}" + _elsewhere(c, finding) for c in consequences),
        finding.cause + likely,
    ]
    for text in filter(None, lines):
        yield line(Span(text, Tone.FAINT), indent=SHORT)


def _elsewhere(consequence: Finding, finding: Finding) -> str:
    """The consequence's object, where it is another than that of its reason."""
    here = finding.resource.key if finding.resource else None
    there = consequence.resource
    return f", {there}" if there and there.key != here else ""
