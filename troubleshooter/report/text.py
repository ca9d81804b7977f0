"""The pages for people about a diagnosis: of a request, or of everything seen (an audit).

Decides: the order. First the answer, then the evidence, then the fix, then everything else; what is calm stays short.
Must not know: why a diagnosis says so. Knows no file and no terminal: a `Screen` comes in, text goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troubleshooter.model import Certainty, Diagnosis, Finding, Resource, Step, Verdict, Walk
from troubleshooter.report import findings_text, sections, words
from troubleshooter.report.contract import not_checked
from troubleshooter.report.findings_text import Folded, folded
from troubleshooter.report.hops_text import every_stage, is_traced
from troubleshooter.report.page import BLANK, Part, Screen, Span, Tone, render
from troubleshooter.report.sections import MOST, heading, line, more, row, rows
from troubleshooter.report.way_text import way

DEFAULT = Screen()

LIKELY = "likely: every condition holds, and {}"
UNSEEN, UNPROVED = "no traffic has shown it yet", "nothing proves it yet"

RULE_ENGINE = "durable-rules"
"""The engine that is always meant; any other is worth a word."""


def to_text(diagnosis: Diagnosis, screen: Screen = DEFAULT) -> str:
    """A diagnosis for people, without a newline at its end; an audit if it has no walk. Who may ask for more is
    shown the way of the request as a picture.

    Nothing that came from a cluster, a file or a log reaches the screen as it is: `page` makes all of it safe.
    Manifests and commands are never wrapped; every other line fits a width of 40 or more.
    """
    first = _request(diagnosis, diagnosis.walk, screen) if diagnosis.walk else _audit(diagnosis)
    return render([*first, *rest(diagnosis)], screen)


def rest(diagnosis: Diagnosis) -> Iterator[Part]:
    """What is the same on both pages."""
    yield from sections.not_seen(not_checked(diagnosis))
    yield from sections.possible(diagnosis.possible)
    yield from sections.questions(diagnosis.questions)
    yield BLANK
    yield from rows("More", (f"troubleshoot explain {f.cause}" for f in _gravest_first(diagnosis.findings)[:1]))
    yield from rows("Engine", {diagnosis.engine} - {"", RULE_ENGINE})


def _gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """The root, then by severity; equals stay in their order."""
    return sorted(findings, key=lambda f: (not f.root, f.severity.rank))


def _request(diagnosis: Diagnosis, walk: Walk, screen: Screen) -> Iterator[Part]:
    root = diagnosis.root
    before = diagnosis.before
    arrives = walk.verdict is Verdict.REACHABLE
    yield from _arrives(walk, root, before) if arrives else _fails(walk, root, before, screen)
    yield from way(walk) if screen.asking else ()
    if root:
        yield from findings_text.evidence(root.because)
        yield from findings_text.meaning(root.explanation)
        yield from findings_text.fixes(root, screen)
    yield from every_stage(walk.path) if is_traced(walk.path) else ()
    yield from sections.branches(walk)
    yield from sections.groups(diagnosis.groups)
    yield from others(diagnosis.findings, root)


def _arrives(walk: Walk, root: Finding | None, before: Walk | None) -> Iterator[Part]:
    """That it arrives, and (`root`) what is wrong all the same."""
    request = walk.request
    caller = f" from {request.source}" if request.source else ""
    mark = words.VERDICT_MARKS[walk.verdict]
    asked = f"{words.request_line(request)}{caller}"
    against = _against(root)
    if against:
        yield line(Span(f"{asked} {against}", Tone.STRONG), indent=0, lead=words.VERDICT_MARKS[Verdict.UNDETERMINED])
    else:
        yield line(Span(f"{asked} arrives.", Tone.STRONG), indent=0, lead=mark)
    if root:
        yield line(Span(root.title.rstrip(".") + ".", Tone.STRONG))
        yield from _at(root.resource)
        yield BLANK
    assumed = dict.fromkeys((*request.assumed, *(a for s in walk.path for a in s.assumes)))
    yield from sections.before_rows(before)
    yield from rows("Assumed", assumed)
    yield from cause_row(root)


def _against(root: Finding | None) -> str:
    """What speaks against the objects, by which a request arrives: a person, or what was seen; "" if nothing does."""
    sources = [source for fact in root.because for source in fact.sources] if root else []
    if any(source.said for source in sources):
        return "should arrive. By what you said, this is why it does not:"
    return "arrives, by the objects. Yet this was seen:" if any(source.file for source in sources) else ""


def _fails(walk: Walk, root: Finding | None, before: Walk | None, screen: Screen) -> Iterator[Part]:
    yield line(Span(_verdict(walk), Tone.STRONG), indent=0, lead=words.VERDICT_MARKS[walk.verdict])
    if root:
        yield line(Span(root.title.rstrip(".") + ".", Tone.STRONG))
        yield from _at(root.resource)
    yield BLANK
    yield from sections.request_rows(walk)
    yield from () if screen.asking else _death(walk, root)
    yield from sections.unknown_rows(walk)
    yield from sections.before_rows(before)
    yield from cause_row(root)


def _verdict(walk: Walk) -> str:
    """The verdict in a sentence; a request that something behind the proxies answered has got somewhere."""
    answered = walk.verdict is Verdict.UNREACHABLE and walk.outcome.passed_on
    return f"The request is answered with {walk.outcome.status}." if answered else walk.verdict.sentence


def _at(resource: Resource | None) -> list[Part]:
    return [line(Span(words.resource(resource), Tone.FAINT))] if resource else []


def _death(walk: Walk, root: Finding | None) -> Iterator[Part]:
    """Where the worst branch fails; the object only if the headline does not show it already."""
    step = walk.branches[0].failed if walk.branches else None
    if step is None:
        return
    yield row("Dies at", Span(sections.step_place(step), Tone.BAD), Span(_observed(step)))
    yield from rows("", filter(None, [step.detail]))
    if step.resource and not (root and root.resource == step.resource):
        yield row("", Span(words.resource(step.resource), Tone.FAINT))


def _observed(step: Step) -> str:
    return " (seen to happen)" if step.observed else ""


def cause_row(root: Finding | None) -> Iterator[Part]:
    """Its id, how sure it is, and what others call it."""
    if root is None:
        return
    sure = _likely(root) if root.certainty is Certainty.LIKELY else str(root.certainty)
    yield row("Cause", Span(f"{root.cause}, {sure}"))
    yield from rows("Known as", filter(None, [", ".join(dict.fromkeys(k.code for k in root.known_as))]))


def _likely(root: Finding) -> str:
    """Why it is not certain: a log line or a person may have shown some of it already."""
    seen = any(source.resource is None for fact in root.because for source in fact.sources)
    return LIKELY.format(UNPROVED if seen else UNSEEN)


def others(findings: Iterable[Finding], root: Finding | None) -> Iterator[Part]:
    """What follows from the root, then what was noticed on the way."""
    folds = folded(_gravest_first(findings))
    follows = next((below for head, below in folds if head is root), ())
    others = [fold for fold in folds if fold[0] is not root]
    yield from heading("What follows from it") if follows else []
    for one in follows[:MOST]:
        where = f", {words.resource(one.resource)}" if one.resource else ""
        yield line(Span(one.title), Span(where, Tone.FAINT), lead=Span("•", Tone.FAINT))
    yield from more(len(follows) - MOST)
    yield from heading("Also noticed") if others else []
    for head, below in others[:MOST]:
        yield from findings_text.short(head, below, words.resource(head.resource) if head.resource else "")
    yield from more(len(others) - MOST)


def _audit(diagnosis: Diagnosis) -> Iterator[Part]:
    folds = folded(_gravest_first(diagnosis.findings))
    if not folds:
        if diagnosis.reported:
            number = words.count(diagnosis.reported, "problem")
            told = f"Nothing was found here, but istioctl analyze reports {number}, told below."
            yield line(Span(told, Tone.STRONG), indent=0, lead=Span("‼", Tone.WARN))
            return
        rest = ", in what was seen" if not_checked(diagnosis) else ""
        yield line(Span(f"Nothing wrong was found{rest}.", Tone.STRONG), indent=0, lead=Span("√", Tone.GOOD))
        return
    objects = len({f.resource.key for f in diagnosis.findings if f.resource})
    where = f", in {words.count(objects, 'object')}" if objects else ""
    total = f"{findings_text.counted(diagnosis.findings)}{where}."
    yield line(Span(total, Tone.STRONG), indent=0, lead=words.SEVERITY_MARKS[folds[0][0].severity])
    for name, members in _by_object(folds).items():
        yield from heading(name)
        for head, below in members:
            yield from findings_text.short(head, below, words.field(head.resource) if head.resource else "")


def _by_object(folds: Iterable[Folded]) -> dict[str, list[Folded]]:
    """Under each object what was found on it; the object with the gravest finding first."""
    groups: dict[str, list[Folded]] = {}
    for fold in folds:
        resource = fold[0].resource
        groups.setdefault(str(resource) if resource else "The mesh", []).append(fold)
    return groups
