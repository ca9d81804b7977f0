"""What a consultation wants done next: ask a person, look at a source, or nothing more.

Decides: nothing; these are the values that `next_step()` returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from troubleshooter.model import Diagnosis, Question, Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that only a person can answer."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A fact that a source at hand can tell: where to look. `command` is what shows the same at a terminal."""

    fact: str
    sight: Sight

    @property
    def command(self) -> str:
        return self.sight.command


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclude:
    """The end: everything that is known."""

    diagnosis: Diagnosis


NextStep: TypeAlias = Ask | Look | Conclude
