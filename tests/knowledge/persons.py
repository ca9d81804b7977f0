"""Somebody who sees a symptom, whose mesh has one fault, and who answers truly what they are asked."""

from __future__ import annotations

from collections import Counter
from functools import cache

from tests.knowledge.knowledge_base import KNOWLEDGE, book, situation
from troubleshooter.consult import UNKNOWN, Ask, Consultation
from troubleshooter.inference import PlainEvaluator, standings
from troubleshooter.inference.moot import moot
from troubleshooter.model import Certainty
from troubleshooter.remedy import examine
from troubleshooter.rulebook import Cause, conditions, expand

ENOUGH = 60
"""More questions than anybody answers."""

PLAIN = ("none", "no", "nothing", "absent", "other", "not-told", "off")
"""Words by which people say that there is nothing."""


@cache
def truth(cause_id: str, symptom: str) -> dict[str, str]:
    """A way in which the cause holds that fits what the symptom tells: facts with their words."""
    cause = book().causes[cause_id]
    told = {condition.fact: condition.words for condition in book().symptoms[symptom].tells}
    ways = [dict(branch) for branch in expand(cause.when) if len(dict(branch)) == len(branch)]
    fitting = (way for way in ways if all(word in told.get(fact, (word,)) for fact, word in way.items()))
    return next(fitting, ways[0])


@cache
def mesh_of(cause_id: str) -> dict[str, str]:
    """What else is so in the smallest mesh in which the cause is true."""
    cause = book().causes[cause_id]
    mesh = KNOWLEDGE / "causes" / cause.area / cause.id / "bad.yaml"
    found = examine(book(), situation(mesh), PlainEvaluator())
    for judged in found.judgement.cases.values():
        held = standings(book(), judged, {cause.id})
        if held and held[0].certainty in (Certainty.CONFIRMED, Certainty.LIKELY):
            return judged.words
    return {}


@cache
def asked_for() -> Counter[tuple[str, str]]:
    """How many causes and derivations ask for a fact with a word."""
    whens = (*(c.when for c in book().causes.values()), *(d.when for d in book().derivations))
    return Counter(
        (condition.fact, word) for when in whens for condition in conditions(when) for word in condition.words
    )


def answer(cause: Cause, symptom: str, fact: str, words: tuple[str, ...]) -> str:
    """What is so; where neither the cause nor its mesh tells, the word of a mesh that has no other fault."""
    so = {**mesh_of(cause.id), **truth(cause.id, symptom)}
    if so.get(fact) in words:
        return so[fact]
    against = {(c.fact, word) for c in cause.unless for word in c.words}
    fine = [word for word in words if not asked_for()[fact, word] and (fact, word) not in against]
    sensible = [w for w in fine if moot(book(), {fact: w}).isdisjoint(truth(cause.id, symptom))]
    return min(sensible, key=lambda word: word not in PLAIN, default=UNKNOWN)


@cache
def questions(cause_id: str, symptom: str) -> tuple[int, str]:
    """How many questions such a person is asked, and which cause comes out first."""
    cause = book().causes[cause_id]
    consultation = Consultation(book(), PlainEvaluator(), symptom=symptom)
    for number in range(ENOUGH):
        step = consultation.next_step()
        if not isinstance(step, Ask):
            found = consultation.diagnosis().findings
            return number, found[0].cause if found else ""
        fact = step.question.fact
        consultation.tell(fact, answer(cause, symptom, fact, tuple(word for word, _ in step.question.answers)))
    return ENOUGH, ""
