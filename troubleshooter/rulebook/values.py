"""The knowledge base as values: what `knowledge/` says, parsed.

Decides: the shape of knowledge. Must not know: YAML, meshes, walks, or how a rule is run. Every value carries the place
where it was read; places never count when values are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from troubleshooter.model import Applicability, CaseKind, Prevalence, Severity, Stage
from troubleshooter.rulebook.places import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Placed):
    """True where the fact is known and its word is one of `words`."""

    fact: str
    words: tuple[str, ...]


Conjunction: TypeAlias = tuple[Condition, ...]
"""Conditions that must all hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True where one of the alternatives holds."""

    alternatives: tuple[Conjunction, ...]


When: TypeAlias = tuple[Condition | AnyOf, ...]
"""All must be known and true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Placed):
    """One change to an object: `verb` is set, remove, insert, create, delete or restart; `role` is the object's role
    ("" for create), `at` the field path, `value` what is set, inserted or created, with `${role.attribute}`
    placeholders in it."""

    verb: str
    role: str = ""
    at: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan(Placed):
    """A fix as the knowledge base offers it, before its placeholders are filled."""

    do: str
    risk: str
    applicability: Applicability
    when: When = ()
    edits: tuple[Edit, ...] = ()
    run: tuple[str, ...] = ()
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(Placed):
    """A piece of the explanation, with placeholders; shown only where `when` holds."""

    text: str
    when: When = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BecauseOf(Placed):
    """This cause is a consequence of `cause` where that one's role `its` and this one's role `our` are one object."""

    cause: str
    its: str
    our: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerName(Placed):
    """The same finding in another analyser's catalogue, printed where `when` holds, on the object in role `on`. Where
    one code has several meanings, `says` stands in its message only where it means this ("" fits any)."""

    code: str
    on: str
    when: When = ()
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Placed):
    """What is asked of the cause's fixtures, and what must come out. Without `to` it is an audit with evidence."""

    source: str = ""
    to: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""
    sni: str = ""
    plaintext: bool = False
    http10: bool = False
    evidence: tuple[str, ...] = ()
    verdict: str = "unreachable"
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FalsePositive(Placed):
    """When a reader should not believe the cause; `near` is the fixture (`near-<reason>.yaml`) that shows it, "" where
    none is named: a draft may do that."""

    text: str
    near: str = ""


AREAS = (
    "injection",
    "routing",
    "destination",
    "endpoints",
    "service",
    "mtls",
    "authentication",
    "authorization",
    "gateway",
    "egress",
    "dns",
    "protocol",
    "resilience",
    "rollout",
    "multicluster",
    "control-plane",
    "ambient",
    "gateway-api",
    "platform",
)
"""The folders of `causes/`."""


class Status(StrEnum):
    """How far a cause is to be trusted. A retired one only keeps its id from being used again."""

    DRAFT = "draft"
    TESTED = "tested"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause(Placed):
    """A root cause. `stages` are those at which it makes a request die, the usual one first. `status` is a word of
    `Status`; of a retired cause only id, area, title and `explain` (why it was retired) count."""

    id: str
    area: str
    title: str
    stages: tuple[Stage, ...]
    cases: tuple[CaseKind, ...]
    severity: Severity
    prevalence: Prevalence
    status: str
    when: When
    explain: tuple[Paragraph, ...]
    fixes: tuple[FixPlan, ...]
    references: tuple[str, ...]
    example: Example | None = None
    unless: tuple[Condition, ...] = ()
    supports: tuple[Condition, ...] = ()
    because_of: tuple[BecauseOf, ...] = ()
    known_as: tuple[PeerName, ...] = ()
    symptoms: tuple[str, ...] = ()
    applies_to: Mapping[str, Any] = field(default_factory=dict)
    false_positives: tuple[FalsePositive, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom(Placed):
    """What people see. `flags`, `statuses` and `texts` betray it; `stages` are the ones to suspect, likeliest first.
    `tells` are facts, each with one word, that who sees this need not be asked for."""

    id: str
    title: str
    description: str
    flags: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    tells: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText(Placed):
    """One question for one fact: `answers` maps each word a person may give to what it means in plain words; `how` is
    one command that finds it out; `cost` is `person` (they know it), `command` (they must run something) or `study`
    (they must read several objects, or what a proxy has); `after` are the facts without which the
    question cannot be understood: they are asked first, where they are worth it. Where `only_if` is contradicted the
    fact has none of its words, so nobody is asked. `page` is the text that tells it, "" if it is none: who cannot look
    there for one fact cannot for another."""

    fact: str
    question: str
    why: str
    how: str
    answers: Mapping[str, str]
    cost: str = "person"
    after: tuple[str, ...] = ()
    only_if: When = ()
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation(Placed):
    """A fact that follows from facts. `when` is positive."""

    id: str
    fact: str
    word: str
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWord(Placed):
    """A response flag or response-code detail: `stage` is where a request with it dies, None where it does not say;
    `or_at` are stages at which it may as well be, where nothing but the log is known."""

    name: str
    long_name: str
    meaning: str
    stage: Stage | None
    proves: str
    does_not_prove: str
    or_at: tuple[Stage, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCode(Placed):
    """A code of another analyser that no cause of ours stands for, with the reason."""

    code: str
    title: str
    reason: str


class Level(StrEnum):
    """How hard the scenarios of a lesson are. Lessons are taken in this order."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def rank(self) -> int:
        """0 for the easiest."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPlan(Placed):
    """A cause's broken mesh, told by symptom only. `mesh` is the fixture in the cause's folder, without `.yaml`;
    `story` never says what is wrong; `concepts` are the pages that a learner may want to read."""

    id: str
    title: str
    cause: str
    story: str
    mesh: str = "bad"
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson(Placed):
    """Scenarios in the order in which they are taken."""

    id: str
    title: str
    level: Level
    scenarios: tuple[ScenarioPlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rulebook:
    """Everything in `knowledge/`, each by its id. One is equal to itself alone, so that what follows from it, its rules
    and its links, is worked out once."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    symptoms: Mapping[str, Symptom] = field(default_factory=dict)
    questions: Mapping[str, QuestionText] = field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    flags: Mapping[str, LogWord] = field(default_factory=dict)
    details: Mapping[str, LogWord] = field(default_factory=dict)
    peer_codes: Mapping[str, PeerCode] = field(default_factory=dict)
    concepts: Mapping[str, str] = field(default_factory=dict)
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
