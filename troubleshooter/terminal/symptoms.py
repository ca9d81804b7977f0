"""What somebody sees, to a symptom or a log line.

Decides: which symptoms a typed text means. Must not know consultations.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.rulebook import Rulebook, Symptom
from troubleshooter.terminal.inquiry import Choice, Inquiry

PASTED = "the line you pasted"
"""The file name of a log line that somebody typed."""

WORD = re.compile(r"[A-Za-z0-9_]+")
SHORT_WORDS = frozenset("a an and are as at by does for from i in is it no not of on or the to with".split())  # noqa: SIM905 - a line reads better than a column


def choices(rulebook: Rulebook) -> tuple[Choice, ...]:
    """Every symptom, those first that most causes show."""
    shown = Counter(symptom for cause in rulebook.causes.values() for symptom in cause.symptoms)
    ordered = sorted(rulebook.symptoms.values(), key=lambda s: (-shown[s.id], s.id))
    return tuple(Choice(word=symptom.id, meaning=symptom.title, value=symptom.id) for symptom in ordered)


def read(rulebook: Rulebook, inquiry: Inquiry, line: str) -> Any:
    """An access log line as its entry; other words as the symptom that they fit, or an Inquiry about those they fit.

    Raises:
        ValueError: the line tells of no failure, or no symptom fits.
    """
    parsed = parse_line(line, file=PASTED)
    if isinstance(parsed, AccessLogEntry):
        if not parsed.failed:
            raise ValueError("By this line the request did not fail. Paste one that did, or type what you see.")
        return parsed
    fitting = _fitting(rulebook, line)
    if not fitting:
        raise ValueError("I know no symptom with these words. Try fewer words, or type more to see all of them.")
    if len(fitting) == 1:
        return fitting[0].id
    known = tuple(Choice(word=s.id, meaning=s.title, value=s.id) for s in fitting)
    return replace(inquiry, question="Which of these is it?", choices=known)


def _fitting(rulebook: Rulebook, line: str) -> list[Symptom]:
    """The symptoms that fit best: by a text of theirs, else by the most words."""
    symptoms = list(rulebook.symptoms.values())
    quoted = [s for s in symptoms if any(text.lower() in line.lower() for text in s.texts)]
    if quoted:
        return quoted
    words = {w for w in map(str.lower, WORD.findall(line)) if w not in SHORT_WORDS}
    hits = {s.id: len(words & _words_of(s)) for s in symptoms}
    best = max(hits.values(), default=0)
    return [s for s in symptoms if best and hits[s.id] == best]


def _words_of(symptom: Symptom) -> set[str]:
    texts = (symptom.id, symptom.title, symptom.description, *symptom.flags, *map(str, symptom.statuses))
    return {word.lower() for text in texts for word in WORD.findall(text)} - SHORT_WORDS


def reading(rulebook: Rulebook, inquiry: Inquiry) -> Inquiry:
    """The inquiry with words and log lines read as above."""
    return replace(inquiry, read=partial(read, rulebook, inquiry))
