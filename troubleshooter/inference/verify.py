"""Whether an engine's firings may be believed.

Decides: trust, all or nothing. A firing is good when its rule is one of ours, the facts it used are that rule's
conditions, and each of these was told or follows from another good firing. In a small case every firing is also worked
out anew, so that one left out is noticed; in a large one only what was said is checked. Must not know: which engine it
was, or what is done when it is not believed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from troubleshooter.inference.evaluate import PlainEvaluator
from troubleshooter.inference.port import EngineFact, EngineFailed, Firing, Rule

SMALL_CASE = 500
"""Facts in a case up to which it is worked out anew. A request has about a hundred."""


def check(rules: Sequence[Rule], facts: Sequence[EngineFact], firings: Sequence[Firing], name: str) -> None:
    """Go through the firings of the engine called `name`.

    Raises:
        EngineFailed: one of them cannot be right, or one is missing.
    """
    _check_each(rules, facts, firings, name)
    sizes = Counter(fact.case for fact in facts)
    said = set(firings)
    expected = PlainEvaluator().run(rules, [fact for fact in facts if sizes[fact.case] <= SMALL_CASE])
    left_out = next((firing for firing in expected if firing not in said), None)
    if left_out is not None:
        raise EngineFailed(f"{name} did not apply the rule {left_out.rule} where it holds, so it is not trusted")


def _check_each(rules: Sequence[Rule], facts: Sequence[EngineFact], firings: Sequence[Firing], name: str) -> None:
    ours = {(rule.id, rule.conditions, rule.concludes) for rule in rules}
    shaped = all((firing.rule, firing.used, firing.concluded) in ours for firing in firings)
    by_case: dict[str, list[Firing]] = defaultdict(list)
    for firing in firings:
        by_case[firing.case].append(firing)
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for fact in facts:
        told[fact.case].add((fact.kind, fact.word))
    if not shaped or not all(_grounded(told[case], said) for case, said in by_case.items()):
        raise EngineFailed(f"{name} applied a rule where it does not hold, so it is not trusted")


def _grounded(known: set[tuple[str, str]], firings: Iterable[Firing]) -> bool:
    """Whether every firing rests on facts told or concluded, without any resting on itself."""
    left = list(firings)
    while left:
        ready = {firing for firing in left if known.issuperset(firing.used)}
        if not ready:
            return False
        known |= {firing.concluded for firing in ready}
        left = [firing for firing in left if firing not in ready]
    return True
