"""Facts about a proxy's way to istiod, from the log of the proxy's own container.

Decides: what the log says last. A proxy that became ready afterwards has got what it waited for: its log then tells
nothing. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Collection

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.istiod.values import AgentLog, Event, LogEvent
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

WORDS = {
    Event.CANNOT_CONNECT: "cannot-connect",
    Event.NOT_AUTHENTICATED: "not-authenticated",
    Event.NOT_TRUSTED: "not-trusted",
    Event.WRONG_TIME: "wrong-time",
    Event.REJECTED: "rejected",
}


def about_agent_log(case: CaseBuilder, scene: Scene) -> None:
    """What keeps the pod in trouble from istiod, as its proxy says: a log that names no pod is taken for its own where
    it is the only one."""
    pod = case.roles.get("pod")
    if pod is None or pod.kind != "Pod":
        return
    reading = log_of(scene.evidence, f"{pod.namespace}/{pod.name}")
    if reading is not None:
        tell_trouble(case, reading)


def tell_trouble(case: CaseBuilder, reading: Reading[AgentLog]) -> None:
    """What keeps a proxy from istiod, as its log says last."""
    told = last_of(reading.value, WORDS)
    if told is not None:
        case.seen("evidence.proxy_log", WORDS[told.event], source_of(reading, told))
        case.detail("evidence.proxy_log", told.why)


def log_of(evidence: Evidence, pod: str) -> Reading[AgentLog] | None:
    """The log of a pod's proxy."""
    held = evidence.of(AgentLog)
    own = [one for one in held if (one.pod or one.value.pod) == pod]
    if not own and len(held) == 1 and not (held[0].pod or held[0].value.pod):
        own = list(held)
    return own[0] if len(own) == 1 else None


def last_of(log: AgentLog, events: Collection[Event]) -> LogEvent | None:
    """The last of such events, unless the proxy got ready after it."""
    ready = max((one.end for one in log.events if one.event is Event.READY), default=0)
    held = [one for one in log.events if one.event in events and one.end > ready]
    return max(held, key=lambda one: one.end, default=None)


def source_of(reading: Reading[AgentLog], told: LogEvent) -> Source:
    """The line of it."""
    return Source(file=reading.name, line=told.line, text=told.text)
