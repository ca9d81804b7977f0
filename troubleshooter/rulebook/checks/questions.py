"""Questions: what a request may hang on can be asked, and answers are words."""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.model import CaseKind
from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.scene import Scene
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.places import Mistake


def facts_can_be_asked(scene: Scene) -> Iterator[Mistake]:
    """Where there is no source a person is the last one: every fact in the `when` of a cause of requests has a
    question. Each is named once, where it is met first."""
    if scene.lost("questions.yaml"):
        return
    wanted = {
        condition.fact: condition.place
        for cause in reversed(scene.causes)
        if CaseKind.WALK in cause.cases
        for condition in reversed([*conditions(cause.when)])
    }
    for fact, place in wanted.items():
        if fact in scene.catalogue.facts and fact not in scene.rulebook.questions:
            yield Mistake(place=place, text=f"no question asks for {quoted(fact)}; add one to questions.yaml")


def answers_are_words(scene: Scene) -> Iterator[Mistake]:
    """A question is for a fact of the catalogue, and each answer is one of its words."""
    facts = scene.catalogue.facts
    for question in scene.rulebook.questions.values():
        if question.fact not in facts:
            hint = advice(question.fact, facts, "take one from the catalogue of facts, or delete the question")
            yield Mistake(place=question.place, text=f"there is no fact {quoted(question.fact)}; {hint}")
            continue
        for word in question.answers:
            if word not in (words := facts[question.fact].words):
                hint = advice(word, words)
                said = f"the answer {quoted(word)} is no word of {quoted(question.fact)}; {hint}"
                yield Mistake(place=question.place.of("answers"), text=said)
