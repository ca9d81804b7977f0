"""Proxies that refused what istiod sent, as istiod's log tells.

Decides: which refusals hold still: one that the log tells at its end, of a proxy of which no page says how it stands
now. istiod sends anew with every change, and logs the refusal anew; that it was taken at last it does not log.
Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from troubleshooter.evidence import Evidence
from troubleshooter.evidence.istiod.sync_table import pod_of
from troubleshooter.evidence.istiod.values import Event, IstiodLog, LogEvent
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.sync import known_to_pages, pod_place, tell_refusal, told_by_pages
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Source

RECENT = 1800
"""Seconds before the end of the log within which a refusal is taken to hold still."""


def refusal_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """Every proxy that refused an update not long before the log ends."""
    known = known_to_pages(evidence) | told_by_pages(evidence)
    for reading in evidence.of(IstiodLog):
        for one in reading.value.events:
            pod, namespace = pod_of(one.about)
            if one.event is Event.REJECTED and holds(one, reading.value) and f"{namespace}/{pod}" not in known:
                case = CaseBuilder(f"evidence/refusal/{namespace}/{pod}/{one.type}", CaseKind.PIECE)
                place = pod_place(mesh, namespace, pod)
                case.role("pod", place)
                tell_refusal(case, one.type, one.why, Source(file=reading.name, line=one.line, text=one.text), place)
                yield case.build()


def holds(one: LogEvent, log: IstiodLog) -> bool:
    """Whether an event is so near to the end of a log that what it tells is taken to hold still."""
    last, end = _time(one.last), _time(log.until)
    return last is not None and end is not None and (end - last).total_seconds() <= RECENT


def _time(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written[:19])
    except ValueError:
        return None
