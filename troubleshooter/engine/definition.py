"""Rules as durable-rules is told them, within the subset in which it is right.

Theory of operation. Each condition is one flat pattern; its tests stand in the one order that the library's matcher
gets right: kind, shard, existence, word, join. A pattern joins the first one of its rule on the case, and on nothing
else. Everything is equality between short strings. More than 64 patterns that meet one fact overflow the matcher's
stack, so after every 28 patterns on a kind the next ones stand behind a test of their own that is always true: a shard.
The limits below are those of the arrays in the library's C source (rules.h, rete.c and events.c of durable_rules
2.0.28); past some of them it does not fail but loops for ever or writes outside, so too big a rulebook is refused here.

The first rule fires on the boot fact: a session in which nothing ever fired cannot be deleted without a crash.
Must not know: what a rule is about, or how the worker runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

from troubleshooter.inference.port import EngineFailed, Rule

Definition: TypeAlias = dict[str, Any]

BOOT = "!boot"
SHARD = 28
MAX_RULES = 4000
MAX_CONDITIONS = 14
MAX_KINDS = 480
MAX_WORDS = 480
MAX_PATTERNS = SHARD * 50


def definition(rules: Sequence[Rule]) -> Definition:
    """What the library is told: a rule called by its number for each of `rules`, and the one called `boot`.

    Raises:
        EngineFailed: there are more rules, facts or words than the library can take.
    """
    _check_limits(rules)
    told: Definition = {"boot": {"all": [{"f0": {"$and": [{"kind": BOOT}, {"$ex": {"case": 1}}]}}]}}
    patterns: Counter[str] = Counter()
    for number, rule in enumerate(rules):
        told[str(number)] = {"all": [_pattern(n, pair, patterns) for n, pair in enumerate(rule.conditions)]}
    return told


def _pattern(position: int, pair: tuple[str, str], patterns: Counter[str]) -> Definition:
    kind, word = pair
    shard = patterns[kind] // SHARD
    patterns[kind] += 1
    tests: list[Definition] = [{"kind": kind}]
    if shard:
        tests.append({"$neq": {"kind": f"!{shard}"}})
    tests += [{"$ex": {"case": 1}}, {"word": word}]
    if position:
        tests.append({"case": {"f0": "case"}})
    return {f"f{position}": {"$and": tests}}


def _check_limits(rules: Sequence[Rule]) -> None:
    patterns = Counter(kind for rule in rules for kind, _ in rule.conditions)
    words = Counter(kind for kind, _ in {pair for rule in rules for pair in rule.conditions})
    sizes = [len(rule.conditions) for rule in rules]
    limits = (
        ("rules", len(rules), MAX_RULES),
        ("conditions in one rule", max(sizes, default=0), MAX_CONDITIONS),
        ("facts that rules ask for", len(patterns), MAX_KINDS),
        ("words of one fact", max(words.values(), default=0), MAX_WORDS),
        ("conditions on one fact", max(patterns.values(), default=0), MAX_PATTERNS),
    )
    for what, have, most in limits:
        if have > most:
            raise EngineFailed(f"the rulebook has {have} {what}, and durable-rules takes {most} at most")
    if 0 in sizes:
        raise EngineFailed("a rule has no conditions, and durable-rules cannot take that")
