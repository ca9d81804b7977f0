"""What every test of the check looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from troubleshooter.model import Catalogue
from troubleshooter.rulebook.logic import conditions
from troubleshooter.rulebook.values import Cause, Condition, Rulebook, Status, When

NO_OBJECT = frozenset({"request", "connection", "failure", "evidence"})
"""Roles that no object fills: they have facts and details, but nothing to edit and no name."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The rulebook, the catalogue that it is held against, and the names of all files."""

    rulebook: Rulebook
    catalogue: Catalogue
    names: frozenset[str]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Those that are in use. A retired cause only keeps its id: what it names may be gone."""
        return tuple(cause for cause in self.rulebook.causes.values() if cause.status != Status.RETIRED)

    @cached_property
    def files(self) -> Mapping[str, frozenset[str]]:
        """A folder, with a slash at its end, to the names of the files that lie in it."""
        found: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            place, slash, file = name.rpartition("/")
            found[place + slash].add(file)
        return {place: frozenset(files) for place, files in found.items()}

    def lost(self, name: str) -> bool:
        """Whether the file `name` is there but could not be read: `parse` has said so, and what it would hold is not
        called missing."""
        content = {"questions.yaml": self.rulebook.questions, "flags.yaml": self.rulebook.flags}
        return name in self.names and not content[name]


def folder(cause: Cause) -> str:
    """Where a cause and its fixtures lie, relative to the knowledge root."""
    return f"causes/{cause.area}/{cause.id}/"


def whens(cause: Cause) -> Iterator[When]:
    """Every conjunction in a cause, its own first."""
    yield cause.when
    yield from (paragraph.when for paragraph in cause.explain)
    yield from (fix.when for fix in cause.fixes)
    yield from (name.when for name in cause.known_as)


def all_conditions(scene: Scene) -> Iterator[Condition]:
    """Every condition of the rulebook, wherever it stands."""
    for cause in scene.causes:
        yield from chain(*map(conditions, whens(cause)), cause.unless, cause.supports)
    for symptom in scene.rulebook.symptoms.values():
        yield from symptom.tells
    for question in scene.rulebook.questions.values():
        yield from conditions(question.only_if)
    for derivation in scene.rulebook.derivations:
        yield from conditions(derivation.when)
        yield Condition(fact=derivation.fact, words=(derivation.word,), place=derivation.place.of("then"))
