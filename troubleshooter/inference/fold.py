"""Which conclusion is a consequence of which.

Decides: for each conclusion at most one that explains it, so that following the explanations always ends at a root.
A link needs two things: the rulebook says that the one cause follows from the other, and both name the same object in
the roles that it gives. Of several explanations the highest-ranked one is taken, and in a circle the highest-ranked
conclusion explains the others. Must not know: cases, requests, or what makes one rank higher (the order comes in).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from troubleshooter.inference.conclusion import Conclusion
from troubleshooter.model import Key
from troubleshooter.rulebook.values import Cause

Place: TypeAlias = tuple[str, str, Key]
"""A cause, one of its roles, and the object in it."""


def explanations(causes: Mapping[str, Cause], ranked: Sequence[Conclusion]) -> dict[str, str]:
    """Fingerprint of each consequence to that of the conclusion which explains it, from conclusions in rank order."""
    holders: dict[Place, list[int]] = defaultdict(list)
    for rank, conclusion in enumerate(ranked):
        for role, resource in conclusion.roles.items():
            holders[conclusion.cause, role, resource.key].append(rank)
    explained: dict[str, str] = {}
    for conclusion in reversed(ranked):
        own = conclusion.fingerprint
        ranks = {rank for place in _origins(causes[conclusion.cause], conclusion) for rank in holders.get(place, ())}
        candidates = (ranked[rank].fingerprint for rank in sorted(ranks))
        origin = next((c for c in candidates if own not in (c, *above(c, explained))), None)
        if origin is not None:
            explained[own] = origin
    return explained


def _origins(cause: Cause, conclusion: Conclusion) -> Iterator[Place]:
    """Where the conclusions stand from which this one would follow."""
    for link in cause.because_of:
        if link.our in conclusion.roles:
            yield link.cause, link.its, conclusion.roles[link.our].key


def above(start: str, explained: Mapping[str, str]) -> Iterator[str]:
    """What explains `start`, what explains that, and so on, up to the root."""
    current = start
    while current in explained:
        current = explained[current]
        yield current
