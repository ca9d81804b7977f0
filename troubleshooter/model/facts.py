"""Facts, and the cases they are about.

A fact is `role.attribute = word`; it is true, false (another word holds) or not known (no fact). A case fills roles
with objects and holds the facts about them. Details are for texts and fixes only and never decide anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from troubleshooter.model.resource import Resource
from troubleshooter.model.stages import CaseKind, Stage

Detail: TypeAlias = str | int | bool | dict[str, Any] | list[Any]
"""A value for templates: a name, a number, a path, a text, labels, a piece of an object."""

Roles: TypeAlias = Mapping[str, Resource]


class Source(NamedTuple):
    """Where a fact comes from: a field of an object (`resource`), a line of a log (`file`, `line`, `text`), or a
    person's answer (`said`). Exactly one of the three is filled. An audit makes these and facts by the hundred
    thousand, and named tuples in a third of the time of a frozen class."""

    resource: Resource | None = None
    file: str = ""
    line: int | None = None
    text: str = ""
    said: bool = False


class Fact(NamedTuple):
    """`name` is `role.attribute` of the catalogue, `word` one of its closed list. A fact about a set names all members
    as sources; the first is the one to point at."""

    name: str
    word: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something to be judged. `id` is unique in one run and stable between runs on the same input; `stage` is where a
    walk fails, None where it does not or where there is no walk; `facts` and `details` are keyed by
    `role.attribute`."""

    id: str
    kind: CaseKind
    roles: Roles = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """A row of the catalogue: a fact's name, its closed list of words, one sentence, and who derives it (`mesh`,
    `walk`, `evidence`, `derived` from other facts, or `person`)."""

    name: str
    words: tuple[str, ...]
    sentence: str
    derived_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailKind:
    """A row of the catalogue's second table: a detail's name (`role.attribute`) and one sentence."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every role, fact and detail there is, keyed by name. Handed to the rulebook's check as a value."""

    roles: frozenset[str]
    facts: Mapping[str, FactKind]
    details: Mapping[str, DetailKind]
