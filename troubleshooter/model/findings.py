"""What is concluded, and what is offered against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from troubleshooter.model.changes import Change
from troubleshooter.model.facts import Fact, Roles
from troubleshooter.model.resource import Resource
from troubleshooter.model.stages import Certainty, Severity, Stage


class Applicability(StrEnum):
    """How a fix may be applied: by a machine, after a person's review, or only by hand."""

    MACHINE = "machine"
    REVIEW = "review"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One offered repair. `manifest` and `rollback` are YAML ready for `kubectl apply` ("" where there is no edit), or
    for `kubectl replace` where the fix `removes` something, which `apply` may leave; `verified` means that the same
    request was walked on a copy of the mesh with it and nothing new appeared. `change` is what the manifest and the
    commands say, as values (None where there is no edit)."""

    do: str
    risk: str
    applicability: Applicability
    manifest: str = ""
    removes: bool = False
    commands: tuple[str, ...] = ()
    rollback: str = ""
    verified: bool = False
    why_not_verified: str = ""
    confirm: str = ""
    change: Change | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAs:
    """The same finding in another analyser's words: its code, the object that it would name, and what stands in its
    message where one code has several meanings."""

    code: str
    resource: Resource
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A cause that holds (confirmed or likely) in a case. `because` are the facts that prove it, `explained_by` the
    fingerprint of the finding of which it is a consequence. A possible cause is no finding."""

    fingerprint: str
    cause: str
    title: str
    certainty: Certainty
    severity: Severity
    stage: Stage
    resource: Resource | None
    roles: Roles
    case: str
    root: bool = False
    related: tuple[Resource, ...] = ()
    known_as: tuple[KnownAs, ...] = ()
    explained_by: str | None = None
    explanation: str = ""
    because: tuple[Fact, ...] = ()
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleCause:
    """A cause that nothing known contradicts and that misses the facts named in `missing`."""

    cause: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked for one fact: in plain words, why it matters, and one command that finds it out. `answers`
    are the words of the fact with what each means."""

    fact: str
    question: str
    why: str
    how: str
    answers: tuple[tuple[str, str], ...]
    cost: str = "person"
