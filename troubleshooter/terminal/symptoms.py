"""What somebody sees, to a symptom, a log line or a request.

Decides: what a typed or pasted text means, and how many symptoms are left of it. Must not know consultations.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from troubleshooter.rulebook import Rulebook, Symptom
from troubleshooter.terminal.inquiry import Choice, Inquiry
from troubleshooter.terminal.pasted import Seen, entry_taken, logged, request_in, text_taken, told_by

WORD = re.compile(r"[A-Za-z0-9_]+")
SHORT_WORDS = frozenset("a an and are as at by does for from i in is it no not of on or the to with".split())  # noqa: SIM905 - a line reads better than a column

MOST_WORDS = 12
"""A longer text is a quotation: single words of it tell nothing."""


def choices(rulebook: Rulebook) -> tuple[Choice, ...]:
    """Every symptom, those first that most causes show."""
    shown = Counter(symptom for cause in rulebook.causes.values() for symptom in cause.symptoms)
    ordered = sorted(rulebook.symptoms.values(), key=lambda s: (-shown[s.id], s.id))
    return tuple(Choice(word=symptom.id, meaning=symptom.title, value=symptom.id) for symptom in ordered)


def read(rulebook: Rulebook, inquiry: Inquiry, text: str) -> Any:
    """What a text tells, as Seen; an Inquiry where several symptoms fit.

    Raises:
        ValueError: it tells of no failure, and names no symptom and no request.
    """
    summary = logged(text)
    if summary.entries and not summary.failed:
        raise ValueError("By this line the request did not fail. Paste one that did, or type what you see.")
    if summary.groups:
        entry = summary.groups[0].example
        return Seen(entry=entry, taken=entry_taken(rulebook, entry, summary.entries))
    method, to = request_in(text)
    fitting = told_by(rulebook, text) or _by_words(rulebook, text)
    if len(fitting) == 1:
        return Seen(symptom=fitting[0].id, to=to, method=method, taken=text_taken(fitting[0], method, to))
    if fitting:
        return replace(inquiry, question="Which of these is it?", choices=_fewer(fitting, method, to))
    if to:
        return Seen(to=to, method=method, taken=f"I read the request {method} {to} off this, and no symptom.")
    raise ValueError("I know no symptom with these words. Try fewer words, or type more to see all of them.")


def _fewer(fitting: list[Symptom], method: str, to: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            word=s.id,
            meaning=s.title,
            value=Seen(symptom=s.id, to=to, method=method, taken=text_taken(s, method, to)) if to else s.id,
        )
        for s in fitting
    )


def _by_words(rulebook: Rulebook, text: str) -> list[Symptom]:
    """The symptoms that share the most words with a short text."""
    found = WORD.findall(text)
    words = {w for w in map(str.lower, found) if w not in SHORT_WORDS} if len(found) <= MOST_WORDS else set()
    hits = {s.id: len(words & _words_of(s)) for s in rulebook.symptoms.values()}
    best = max(hits.values(), default=0)
    return [s for s in rulebook.symptoms.values() if best and hits[s.id] == best]


def _words_of(symptom: Symptom) -> set[str]:
    texts = (symptom.id, symptom.title, symptom.description, *symptom.flags, *map(str, symptom.statuses))
    return {word.lower() for text in texts for word in WORD.findall(text)} - SHORT_WORDS


def reading(rulebook: Rulebook, inquiry: Inquiry) -> Inquiry:
    """The inquiry with words, errors and log lines read as above."""
    return replace(inquiry, read=partial(read, rulebook, inquiry))
