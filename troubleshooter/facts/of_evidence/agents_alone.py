"""A proxy that waits for istiod, as its own log tells, whatever is asked.

Decides: that it waits, where nothing in the log comes after that says it got ready; and what is in its way. Where the
mesh shows the pod ready, the log is of earlier. Must not know causes.
Source: pilot/cmd/pilot-agent/status/ready/probe.go in istio/istio: the pod's probe fails as long as this is logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.istiod.values import AgentLog, Event, LogEvent
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.agent_logs import last_of, source_of, tell_trouble
from troubleshooter.facts.of_evidence.delivery import Loss
from troubleshooter.facts.of_evidence.proxies_alone import tell_loss
from troubleshooter.facts.of_evidence.sync import PARTS, pod_place
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.trouble import Trouble
from troubleshooter.model import Case, CaseKind

REFUSED = re.compile(r"\b([cl]ds) updates: [0-9]+ successful, [1-9][0-9]* rejected")
"""What the probe says of refused clusters and listeners."""


def waiting_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each proxy whose log ends before it has got what it needs from istiod, or has taken it."""
    for number, reading in enumerate(evidence.of(AgentLog)):
        waits = last_of(reading.value, (Event.NO_CONFIG, Event.REJECTED))
        if waits is not None and not _is_ready(mesh, reading):
            yield _case(mesh, reading, waits, number)


def _case(mesh: Mesh, reading: Reading[AgentLog], waits: LogEvent, number: int) -> Case:
    case = CaseBuilder(f"evidence/agent/{number}", CaseKind.PIECE)
    namespace, _, name = (reading.pod or reading.value.pod).partition("/")
    place = pod_place(mesh, namespace, name) if name else None
    case.role("pod", place)
    case.detail("pod.ref", name)
    places = [place] if place else []
    if waits.event is Event.REJECTED:
        loss = Loss(word="rejected", part=_part(waits.why), source=source_of(reading, waits))
        tell_loss(case, loss, *places)
    else:
        case.seen("pod.trouble", Trouble.PROXY, source_of(reading, waits), *places)
        tell_trouble(case, reading)
    return case.build()


def _part(why: str) -> str:
    """What was refused, by the counters that stand behind it."""
    found = [PARTS[one[1].upper()] for one in REFUSED.finditer(why)]
    return f"an update of its {' and '.join(found)}" if found else "an update"


def _is_ready(mesh: Mesh, reading: Reading[AgentLog]) -> bool:
    """Whether the pod was seen, and is ready by now."""
    namespace, _, name = (reading.pod or reading.value.pod).partition("/")
    known = mesh.workloads.pod(namespace, name)
    return known is not None and known[1].ready
