"""Cases and rulebook in, judgement out: what holds in each case, and who worked it out.

Theory of operation. Rules look at nothing but (fact name, word) pairs, so cases of one kind with equal pairs have equal
conclusions: they are one *shape*, and only shapes reach the engine. An audit has many thousand cases and few shapes. Of
a shape's pairs only those that some rule asks for are handed over. What the engine answers is checked; if it fails or
may not be trusted, the plain evaluator does all of it again, and the judgement says why.

Must not know: which engine it drives, what facts mean, how a conclusion is worded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from troubleshooter.inference.compile import HOLDS, RULED_OUT, SUPPORTED, Pair, rules_for
from troubleshooter.inference.evaluate import PlainEvaluator
from troubleshooter.inference.judgement import CaseJudgement, Judgement, Record
from troubleshooter.inference.port import Engine, EngineFact, EngineFailed, Firing, Rule
from troubleshooter.inference.settle import settle
from troubleshooter.inference.verify import check
from troubleshooter.model import Case, Fact
from troubleshooter.rulebook.values import Rulebook

Shape: TypeAlias = frozenset[Pair]


@dataclass(frozen=True, slots=True)
class _Task:
    """The cases of one kind: rules, shapes, each shape's name in the engine, and what the engine is told."""

    rules: tuple[Rule, ...]
    shape_of: Mapping[str, Shape]
    names: Mapping[Shape, str]
    facts: tuple[EngineFact, ...]


def judge(rulebook: Rulebook, cases: Sequence[Case], engine: Engine) -> Judgement:
    """Judge all cases with `engine`, or with the plain evaluator where that fails or answers what cannot be right."""
    kinds = dict.fromkeys(case.kind for case in cases)
    tasks = {kind: _task(rules_for(rulebook, kind), [c for c in cases if c.kind is kind]) for kind in kinds}
    try:
        records = {kind: _records(task, _trusted(task, engine)) for kind, task in tasks.items()}
        said = engine.name
    except EngineFailed as failure:
        plain = PlainEvaluator()
        records = {kind: _records(task, plain.run(task.rules, task.facts)) for kind, task in tasks.items()}
        said = f"{plain.name}: {failure}"
    judged = {case.id: _case_judgement(case, records[case.kind][tasks[case.kind].shape_of[case.id]]) for case in cases}
    return Judgement(cases=judged, engine=said)


def _task(rules: tuple[Rule, ...], cases: Iterable[Case]) -> _Task:
    asked = {pair for rule in rules for pair in rule.conditions}
    derivable = {rule.concludes[0] for rule in rules if not rule.concludes[0].startswith((HOLDS, RULED_OUT, SUPPORTED))}
    shape_of = {
        case.id: frozenset(
            (name, fact.word) for name, fact in case.facts.items() if (name, fact.word) in asked or name in derivable
        )
        for case in cases
    }
    names = {shape: str(number) for number, shape in enumerate(dict.fromkeys(shape_of.values()))}
    facts = (
        EngineFact(case=name, kind=kind, word=word)
        for shape, name in names.items()
        for kind, word in sorted(shape & asked)
    )
    return _Task(rules, shape_of, names, tuple(facts))


def _trusted(task: _Task, engine: Engine) -> Sequence[Firing]:
    """What the engine answers, checked.

    Raises:
        EngineFailed: the engine does, or what it says cannot be right.
    """
    firings = engine.run(task.rules, task.facts)
    check(task.rules, task.facts, firings, engine.name)
    return firings


def _records(task: _Task, firings: Iterable[Firing]) -> dict[Shape, Record]:
    by_name: dict[str, list[Firing]] = {name: [] for name in task.names.values()}
    for firing in firings:
        by_name[firing.case].append(firing)
    return {shape: settle(shape, by_name[name]) for shape, name in task.names.items()}


def _case_judgement(case: Case, record: Record) -> CaseJudgement:
    facts = dict(case.facts)
    for name, firing in record.derived.items():  # in the order in which they follow from each other
        sources = dict.fromkeys(source for used, _ in firing.used for source in facts[used].sources)
        facts[name] = Fact(name=name, word=firing.concluded[1], sources=tuple(sources))
    return CaseJudgement(case=case.id, kind=case.kind, facts=facts, record=record)
