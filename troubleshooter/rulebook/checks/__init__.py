"""What is wrong with a rulebook that no file shows alone: names that exist nowhere, files that are missing, limits.

`check` runs a table of tests; each yields mistakes and knows nothing of the others. What one file shows alone (its
keys, its ids, its YAML) is said by `parse`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from troubleshooter.model import Catalogue
from troubleshooter.rulebook.checks.facts import conditions_name_facts, whens_can_hold
from troubleshooter.rulebook.checks.fixes import machine_fixes_are_harmless
from troubleshooter.rulebook.checks.folders import (
    examples_have_meshes,
    named_files_are_there,
    names_are_known,
    tested_causes_have_fixtures,
)
from troubleshooter.rulebook.checks.lessons import (
    concepts_link_somewhere,
    scenarios_lead_somewhere,
    stories_keep_their_secret,
)
from troubleshooter.rulebook.checks.limits import engine_can_take_it
from troubleshooter.rulebook.checks.links import (
    consequences_end,
    examples_agree,
    links_lead_somewhere,
    peers_are_named_once,
)
from troubleshooter.rulebook.checks.questions import answers_are_words, facts_can_be_asked
from troubleshooter.rulebook.checks.roles import placeholders_are_bound, roles_have_objects
from troubleshooter.rulebook.checks.scene import Scene
from troubleshooter.rulebook.places import Mistake, in_order
from troubleshooter.rulebook.values import Rulebook

__all__ = ["check", "check_for_use"]

Test: TypeAlias = Callable[[Scene], Iterator[Mistake]]

FOR_USE: tuple[Test, ...] = (
    conditions_name_facts,
    whens_can_hold,
    roles_have_objects,
    placeholders_are_bound,
    links_lead_somewhere,
    examples_agree,
    consequences_end,
    answers_are_words,
    machine_fixes_are_harmless,
    engine_can_take_it,
)
"""What must hold before a rulebook is used at all."""

FOR_KEEPS: tuple[Test, ...] = (
    peers_are_named_once,
    facts_can_be_asked,
    names_are_known,
    named_files_are_there,
    examples_have_meshes,
    tested_causes_have_fixtures,
    scenarios_lead_somewhere,
    stories_keep_their_secret,
    concepts_link_somewhere,
)
"""What must hold besides before it is kept: nothing of it changes a diagnosis."""


def check_for_use(rulebook: Rulebook, catalogue: Catalogue) -> tuple[Mistake, ...]:
    """The mistakes that keep a rulebook from being used, sorted by place. Pure."""
    return _found(FOR_USE, Scene(rulebook=rulebook, catalogue=catalogue, names=frozenset()))


def check(rulebook: Rulebook, catalogue: Catalogue, names: frozenset[str]) -> tuple[Mistake, ...]:
    """Every mistake in `rulebook`, sorted by place. `catalogue` holds the roles, facts and details that there are,
    `names` the path of every file in the knowledge folders, relative to its root: fixtures are looked for, never read.
    Pure."""
    return _found((*FOR_USE, *FOR_KEEPS), Scene(rulebook=rulebook, catalogue=catalogue, names=names))


def _found(tests: tuple[Test, ...], scene: Scene) -> tuple[Mistake, ...]:
    return in_order({mistake for test in tests for mistake in test(scene)})
