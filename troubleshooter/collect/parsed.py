"""What reading a text yields: documents with their places, and damage. Values only; they know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from troubleshooter.model.paths import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Parsed content. `find` gives the offset of the field at a path (of its nearest parent if it is absent), and `at`
    is the path of `raw` itself for it. `outer` is the (apiVersion, kind) of the list that holds it, if one does.
    `repeated` are keys that a map has twice, each with the offset of the later one, which counts."""

    raw: Any
    find: Callable[[Parts], int]
    at: Parts = ()
    outer: tuple[str, str] | None = None
    repeated: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A document that cannot be read: where reading stopped, why, and what to do."""

    offset: int
    problem: str
    unlock: str
