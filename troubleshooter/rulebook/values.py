"""The knowledge base as values: what `knowledge/` says, parsed.

Decides: the shape of knowledge. Must not know: meshes, walks, or how a rule is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from troubleshooter.model import Applicability, CaseKind, Prevalence, Severity, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
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
class Place:
    """Where a piece of knowledge stands: file as found, line and column counted from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to an object: `verb` is set, remove, insert, create, delete or restart; `role` is the object's role ("" for
    create), `at` the field path, `value` what is set, inserted or created, with `${role.attribute}` placeholders in it."""

    verb: str
    role: str = ""
    at: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """A fix as the knowledge base offers it, before its placeholders are filled."""

    do: str
    risk: str
    applicability: Applicability
    when: When = ()
    edits: tuple[Edit, ...] = ()
    run: tuple[str, ...] = ()
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str
    when: When = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BecauseOf:
    """This cause is a consequence of `cause` where that one's role `its` and this one's role `our` are one object."""

    cause: str
    its: str
    our: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerName:
    """The same finding in another analyser's catalogue, printed where `when` holds, on the object in role `on`."""

    code: str
    on: str
    when: When = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What is asked of the cause's fixtures, and what must come out."""

    source: str
    to: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""
    sni: str = ""
    plaintext: bool = False
    evidence: tuple[str, ...] = ()
    verdict: str = "unreachable"
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FalsePositive:
    """When a reader should not believe the cause; `near` is the fixture (`near-<reason>.yaml`) that shows it."""

    text: str
    near: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A root cause. `stages` are those at which it makes a request die, the usual one first."""

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
    place: Place = Place(file="", line=1, column=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What people see. `flags`, `statuses` and `texts` betray it; `stages` are the ones to suspect, likeliest first."""

    id: str
    title: str
    description: str
    flags: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """One question for one fact: `answers` maps each word a person may give to what it means in plain words; `how` is one
    command that finds it out; `cost` is `person` (they know it) or `command` (they must run something)."""

    fact: str
    question: str
    why: str
    how: str
    answers: Mapping[str, str]
    cost: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A fact that follows from facts. `when` is positive."""

    id: str
    fact: str
    word: str
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWord:
    """A response flag or response-code detail: `stage` is where a request with it dies, None where it does not say."""

    name: str
    long_name: str
    meaning: str
    stage: Stage | None
    proves: str
    does_not_prove: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCode:
    """A code of another analyser that no cause of ours stands for, with the reason."""

    code: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything in `knowledge/`, each by its id."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    symptoms: Mapping[str, Symptom] = field(default_factory=dict)
    questions: Mapping[str, QuestionText] = field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    flags: Mapping[str, LogWord] = field(default_factory=dict)
    details: Mapping[str, LogWord] = field(default_factory=dict)
    peer_codes: Mapping[str, PeerCode] = field(default_factory=dict)
    concepts: Mapping[str, str] = field(default_factory=dict)
