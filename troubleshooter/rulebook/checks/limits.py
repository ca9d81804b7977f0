"""What the rule engine can take. Past some of these limits it does not fail but loops for ever or gives wrong answers,
so a rulebook that is too big for it is refused while somebody looks.

The numbers are those of durable_rules 2.0.28 (its C sources rete.c, events.c, rules.h), with a margin. The engine
knows a name only by its 32-bit FNV-1a hash (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv), so no two may
share one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.checks.scene import Scene, all_conditions
from troubleshooter.rulebook.logic import Branch, count, expand
from troubleshooter.rulebook.places import Mistake, Place
from troubleshooter.rulebook.values import When

BRANCHES = 64
"""Branches of one `when`, after `any` and lists of words are multiplied out."""

CONDITIONS = 14
"""Conditions of one branch."""

RULES = 4000
"""Branches of the whole rulebook."""

TESTS = 480
"""Facts that conditions name, and words that they ask of one fact."""

PATTERNS = 1400
"""Conditions on one fact in all branches of the rulebook."""

FNV_OFFSET = 0x811C9DC5
FNV_PRIME = 0x01000193


def engine_can_take_it(scene: Scene) -> Iterator[Mistake]:
    """Every `when` is small enough, all rules together are, and no two facts look the same to the engine."""
    rules: list[tuple[Place, When]] = [(c.place.of("when"), c.when) for c in scene.causes]
    rules += [(d.place.of("when"), d.when) for d in scene.rulebook.derivations]
    oversized = [mistake for place, when in rules for mistake in _oversized(place, when)]
    yield from oversized
    yield from _colliding(scene)
    if not oversized:
        alone = ((condition,) for cause in scene.causes for condition in (*cause.unless, *cause.supports))
        yield from _too_many([*chain(*(expand(when) for _, when in rules), *map(expand, alone))], _places(scene))


def fnv1a(name: str) -> int:
    """The 32-bit FNV-1a hash of `name`."""
    value = FNV_OFFSET
    for byte in name.encode():
        value = (value ^ byte) * FNV_PRIME % 2**32
    return value


def _oversized(place: Place, when: When) -> Iterator[Mistake]:
    branches = count(when)
    if branches > BRANCHES:
        said = f"this multiplies out to {branches} rules, and {BRANCHES} are the limit; split it, or derive a fact"
        yield Mistake(place=place, text=said)
    elif (longest := max(map(len, expand(when)), default=0)) > CONDITIONS:
        said = (
            f"this has {longest} conditions that must hold at once, and {CONDITIONS} are the limit; derive a fact first"
        )
        yield Mistake(place=place, text=said)


def _too_many(branches: list[Branch], places: dict[str, Place]) -> Iterator[Mistake]:
    patterns = Counter(fact for branch in branches for fact, _ in branch)
    words = Counter(fact for fact, _ in {pair for branch in branches for pair in branch})
    if len(branches) > RULES:
        yield _over(Place(file="causes"), f"all causes multiply out to {len(branches)} rules", RULES)
    if len(words) > TESTS:
        yield _over(Place(file="causes"), f"conditions name {len(words)} facts", TESTS)
    for fact, place in places.items():
        if words[fact] > TESTS:
            yield _over(place, f"conditions ask for {words[fact]} words of {quoted(fact)}", TESTS)
        if patterns[fact] > PATTERNS:
            yield _over(place, f"{quoted(fact)} stands in {patterns[fact]} conditions", PATTERNS)


def _over(place: Place, have: str, limit: int) -> Mistake:
    return Mistake(
        place=place, text=f"{have}, and {limit} are the engine's limit; derive a fact that stands for several"
    )


def _colliding(scene: Scene) -> Iterator[Mistake]:
    alike: defaultdict[int, list[str]] = defaultdict(list)
    places = _places(scene)
    for fact in places:
        alike[fnv1a(fact)].append(fact)
    for first, *others in alike.values():
        for other in others:
            said = (
                f"the engine cannot tell {quoted(other)} from {quoted(first)} (equal hashes); rename one of the facts"
            )
            yield Mistake(place=places[other], text=said)


def _places(scene: Scene) -> dict[str, Place]:
    """Every fact that the rulebook names, with the place where it is named first."""
    places: dict[str, Place] = {}
    for condition in all_conditions(scene):
        places.setdefault(condition.fact, condition.place)
    return places
