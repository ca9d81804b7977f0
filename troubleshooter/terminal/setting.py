"""What a consultation on the screen is given: knowledge, what there is to look at, and how results are shown.

Decides: nothing. The edges that read files and draw reports are not known here; `cli` hands over what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from troubleshooter.consult import Consultation, Look
from troubleshooter.evidence import Evidence, LogSummary
from troubleshooter.evidence.pasted.pieces import Piece
from troubleshooter.inference import Engine
from troubleshooter.model import Diagnosis, Finding, Inventory, Request
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal.given import Given


class Show(Protocol):
    """A diagnosis as a page; `told` says that it rests on answers alone."""

    def __call__(self, diagnosis: Diagnosis, *, told: bool) -> str: ...


class ShowFix(Protocol):
    """The fix of that number (from 1) of a finding, or what undoes it; "" where there is none."""

    def __call__(self, finding: Finding, number: int, *, undo: bool) -> str: ...


def no_fix(finding: Finding, number: int, *, undo: bool) -> str:  # noqa: ARG001 - it has the form of others
    """Show nothing."""
    return ""


class Lay(Protocol):
    """The mesh at hand with the objects of pasted pieces laid over it. Raises ValueError if they cannot be read."""

    def __call__(self, objects: Sequence[Piece], /) -> Inventory: ...


def no_objects(_objects: Sequence[Piece]) -> Inventory:
    """Read none."""
    raise ValueError("I read no objects here. Name their file with -f")


LookAt = Callable[[Consultation, Look], str]
"""Look once and tell the consultation; what comes back says why nothing was seen, "" if something was."""


def forget(_answers: tuple[Given, ...]) -> None:
    """Keep nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """`inventory` and `summary` are None where no mesh or no log was given, `evidence` is what else was; `request` and
    `symptom` are what flags have said already, `arguments` the flags that name what was given. `collect` is the command
    that prints a mesh, `program` what the user types to start this. `person` says that somebody sits at a terminal:
    they are asked what they see even where a mesh is at hand. `answers` are those of an earlier session, `news` what
    has changed since; `lay` reads objects that are pasted; `keep` is handed all answers whenever they change; `look_at`
    looks at what runs, None where nothing can be looked at; `clusters` are what the kubeconfig calls those that were
    read."""

    rulebook: Rulebook
    engine: Engine
    show: Show
    show_fix: ShowFix = no_fix
    collect: str
    program: str = "troubleshoot"
    inventory: Inventory | None = None
    summary: LogSummary | None = None
    evidence: Evidence = field(default_factory=Evidence)
    log: str = ""
    request: Request | None = None
    symptom: str = ""
    arguments: tuple[str, ...] = ()
    namespace: str = "default"
    person: bool = False
    answers: tuple[Given, ...] = ()
    news: tuple[str, ...] = ()
    lay: Lay = no_objects
    keep: Callable[[tuple[Given, ...]], None] = forget
    look_at: LookAt | None = None
    clusters: tuple[str, ...] = ()
