"""What the sockets of a pod say of the port to which a request goes.

Decides: whether something listens there, and for whom. A list that does not say whose it is, is taken for that of the
pod that was called, if it is the only one. Must not know causes.
"""

from __future__ import annotations

from troubleshooter.evidence import Reading, Side
from troubleshooter.evidence.pods.sockets import Listening, Socket
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

OF_THE_PROXY = frozenset({15000, 15001, 15002, 15004, 15006, 15008, 15020, 15021, 15053, 15090})
"""Ports of Istio's own. Source: https://istio.io/latest/docs/ops/deployment/application-requirements/."""
PROXIES = frozenset({"envoy", "pilot-agent"})


def about_sockets(case: CaseBuilder, scene: Scene) -> None:
    """Where the application listens that is called."""
    port, reading = _port(scene), _of_target(scene)
    if not port or reading is None:
        return
    held, others = reading.value.at(port), _of_applications(reading.value)
    shown = held or others
    word = _word(held, others)
    first = next((one for one in shown if not one.loopback), shown[0]) if shown else None
    place = Source(file=reading.name, line=first.line if first else 1, text=first.text if first else "")
    meant = ("service", "target") if word == "other-port" else ("target",)
    case.seen("target.sockets", word, place, *(case.roles[role] for role in meant if role in case.roles))
    if word == "elsewhere":
        case.forget(("target.binds",))  # what the application does outranks what it is told
    case.detail("target.port", port)
    case.detail("target.socket_line", f"{reading.name}:{place.line}")
    case.detail("target.open_ports", ", ".join(str(one) for one in sorted({s.port for s in others if not s.loopback})))


def _word(held: tuple[Socket, ...], others: tuple[Socket, ...]) -> str:
    if held:
        return "loopback" if all(one.loopback for one in held) else "elsewhere"
    return "other-port" if any(not one.loopback for one in others) else "nothing"


def _of_applications(listening: Listening) -> tuple[Socket, ...]:
    return tuple(s for s in listening.sockets if s.port not in OF_THE_PROXY and s.process not in PROXIES)


def _of_target(scene: Scene) -> Reading[Listening] | None:
    """The sockets of the pod that is called."""
    lists = scene.evidence.of(Listening)
    far = scene.trail.hop if scene.trail else None
    endpoint = far.endpoint if far is not None else None
    workload = endpoint.workload if endpoint is not None else None
    names = {f"{pod.namespace}/{pod.name}" for pod in workload.pods} if workload is not None else set()
    named = [one for one in lists if one.pod and one.pod in names]
    left = [one for one in lists if not one.pod]
    return named[0] if named else left[0] if len(left) == 1 else None


def _port(scene: Scene) -> int:
    """The port of the pod to which the request goes: as logged, else as the walk has it."""
    entry = scene.observation.entry if scene.observation else None
    logged = entry.upstream_host.rpartition(":")[2] if entry is not None and entry.side is not Side.UNKNOWN else ""
    if logged.isdigit():
        return int(logged)
    far = scene.trail.hop if scene.trail else None
    return far.endpoint.port if far is not None and far.endpoint is not None else 0
