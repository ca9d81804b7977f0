"""What was pasted, typed or chosen as what is seen.

Decides: nothing; it is handed from the question to the intake.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from troubleshooter.evidence import AccessLogEntry, Evidence
from troubleshooter.model import Inventory


class Page(str):
    """A text that stands in place of an answer of the consultation: its answer may be in it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a text tells: `symptom` ("" if none is settled), the failed log line, the request (`to` "" if none is named;
    `method`, path and `source` go with it), the mesh with the objects in it (None if there are none), other evidence,
    the facts that a proxy's answer in it `tells`, and what it was `taken` for, a sentence a piece."""

    symptom: str = ""
    entry: AccessLogEntry | None = None
    to: str = ""
    method: str = "GET"
    source: str = ""
    inventory: Inventory | None = None
    evidence: Evidence = field(default_factory=Evidence)
    tells: tuple[tuple[str, str], ...] = ()
    taken: tuple[str, ...] = ()
