"""WHY, HOW and WHY NOT in words: what the inference recorded, as lines.

Decides: wording only; every statement is read off a value. Must not know how anything was inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.inference import Account, How, Objection, Outcome, Why
from troubleshooter.model import Certainty, Source
from troubleshooter.terminal.lines import Lines

VERBS = {
    Certainty.CONFIRMED: "confirms",
    Certainty.LIKELY: "makes likely",
    Certainty.POSSIBLE: "leaves possible",
    Certainty.RULED_OUT: "rules out",
}

NAMED = 6
"""Causes that are named in one line; the rest is counted."""


def put_why(lines: Lines, why: Why) -> None:
    """What each answer would decide, and which causes are left."""
    moving = [(o.word or "anything else", _decides(o)) for o in why.outcomes if o.changes]
    if moving:
        lines.put("What an answer decides:")
        lines.table(moving)
    left = [s.cause for s in why.remaining]
    if left:
        lines.put(f"Still possible: {_listed(left)}.")


def _decides(outcome: Outcome) -> str:
    parts = []
    for certainty, verb in VERBS.items():
        causes = [s.cause for s in outcome.changes if s.certainty is certainty]
        if causes:
            parts.append(f"{verb} {_listed(causes)}")
    return "; ".join(parts)


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def put_how(lines: Lines, how: How, indent: int = 0) -> None:
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
        return f"{source.file}:{source.line}: {source.text}"
    where = f" ({source.resource.file}:{source.resource.line})" if source.resource.file else ""
    return str(source.resource) + (f", {source.resource.field}" if source.resource.field else "") + where


def put_account(lines: Lines, account: Account) -> None:
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
