"""Where a piece of knowledge stands, and what is wrong there.

Decides: how a mistake of the knowledge base names its place. Must not know what any file says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Mark: TypeAlias = tuple[int, int]
"""Line and column, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """File as found, line and column counted from 1. `keys` says where the values of its keys begin."""

    file: str
    line: int = 1
    column: int = 1
    keys: Mapping[str, Mark] = field(default_factory=dict, compare=False, repr=False)

    def of(self, key: str) -> Place:
        """Where the value of `key` stands; this place itself where there is no such key."""
        line, column = self.keys.get(key, (self.line, self.column))
        return Place(file=self.file, line=line, column=column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place(file="")
"""The place of values that were read from no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A value that knows where it stands. Two that say the same are equal wherever they stand."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something that the author of the knowledge base must change: one sentence that says what, and what to do next.
    Printed as `path:line:column: sentence`."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def in_order(mistakes: set[Mistake]) -> tuple[Mistake, ...]:
    """Sorted as a reader goes through them: by file, then line, then column."""
    return tuple(sorted(mistakes, key=lambda m: (m.place.file, m.place.line, m.place.column, m.text)))
