"""The port to a rule engine: what goes in, what comes out, and how it may fail.

Decides: nothing. Everything in these values is positive: an engine sees conjunctions of facts and says which held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All `conditions` (fact name, word) hold in one case: then `concludes` (kind, word) holds in it."""

    id: str
    conditions: tuple[tuple[str, str], ...]
    concludes: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFact:
    """`kind` is the fact's name, `word` its word, `case` the case it belongs to."""

    case: str
    kind: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """Rule `rule` held in `case`; `used` are its conditions in order, `concluded` what it concluded."""

    rule: str
    case: str
    used: tuple[tuple[str, str], ...]
    concluded: tuple[str, str]


class EngineFailed(Exception):
    """The engine could not be had, crashed, ran out of time or memory; the text says which, in one sentence."""


class Engine(Protocol):
    """Forward chaining to a fixpoint over rules and facts."""

    name: str

    def run(self, rules: Sequence[Rule], facts: Sequence[EngineFact]) -> tuple[Firing, ...]:
        """Every firing: by case in the order in which the facts come, then by rule in the order of `rules`.

        What a rule concludes is a fact for other rules of the same case. Nothing is taken back: a case may come to hold
        facts of one name with different words.

        Raises:
            EngineFailed: the caller goes on with the plain evaluator and says so.
        """
        ...
