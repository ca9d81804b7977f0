"""Which facts follow from which, by the derivations of the rulebook.

Decides: nothing; it turns the derivations into links that can be followed. Pure. Must not know what is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Rulebook

Links: TypeAlias = Mapping[str, frozenset[str]]
"""A name to the names that it leads to."""


KEPT = 8
"""Rulebooks of which the links and rules are remembered: a process has one, its tests have a few."""


def reached_by(name: str, links: Links) -> frozenset[str]:
    """What `name` leads to, itself among it."""
    return links.get(name) or frozenset((name,))


@lru_cache(KEPT)
def derivable_from(rulebook: Rulebook) -> Links:
    """A fact to itself and all that may follow from it, by one derivation after another; only those that have any."""
    return _closed(grouped((c.fact, d.fact) for d in rulebook.derivations for c in conditions(d.when)))


@lru_cache(KEPT)
def derived_with(rulebook: Rulebook) -> Links:
    """A fact that is derived to itself and all from which it may follow, by one derivation after another."""
    return _closed(grouped((d.fact, c.fact) for d in rulebook.derivations for c in conditions(d.when)))


def _closed(links: Links) -> Links:
    return {start: _closure(start, links) for start in links}


def _closure(start: str, links: Links) -> frozenset[str]:
    reached = {start}
    queue = [start]
    while queue:
        new = links.get(queue.pop(), frozenset()) - reached
        reached |= new
        queue += new
    return frozenset(reached)


def grouped(pairs: Iterable[tuple[str, str]]) -> Links:
    """Each first name with all that stand beside it."""
    groups: dict[str, set[str]] = defaultdict(set)
    for name, other in pairs:
        groups[name].add(other)
    return {name: frozenset(others) for name, others in groups.items()}
