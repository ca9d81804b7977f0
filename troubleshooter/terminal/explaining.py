"""WHY, HOW and WHY NOT in words: what the inference recorded, as lines.

Decides: wording only; every statement is read off a value. Must not know how anything was inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.consult import Supposed
from troubleshooter.inference import UNEXPLAINED, Account, Conclusion, How, Objection, Outcome, Standing, Why
from troubleshooter.model import Certainty, Source
from troubleshooter.terminal.lines import Writer

VERBS = {
    Certainty.CONFIRMED: "confirms",
    Certainty.LIKELY: "makes likely",
    Certainty.POSSIBLE: "leaves possible",
    Certainty.RULED_OUT: "rules out",
}

NAMED = 6
"""Causes that are named in one line; the rest is counted."""


def put_why(lines: Writer, why: Why) -> None:
    """What each answer would decide, and which causes are left."""
    moving = [(o.word or "anything else", _decides(o)) for o in why.outcomes if o.changes]
    if moving:
        lines.put("What an answer decides:")
        lines.table(moving)
    left = [s.cause for s in why.remaining]
    if left:
        lines.put(f"Still possible: {_listed(left)}.")


def _decides(outcome: Outcome) -> str:
    return "; ".join(_moves(outcome.changes))


def _moves(standings: tuple[Standing, ...]) -> Iterator[str]:
    for certainty, verb in VERBS.items():
        causes = [s.cause for s in standings if s.certainty is certainty]
        if causes:
            yield f"{verb} {_listed(causes)}"


def put_supposed(lines: Writer, supposed: Supposed) -> None:
    """What is known, what would be concluded if it were otherwise, and that nothing of it is kept."""
    pair = f"{supposed.fact} is {supposed.word}"
    if supposed.known is not None and supposed.known.fact.word == supposed.word:
        lines.put(f"It is so already: {pair}.")
        put_how(lines, supposed.known, 2)
        return
    now = f"is {supposed.known.fact.word}" if supposed.known is not None else "is not known"
    lines.put(f"{supposed.fact} {now}. If it were {supposed.word}, and all else as it is:")
    same = supposed.now is not None and supposed.then is not None and supposed.now.cause == supposed.then.cause
    lines.put(f"{_rooted(supposed.then)}{', as now' if same else ''}", lead="- ")
    for text in _moves(supposed.moved):
        lines.put(f"it {text}", lead="- ")
    lines.put("I keep nothing of this.")


def _rooted(root: Conclusion | None) -> str:
    if root is None:
        return "no root cause would be settled"
    if root.cause == UNEXPLAINED:
        return "the request would die all the same, and no cause that I know would explain it"
    return f"the root cause would be {root.cause}, {root.certainty}"


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def put_how(lines: Writer, how: How, indent: int = 0) -> None:
    """Where a fact comes from, and what it follows from, to the bottom."""
    lines.put(f"{how.fact.name} is {how.fact.word}", indent=indent)
    if how.derivation:
        lines.put(f"by the rule {how.derivation}, because:", indent=indent + 2)
        for below in how.follows_from:
            put_how(lines, below, indent + 4)
        return
    for source in how.fact.sources:
        lines.put(_place(source), indent=indent + 2)
    if not how.fact.sources:
        lines.put("no object says so: the request does, or it is Istio's default", indent=indent + 2)


def _place(source: Source) -> str:
    if source.said:
        return "you said so"
    if source.resource is None:
        at = f"{source.file}:{source.line}" if source.line is not None else source.file
        return f"{at}: {source.text}"
    where = f" ({source.resource.file}:{source.resource.line})" if source.resource.file else ""
    return str(source.resource) + (f", {source.resource.field}" if source.resource.field else "") + where


def put_account(lines: Writer, account: Account) -> None:
    """How a cause stands, and why."""
    lines.put(f"{account.standing.cause} is {account.standing.certainty}")
    for known in account.because:
        put_how(lines, known, 2)
    for text, known in _objections(account.objections):
        lines.put(text, indent=2)
        put_how(lines, known, 4)
    if account.standing.missing:
        lines.put(f"not known yet: {', '.join(account.standing.missing)}", indent=2)


def _objections(objections: tuple[Objection, ...]) -> Iterator[tuple[str, How]]:
    for one in objections:
        words = " or ".join(one.condition.words)
        ask = f"it is ruled out where {one.condition.fact} is" if one.unless else f"it needs {one.condition.fact} to be"
        yield f"{ask} {words}, and:", one.known
