"""What somebody sees, to a symptom, a log line or a request.

Decides: what a typed or pasted text means, and how many symptoms are left of it. Must not know consultations.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from troubleshooter.consult.betrayed import text_taken
from troubleshooter.consult.pasted import Pasted, read_pasted
from troubleshooter.evidence import take
from troubleshooter.rulebook import Rulebook, Symptom
from troubleshooter.terminal.inquiry import Choice, Inquiry
from troubleshooter.terminal.pasted import Seen
from troubleshooter.terminal.setting import Lay

WORD = re.compile(r"[A-Za-z0-9_]+")
SHORT_WORDS = frozenset("a an and are as at by does for from i in is it no not of on or the to with".split())  # noqa: SIM905 - a line reads better than a column

MOST_WORDS = 12
"""A longer text is a quotation: single words of it tell nothing."""


def choices(rulebook: Rulebook) -> tuple[Choice, ...]:
    """Every symptom, those first that most causes show."""
    shown = Counter(symptom for cause in rulebook.causes.values() for symptom in cause.symptoms)
    ordered = sorted(rulebook.symptoms.values(), key=lambda s: (-shown[s.id], s.id))
    return tuple(Choice(word=symptom.id, meaning=symptom.title, value=symptom.id) for symptom in ordered)


def read(rulebook: Rulebook, lay: Lay, inquiry: Inquiry, text: str) -> Any:
    """What a text tells, as Seen; an Inquiry where several symptoms fit. `lay` makes a mesh of the objects in it.

    Raises:
        ValueError: it tells of no failure, and names no symptom and no request.
    """
    pasted = read_pasted(rulebook, text)
    seen = _seen(pasted, lay)
    if _is_silent(seen) and pasted.log is not None:
        raise ValueError("By this line the request did not fail. Paste one that did, or type what you see.")
    if not _is_silent(replace(seen, to="")):
        return seen
    fitting = list(pasted.symptoms) or _by_words(rulebook, text)
    if len(fitting) == 1:
        taken = text_taken(fitting[0], seen.method, seen.to)
        return replace(seen, symptom=fitting[0].id, taken=(*seen.taken[:-1], taken))
    if fitting:
        return replace(inquiry, question="Which of these is it?", choices=_fewer(fitting, seen))
    if seen.to:
        return seen
    raise ValueError("I know no symptom with these words. Try fewer words, or type more to see all of them.")


def _seen(pasted: Pasted, lay: Lay) -> Seen:
    groups = pasted.log.groups if pasted.log else ()
    return Seen(
        symptom=pasted.symptoms[0].id if len(pasted.symptoms) == 1 else "",
        entry=groups[0].example if groups else None,
        to=pasted.to,
        method=pasted.method,
        source=pasted.source,
        tells=pasted.tells,
        inventory=lay(pasted.objects) if pasted.objects else None,
        evidence=take(pasted.exhibits),
        taken=(*pasted.taken, *(pasted.unknown if pasted.useful else ())),
    )


def _is_silent(seen: Seen) -> bool:
    """Whether there is nothing to go on with."""
    return not (seen.symptom or seen.entry or seen.to or seen.inventory or seen.evidence)


def _fewer(fitting: list[Symptom], seen: Seen) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            word=s.id,
            meaning=s.title,
            value=_chosen(seen, s) if seen.to or seen.tells else s.id,
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


def reading(rulebook: Rulebook, lay: Lay, inquiry: Inquiry) -> Inquiry:
    """The inquiry with whatever is typed or pasted read as above."""
    return replace(inquiry, read=partial(read, rulebook, lay, inquiry))


def _chosen(seen: Seen, symptom: Symptom) -> Seen:
    return replace(seen, symptom=symptom.id, taken=(text_taken(symptom, seen.method, seen.to),))
