"""Small rulebooks and cases, written as people would write them down.

A condition is `"target.mtls_mode=strict"`, or `"a.b=x|y"` for several words; several of them stand in one text, apart
by blanks. A list of texts is an `any`.
"""

from __future__ import annotations

from typing import Any

from troubleshooter.inference import CaseJudgement, Judgement, PlainEvaluator, judge
from troubleshooter.model import (
    Case,
    CaseKind,
    Fact,
    Prevalence,
    Resource,
    Severity,
    Source,
    Stage,
)
from troubleshooter.rulebook.values import AnyOf, BecauseOf, Cause, Condition, Derivation, Rulebook, When

WALK, PIECE, MESH = CaseKind.WALK, CaseKind.PIECE, CaseKind.MESH


def conditions(text: str) -> tuple[Condition, ...]:
    """`"a.b=x|y c.d=z"` as two conditions."""
    pairs = (part.partition("=") for part in text.split())
    return tuple(Condition(fact=fact, words=tuple(words.split("|"))) for fact, _, words in pairs)


def when(*items: str | list[str]) -> When:
    """All of `items`; a list is an `any`."""
    parts: list[Condition | AnyOf] = []
    for item in items:
        if isinstance(item, str):
            parts.extend(conditions(item))
        else:
            parts.append(AnyOf(alternatives=tuple(map(conditions, item))))
    return tuple(parts)


def cause(name: str, *items: str | list[str], unless: str = "", supports: str = "", **fields: Any) -> Cause:
    """A cause that holds when all of `items` do."""
    given: dict[str, Any] = {
        "area": "routing",
        "title": name,
        "stages": (Stage.ROUTE,),
        "cases": (WALK, PIECE, MESH),
        "severity": Severity.ERROR,
        "prevalence": Prevalence.COMMON,
        "status": "tested",
        "explain": (),
        "fixes": (),
        "references": (),
    }
    return Cause(
        id=name,
        when=when(*items),
        unless=conditions(unless),
        supports=conditions(supports),
        **{**given, **fields},
    )


def follows(name: str, word: str, *items: str | list[str], called: str = "") -> Derivation:
    """The fact `name` has this word when all of `items` hold."""
    return Derivation(id=called or f"{name}-{word}", fact=name, word=word, when=when(*items))


def because(cause_id: str, its: str, our: str) -> BecauseOf:
    """A link to the cause of which another is the consequence."""
    return BecauseOf(cause=cause_id, its=its, our=our)


def book(*parts: Cause | Derivation, **fields: Any) -> Rulebook:
    """A rulebook of causes and derivations."""
    causes = {part.id: part for part in parts if isinstance(part, Cause)}
    derivations = tuple(part for part in parts if isinstance(part, Derivation))
    return Rulebook(causes=causes, derivations=derivations, **fields)


def thing(name: str, kind: str = "Service") -> Resource:
    """An object of that name."""
    return Resource(kind=kind, name=name, namespace="shop")


def case(facts: str = "", name: str = "walk", kind: CaseKind = WALK, stage: Stage | None = None, **roles: str) -> Case:
    """A case with these facts, each with a source of its own, and an object of that name in each role."""
    pairs = (part.partition("=") for part in facts.split())
    held = {fact: Fact(name=fact, word=word, sources=(source(fact),)) for fact, _, word in pairs}
    return Case(
        id=name, kind=kind, facts=held, stage=stage, roles={role: thing(held_) for role, held_ in roles.items()}
    )


def source(fact: str) -> Source:
    """Where the fact of that name in `case` comes from."""
    return Source(file="mesh.yaml", line=1, text=fact)


def judged(rulebook: Rulebook, *cases: Case) -> Judgement:
    """The plain evaluator's judgement of these cases."""
    return judge(rulebook, cases, PlainEvaluator())


def judged_one(rulebook: Rulebook, facts: str, kind: CaseKind = WALK) -> CaseJudgement:
    """The judgement of one case with these facts."""
    return judged(rulebook, case(facts, kind=kind)).cases["walk"]
