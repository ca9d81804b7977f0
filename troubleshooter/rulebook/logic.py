"""Conditions, gone through, counted and multiplied out.

An engine sees positive conjunctions only, so `any` and lists of words become one conjunction a branch. Decides: how
many branches there are and what is in them. Must not know: how they are written or run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TypeAlias

from troubleshooter.rulebook.values import AnyOf, Condition, Conjunction, When

Branch: TypeAlias = tuple[tuple[str, str], ...]
"""(fact, word) pairs that must all hold: no alternatives left."""


def conditions(when: When) -> Iterator[Condition]:
    """Every condition in `when`, those of alternatives too, in the order of the text."""
    for part in when:
        if isinstance(part, AnyOf):
            yield from itertools.chain.from_iterable(part.alternatives)
        else:
            yield part


def count(when: When) -> int:
    """How many branches `expand` yields, without making them."""
    return math.prod(
        sum(map(_product, part.alternatives)) if isinstance(part, AnyOf) else len(part.words) for part in when
    )


def expand(when: When) -> Iterator[Branch]:
    """Every way in which `when` can hold, in the order of the text: one branch for each alternative of each `any` and
    each word of each list. A pair that stands twice in a branch is one."""
    if not count(when):
        # One part can never hold; the others, however many ways they have, need not be made.
        return
    for parts in itertools.product(*(_ways(part) for part in when)):
        yield tuple(dict.fromkeys(itertools.chain.from_iterable(parts)))


def possible(branch: Branch) -> bool:
    """Whether a branch can hold at all: a fact has one word at a time."""
    return len({fact for fact, _ in branch}) == len(branch)


def _product(conjunction: Conjunction) -> int:
    return math.prod(len(condition.words) for condition in conjunction)


def _ways(part: Condition | AnyOf) -> list[Branch]:
    if isinstance(part, Condition):
        return [((part.fact, word),) for word in part.words]
    return [branch for alternative in part.alternatives for branch in expand(alternative)]
