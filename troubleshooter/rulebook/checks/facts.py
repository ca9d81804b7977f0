"""Conditions against the catalogue, and against each other."""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.limits import BRANCHES
from troubleshooter.rulebook.checks.scene import Scene, all_conditions, whens
from troubleshooter.rulebook.logic import conditions, count, expand, possible
from troubleshooter.rulebook.places import Mistake
from troubleshooter.rulebook.values import Cause, Condition

IN_CATALOGUE = "take one from the catalogue of facts, or add it there"


def conditions_name_facts(scene: Scene) -> Iterator[Mistake]:
    """Every fact is in the catalogue, and every word is one of its words."""
    facts = scene.catalogue.facts
    for condition in all_conditions(scene):
        if condition.fact not in facts:
            hint = advice(condition.fact, facts, IN_CATALOGUE)
            yield Mistake(place=condition.place, text=f"there is no fact {quoted(condition.fact)}; {hint}")
            continue
        known = facts[condition.fact].words
        for word in condition.words:
            if word not in known:
                hint = advice(word, known)
                said = f"{quoted(word)} is no word of {quoted(condition.fact)}; {hint}"
                yield Mistake(place=condition.place, text=said)


def whens_can_hold(scene: Scene) -> Iterator[Mistake]:
    """No conjunction asks two words of one fact, and nothing in `supports` is settled by `when` already."""
    for cause in scene.causes:
        for when in whens(cause):
            # What is too large to multiply out is refused for that, and what could not be read was refused before.
            if 0 < count(when) <= BRANCHES and not any(map(possible, expand(when))):
                said = "these conditions never hold together: a fact has one word; use a list of words, or `any`"
                yield Mistake(place=next(conditions(when)).place, text=said)
        yield from _idle_supports(cause)


def _idle_supports(cause: Cause) -> Iterator[Mistake]:
    """Evidence that always holds where the cause does would make every "likely" a "confirmed"."""
    settled = {part.fact: set(part.words) for part in cause.when if isinstance(part, Condition)}
    for condition in cause.supports:
        if condition.fact in settled and settled[condition.fact] <= set(condition.words):
            said = f"{quoted(condition.fact)} is settled by `when` already, so it supports nothing; take it out of one"
            yield Mistake(place=condition.place, text=said)
