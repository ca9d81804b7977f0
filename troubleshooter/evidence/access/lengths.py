"""How long the requests of one failure lasted, at bounded memory.

Decides: whether most of them lasted nearly as long as each other. Must not know what ended them.

A length is counted in a class of lengths that differ by a few percent; how many classes there can be is bounded by how
long anything can last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log

ENOUGH = 3
"""So many requests must be known for anything to be said of their lengths."""

STEP = 1.03
"""How many times as long as the shortest the longest of a class is. Two classes side by side count as alike."""

LEAST = 50
"""Milliseconds below which nothing is told: a limit so short is hardly ever set, and scatter is as long."""

ALIKE = 0.8
"""The share of requests that must be alike."""

MOST = 10**9
"""Milliseconds (twelve days) from which all count as one class: a log may say anything."""


@dataclass(slots=True)
class Lengths:
    """Lengths in milliseconds: of each class how many, and the shortest; and the shortest and longest of all."""

    classes: dict[int, tuple[int, int]] = field(default_factory=dict)
    total: int = 0
    shortest: int | None = None
    longest: int | None = None

    def add(self, milliseconds: int) -> None:
        """One more request."""
        length = min(max(milliseconds, 0), MOST)
        self._count(int(log(max(length, 1)) / log(STEP)), 1, length)
        self.total += 1
        self.shortest = length if self.shortest is None else min(length, self.shortest)
        self.longest = length if self.longest is None else max(length, self.longest)

    def take(self, other: Lengths) -> None:
        """All requests of another."""
        for number, (count, least) in other.classes.items():
            self._count(number, count, least)
        self.total += other.total
        self.shortest = min((n for n in (self.shortest, other.shortest) if n is not None), default=None)
        self.longest = max((n for n in (self.longest, other.longest) if n is not None), default=None)

    def _count(self, number: int, count: int, least: int) -> None:
        known, smallest = self.classes.get(number, (0, least))
        self.classes[number] = (known + count, min(least, smallest))

    def bounds(self) -> tuple[int, int] | None:
        """The shortest and the longest of all; None where they are too few."""
        if self.total < ENOUGH or self.shortest is None or self.longest is None:
            return None
        return self.shortest, self.longest

    def common(self) -> int | None:
        """The shortest of those that are alike, where most are; None where they differ or are too few."""
        if self.total < ENOUGH:
            return None
        most = max(self.classes, key=lambda number: (self._pair(number), -number))
        alike = min(self.classes[n][1] for n in (most, most + 1) if n in self.classes)
        return alike if self._pair(most) >= ALIKE * self.total and alike >= LEAST else None

    def _pair(self, number: int) -> int:
        return sum(self.classes[n][0] for n in (number, number + 1) if n in self.classes)
