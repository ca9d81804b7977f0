"""The plain evaluator: forward chaining in a page of Python, with the same answers as the rule engine.

Theory of operation. Every rule waits for its conditions. A fact that becomes known is looked up once, by name and
word, and crosses itself off every rule that waits for it; a rule with nothing left to wait for fires, and what it
concludes is a fact like any other. So each fact is looked at once, however long the chains are, and cases never meet.

Nothing is ever taken back, and facts of one name with different words live side by side: which of them counts is
decided in `settle`, in the same way for every engine. Must not know: what a rule is about.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from troubleshooter.inference.port import EngineFact, Firing, Rule

Waiting: TypeAlias = dict[tuple[str, str], list[tuple[int, int]]]
"""(fact name, word) to the rules that wait for it: each one's number, and how many conditions it has."""


class PlainEvaluator:
    """An `Engine` that needs nothing. It checks the others and takes their place; it never fails."""

    name = "plain evaluator"

    def run(self, rules: Sequence[Rule], facts: Sequence[EngineFact]) -> tuple[Firing, ...]:
        """Every firing, by case as the facts come, then by rule as the rules come."""
        waiting = _remembered(rules)
        known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for fact in facts:
            known[fact.case].append((fact.kind, fact.word))
        return tuple(
            Firing(rule=rules[n].id, case=case, used=rules[n].conditions, concluded=rules[n].concludes)
            for case, pairs in known.items()
            for n in sorted(_fired(rules, waiting, pairs))
        )


_LAST: deque[tuple[Sequence[Rule], Waiting]] = deque(maxlen=8)
"""Rules that were run before, by identity: thousands of them are the same from one case to the next."""


def _remembered(rules: Sequence[Rule]) -> Waiting:
    """Who waits for what. Only rules that nobody can change are remembered."""
    known = next((waiting for before, waiting in tuple(_LAST) if before is rules), None)
    if known is None:
        known = _waiting(rules)
        if isinstance(rules, tuple):
            _LAST.append((rules, known))
    return known


def _waiting(rules: Sequence[Rule]) -> Waiting:
    waiting: Waiting = defaultdict(list)
    for number, rule in enumerate(rules):
        conditions = set(rule.conditions)
        for condition in conditions:
            waiting[condition].append((number, len(conditions)))
    return dict(waiting)


def _fired(rules: Sequence[Rule], waiting: Waiting, pairs: Iterable[tuple[str, str]]) -> Iterator[int]:
    """The numbers of the rules that hold in one case, as they fire."""
    queue = list(dict.fromkeys(pairs))
    seen = set(queue)
    met: dict[int, int] = {}
    for pair in queue:  # it grows while it is read
        for number, conditions in waiting.get(pair, ()):
            met[number] = met.get(number, 0) + 1
            if met[number] < conditions:
                continue
            yield number
            concluded = rules[number].concludes
            if concluded not in seen:
                seen.add(concluded)
                queue.append(concluded)
