"""What is known about each case once the rules have run: values only.

Decides: nothing. `judge` fills them, `certainty` reads off them how a cause stands, and the rest asks `certainty`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshooter.inference.port import Firing
from troubleshooter.model import CaseKind, Certainty, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The firings of one case that count, by what they conclude. Cases with equal facts share one record.

    `derived` is keyed by fact name; the others by cause id, each with all firings in the order of the rules.
    """

    derived: Mapping[str, Firing] = field(default_factory=dict)
    holds: Mapping[str, tuple[Firing, ...]] = field(default_factory=dict)
    ruled_out: Mapping[str, tuple[Firing, ...]] = field(default_factory=dict)
    supported: Mapping[str, tuple[Firing, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseJudgement:
    """A judged case: all its facts, told and derived, and the record of what fired. A derived fact has the sources of
    the facts that it follows from."""

    case: str
    kind: CaseKind
    facts: Mapping[str, Fact]
    record: Record

    @property
    def words(self) -> dict[str, str]:
        """Fact name to word."""
        return {name: fact.word for name, fact in self.facts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All judged cases by id, and what judged them: an engine's name or, if that could not be had or trusted,
    `plain evaluator: <why>`."""

    cases: Mapping[str, CaseJudgement]
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a cause stands in a case. Fact names: `because` are those that make it hold (confirmed, likely), `against`
    those that rule it out, `missing` those that are not known and could still decide it (possible)."""

    cause: str
    certainty: Certainty
    because: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
