"""Which symptoms a text betrays, and what a text was taken for, in a sentence.

Decides from the texts, flags and statuses that the knowledge base names. Must not know where a text comes from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from troubleshooter.evidence import AccessLogEntry, Side
from troubleshooter.evidence.pasted.exchanges import statuses_in, upstream_answered
from troubleshooter.model.plain import without_credentials
from troubleshooter.rulebook import Rulebook, Symptom


def told_by(rulebook: Rulebook, text: str) -> list[Symptom]:
    """The symptoms of which a text of theirs is quoted, those that fit best: what few symptoms share tells most, and of
    those that fit alike the longest text does."""
    numbers = statuses_in(text)
    answered = upstream_answered(text)
    symptoms = [s for s in rulebook.symptoms.values() if _fits(s, numbers, answered=answered)]
    shared = Counter(quote for s in symptoms for quote in _quotes(s))
    present = {quote for quote in shared if _stands_in(quote, text)}
    if not present:
        return [s for s in symptoms if numbers & {*s.statuses} and any(one.fact == STATUS for one in s.tells)]
    quoted = [s for s in symptoms if _quotes(s) & present]
    weights = {s.id: _weight(_quotes(s) & present, shared) + Fraction(bool(numbers & {*s.statuses}), 4) for s in quoted}
    most = max(weights.values())
    best = [s for s in quoted if weights[s.id] == most]
    alike = set.intersection(*map(_quotes, best))
    longest = {s.id: max(map(len, (_quotes(s) & present) - alike), default=0) for s in best}
    return [s for s in best if longest[s.id] == max(longest.values())]


STATUS, ANSWERED_BY = "failure.status", "failure.answered_by"
"""Facts that symptoms tell: a status alone betrays those that are about a status."""


def _fits(symptom: Symptom, numbers: frozenset[int], *, answered: bool) -> bool:
    """Whether the statuses of the text are its own, and no proxy has to answer where something behind it did."""
    other = bool(numbers and symptom.statuses) and numbers.isdisjoint(symptom.statuses)
    return not other and not (answered and any(one.fact == ANSWERED_BY for one in symptom.tells))


def _quotes(symptom: Symptom) -> set[str]:
    """Its texts in lower case, but for words in capitals, which are names: 503 Service Unavailable is not gRPC's
    UNAVAILABLE."""
    return {quote if quote == quote.upper() else quote.lower() for quote in symptom.texts}


def _weight(quotes: Iterable[str], shared: Counter[str]) -> Fraction:
    return sum((Fraction(1, shared[quote]) for quote in quotes), Fraction(0))


def _stands_in(quote: str, text: str) -> bool:
    """Whether it stands there as words, not inside another one."""
    text = text if quote == quote.upper() else text.lower()
    return quote in text and re.search(rf"(?<![A-Za-z0-9]){re.escape(quote)}(?![A-Za-z0-9])", text) is not None


def shown_by(rulebook: Rulebook, entry: AccessLogEntry) -> frozenset[str]:
    """The symptoms that a failed line shows: a flag of theirs, or where it has none their status alone; a status that
    was logged is theirs."""
    flags, status = {*entry.flags}, entry.response_code
    return frozenset(
        s.id
        for s in rulebook.symptoms.values()
        if (status in s.statuses if status else flags) and (not flags or flags & {*s.flags})
    )


WRITERS = {Side.INBOUND: "the target's proxy"}
BY_SENDER = "the proxy that sends"


def entry_taken(rulebook: Rulebook, entry: AccessLogEntry, lines: int = 1) -> str:
    """What a log line was taken for, and what its flags mean."""
    writer = entry.pod or WRITERS.get(entry.side, BY_SENDER if entry.side is not Side.UNKNOWN else "a proxy")
    status = str(entry.response_code) if entry.response_code else "no answer"
    words = " ".join((status, ",".join(entry.flags))).strip()
    asked = f", {entry.method} http://{entry.authority}{entry.path}" if entry.method else ", no HTTP request"
    of = "an access log line" if lines == 1 else f"{lines} access log lines, and look at the most frequent failure, one"
    return without_credentials(
        f"I take this for {of} of {writer}: {words}{asked}. " + " ".join(_flags(rulebook, entry))
    )


def _flags(rulebook: Rulebook, entry: AccessLogEntry) -> Iterator[str]:
    for flag in entry.flags:
        known = rulebook.flags.get(flag)
        yield f"{flag} ({known.long_name}): {known.meaning}" if known else f"{flag} is a flag that I do not know."


def text_taken(symptom: Symptom, method: str, to: str) -> str:
    """What a text was taken for."""
    asked = f"; the request is {method} {to}" if to else ""
    return f"I take this for: {symptom.title.rstrip('.')} ({symptom.id}){asked}."
