"""Which facts follow from which, by the derivations of the rulebook.

Decides: nothing; it turns the derivations into links that can be followed. Pure. Must not know what is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Rulebook

Links: TypeAlias = Mapping[str, frozenset[str]]
"""A name to the names that it leads to."""


def closure(start: str, links: Links) -> frozenset[str]:
    """`start` and everything that it leads to."""
    reached = {start}
    queue = [start]
    while queue:
        new = links.get(queue.pop(), frozenset()) - reached
        reached |= new
        queue += new
    return frozenset(reached)


def derivable_from(rulebook: Rulebook) -> Links:
    """A fact to the facts that a derivation concludes from it (and perhaps others)."""
    return grouped((c.fact, d.fact) for d in rulebook.derivations for c in conditions(d.when))


def derived_with(rulebook: Rulebook) -> Links:
    """A fact to the facts from which a derivation concludes it."""
    return grouped((d.fact, c.fact) for d in rulebook.derivations for c in conditions(d.when))


def grouped(pairs: Iterable[tuple[str, str]]) -> Links:
    """Each first name with all that stand beside it."""
    groups: dict[str, set[str]] = defaultdict(set)
    for name, other in pairs:
        groups[name].add(other)
    return {name: frozenset(others) for name, others in groups.items()}
