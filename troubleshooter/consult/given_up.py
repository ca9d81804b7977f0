"""What nobody is asked any more, because the page that tells it is not to be had, and the pages that are.

Decides from what was answered and from the pages that questions name. Must not know what follows from an answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.consult.told import UNKNOWN
from troubleshooter.rulebook import Rulebook

PATIENCE = 8
"""So many more times than they know something somebody says that they do not, before they are left in peace."""


def given_up(rulebook: Rulebook, told: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The facts of which somebody said that they are not known, all others that stand on the same page, but for pages
    off which they have read something, and those whose question cannot be understood without one of them."""
    said = dict(told)
    lost = {fact for fact, word in said.items() if word == UNKNOWN}
    read = pages_of(rulebook, said.keys() - lost)
    pages = pages_of(rulebook, lost) - read
    lost |= {q.fact for q in rulebook.questions.values() if q.page in pages}
    while (
        more := {q.fact for q in rulebook.questions.values() if q.fact not in said and not lost.isdisjoint(q.after)}
        - lost
    ):
        lost |= more
    return frozenset(lost)


def pages_of(rulebook: Rulebook, facts: Iterable[str]) -> frozenset[str]:
    """The pages that tell these facts."""
    asked = (rulebook.questions.get(fact) for fact in facts)
    return frozenset(question.page for question in asked if question and question.page)


def out_of_patience(told: Iterable[tuple[str, str]]) -> bool:
    """Whether somebody has said often enough that they do not know."""
    words = list(dict(told).values())
    return 2 * words.count(UNKNOWN) - len(words) >= PATIENCE


def one_a_command(rulebook: Rulebook, facts: Iterable[str]) -> tuple[str, ...]:
    """Of the facts that one command finds out, the first."""
    by_command: dict[str, str] = {}
    for fact in facts:
        by_command.setdefault(rulebook.questions[fact].how, fact)
    return tuple(by_command.values())
