"""Proxies that a page of istiod shows out of step for a moment, or nobody knows for how long.

Decides: that something was sent and not answered yet, or that nothing at all was sent. Neither is a proof: a proxy that
answers a second later is well. What is refused, or waits for long, is told in `sync`. Must not know causes.
Source: istioctl/pkg/writer/pilot/status.go in istio/istio; https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.istiod.values import ProxySync, SyncState, SyncStatus
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.sync import PARTS, pod_place, word_of, worst_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Source

ALWAYS = frozenset({"CDS", "LDS"})
"""What every Envoy asks for at its start, and istiod sends it."""
ZTUNNEL = "ztunnel"
"""How the pods of ztunnel begin, which asks for other types: older tables say NOT SENT of all that are for Envoy."""
MOST = 5
"""So many proxies of a page are told."""


def step_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each proxy that has not answered something yet, or was sent nothing."""
    for reading in evidence.of(SyncStatus):
        told = ((entry, word) for entry in reading.value.proxies if (word := _word(entry)))
        for entry, word in list(told)[:MOST]:
            yield _case(mesh, reading, entry, word)


def _word(entry: ProxySync) -> str:
    worst = worst_of(entry)
    if worst is not None and word_of(worst) == "stale":
        return "stale"
    unsent = {one.type for one in entry.types or () if one.state is SyncState.NOT_SENT}
    return "not-sent" if unsent >= ALWAYS and not entry.pod.startswith(ZTUNNEL) else ""


def _case(mesh: Mesh, reading: Reading[SyncStatus], entry: ProxySync, word: str) -> Case:
    case = CaseBuilder(f"evidence/step/{entry.cluster}/{entry.namespace}/{entry.pod}", CaseKind.PIECE)
    place = pod_place(mesh, entry.namespace, entry.pod)
    waiting = [one.type for one in entry.types or () if one.state is SyncState.STALE]
    said = f"{entry.pod}.{entry.namespace}: {', '.join(f'{kind} stale' for kind in waiting) or 'CDS, LDS not sent'}"
    case.role("pod", place)
    case.detail("pod.ref", entry.pod)
    case.detail("evidence.config_part", " and ".join(PARTS.get(kind, kind) for kind in waiting))
    case.seen("evidence.step", word, Source(file=reading.name, line=entry.line, text=entry.text or said), place)
    return case.build()
