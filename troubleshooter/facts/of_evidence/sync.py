"""Facts about proxies and what istiod sent them: taken, not yet taken, refused, or not even connected.

Decides: which entry is a pod's, and which of its types counts: what was refused first, then what waits longest. A type
that waits for a moment is nothing out of the order; a proxy that is in no table counts as not connected only where all
istiods were asked about its namespace. Must not know causes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.envoy.proxies import proxies_of
from troubleshooter.evidence.istiod.values import (
    Connection,
    Connections,
    ProxySync,
    SyncState,
    SyncStatus,
    TypeSync,
    Versions,
)
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.delivery import Loss, losses
from troubleshooter.facts.of_evidence.held import Held
from troubleshooter.facts.of_evidence.proxies_alone import tell_loss
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.facts.of_versions import Version, planes_of, skew, tell_skew, version_of
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Case, CaseKind, HopKind, Resource, Source, Stage

PARTS = {"LDS": "listeners", "RDS": "routes", "CDS": "clusters", "EDS": "endpoints", "ECDS": "extensions"}
STAGES = {"LDS": Stage.LISTENER, "RDS": Stage.ROUTE, "CDS": Stage.CLUSTER, "EDS": Stage.ENDPOINT}
"""At which stage a request dies for want of a type."""
SYNCED = "synced"
ORDER = ("error", "stuck", "stale", SYNCED, "not-connected")
"""The words by how bad they are; where a page says nothing of types, nothing is known."""
GENERATED = re.compile(r"(?:[a-z0-9]{1,10}-)?[a-z0-9]{5}|[0-9]{1,4}")
"""What Deployments, DaemonSets and StatefulSets put behind their names for pods."""
LONG = 60
"""Seconds after which a proxy that has not taken what it was sent does not do so in a moment."""


def about_sync(case: CaseBuilder, scene: Scene) -> None:
    """What has become of the configuration of the proxies at which a request dies: of the worse one. Where the objects
    say why it dies, that is enough."""
    if scene.trail is not None and scene.trail.failed:
        return
    found = [(pod, entry) for pod in _pods(scene) if (entry := entry_of(scene.evidence, pod))]
    worst = min(found, key=lambda pair: ORDER.index(_word(pair[1][1])), default=None)
    if worst is None or _word(worst[1][1]) == SYNCED:
        _tell_absent(case, scene)
    if worst is not None and "evidence.sync" not in case.facts:
        pod, (page, one) = worst
        _tell(case, scene.mesh, page, one, pod.owner.at())
        _explain(case, scene, pod, page, one)


def sync_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """Every proxy that refused something, or has not taken it for long. What its own pages tell is told from there."""
    told = told_by_pages(evidence)
    for reading in evidence.of(SyncStatus):
        for entry in reading.value.proxies:
            worst = worst_of(entry)
            if worst is not None and word_of(worst) in ("error", "stuck"):
                case = CaseBuilder(f"evidence/sync/{entry.cluster}/{entry.namespace}/{entry.pod}", CaseKind.PIECE)
                place = pod_place(mesh, entry.namespace, entry.pod)
                case.role("pod", place)
                _tell(case, mesh, reading, entry, place)
                if worst.state is SyncState.ERROR and f"{entry.namespace}/{entry.pod}" not in told:
                    tell_refusal(case, worst.type, worst.error, _source(reading, entry, _said(entry, worst)), place)
                yield case.build()


def told_by_pages(evidence: Evidence) -> set[str]:
    """The pods (NAMESPACE/NAME) whose own pages show a refusal."""
    refusing = (p for p in proxies_of(evidence) if any(loss.word == "rejected" for loss in losses(Held(p))))
    return {f"{proxy.node.namespace}/{proxy.node.pod}" for proxy in refusing}


def known_to_pages(evidence: Evidence) -> set[str]:
    """The pods (NAMESPACE/NAME) of which a page says what has become of their configuration."""
    pages = (entry for page in evidence.of(SyncStatus) for entry in page.value.proxies if entry.types)
    return {f"{entry.namespace}/{entry.pod}" for entry in pages}


def tell_refusal(case: CaseBuilder, kind: str, why: str, source: Source, place: Resource) -> None:
    """That a proxy refused an update of a type; `why` is what it said, behind its code."""
    loss = Loss(word="rejected", part=f"an update of its {PARTS.get(kind, kind)}", source=source, why=why)
    tell_loss(case, loss, place)


def version_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """Every proxy whose version, as istiod has it, does not go with istiod's: where its pod's image does not tell."""
    plane = _plane(mesh, evidence)
    for reading in evidence.of(SyncStatus) if plane else ():
        for entry in reading.value.proxies:
            own = version_of(entry.version)
            if plane is None or own is None or mesh.index.get(CORE, "Pod", entry.namespace, entry.pod) is not None:
                continue
            word = skew(own, plane[0])
            if word != "supported":
                case = CaseBuilder(f"evidence/version/{entry.cluster}/{entry.namespace}/{entry.pod}", CaseKind.PIECE)
                place = pod_place(mesh, entry.namespace, entry.pod)
                case.role("workload", place)
                case.seen("workload.proxy_version", word, _source(reading, entry, entry.version), place)
                tell_skew(case, own, plane[0])
                yield case.build()


def _explain(case: CaseBuilder, scene: Scene, pod: Pod, reading: Reading[SyncStatus], entry: ProxySync) -> None:
    """A refusal, where the request dies for want of what was refused, and configuration does not say why."""
    worst, seen = worst_of(entry), scene.observation
    if worst is None or worst.state is not SyncState.ERROR or seen is None or "pod" in case.roles:
        return
    died = STAGES.get(worst.type) in (seen.named.stage, *seen.named.also)
    if died and scene.trail is not None and not scene.trail.failed:
        case.role("pod", pod_place(scene.mesh, entry.namespace, entry.pod))
        case.role("workload", scene.hop.party.workload.object.at() if scene.hop and scene.hop.party.workload else None)
        tell_refusal(case, worst.type, worst.error, _source(reading, entry, _said(entry, worst)), pod.owner.at())


def entry_of(evidence: Evidence, pod: Pod) -> tuple[Reading[SyncStatus], ProxySync] | None:
    """What a page says of a pod's proxy; where no pods were seen, of that pod of the workload which fares worst."""
    found = [
        (reading, entry)
        for reading in evidence.of(SyncStatus)
        for entry in reading.value.proxies
        if entry.namespace == pod.namespace and _is_of(entry, pod)
    ]
    return min(found, key=lambda pair: ORDER.index(_word(pair[1])), default=None)


def _is_of(entry: ProxySync, pod: Pod) -> bool:
    if not pod.standin:
        return entry.pod == pod.name
    begin, _, rest = entry.pod.partition(f"{pod.owner.name}-")
    return not begin and GENERATED.fullmatch(rest) is not None


def _word(entry: ProxySync) -> str:
    worst = worst_of(entry)
    return word_of(worst) if worst else ORDER[-1]


def worst_of(entry: ProxySync) -> TypeSync | None:
    """The type that counts; None where nothing is said of types."""
    held = sorted(entry.types or (), key=lambda one: (one.state is not SyncState.ERROR, -(one.age or 0)))
    return next((one for one in held if one.state in (SyncState.ERROR, SyncState.STALE)), held[0] if held else None)


def word_of(one: TypeSync) -> str:
    """The word of the fact for it."""
    if one.state is SyncState.ERROR:
        return "error"
    if one.state is SyncState.STALE:
        return "stuck" if one.age is not None and one.age >= LONG else "stale"
    return "synced"


def pod_place(mesh: Mesh, namespace: str, name: str) -> Resource:
    """A pod, as it was seen or as it is called."""
    seen = mesh.index.get(CORE, "Pod", namespace, name)
    return seen.at() if seen else Resource(kind="Pod", namespace=namespace, name=name)


def _pods(scene: Scene) -> list[Pod]:
    """The pods whose proxies come into question: at which it died, and the one that sends."""
    hops = [hop for hop in (scene.trail.hop if scene.trail else None, scene.hop) if hop is not None]
    ends = [hop.party.pod for hop in hops if hop.kind is not HopKind.TARGET]
    ends += [hop.endpoint.pod for hop in hops if hop.kind is HopKind.TARGET and hop.endpoint]
    return [pod for pod in ends if pod is not None and pod.proxy]


def _tell(
    case: CaseBuilder, mesh: Mesh, reading: Reading[SyncStatus], entry: ProxySync, place: Resource | None
) -> None:
    worst = worst_of(entry)
    if worst is None:
        return
    source = _source(reading, entry, _said(entry, worst))
    case.seen("evidence.sync", word_of(worst), source, *([place] if place else []))
    if word_of(worst) == "stuck":
        part = f"an update of its {PARTS.get(worst.type, worst.type)}, which was sent {worst.age} seconds ago"
        case.role("pod", pod_place(mesh, entry.namespace, entry.pod))
        case.detail("evidence.config_part", part)
    case.detail("evidence.sync_proxy", f"{entry.namespace}/{entry.pod}")
    case.detail("evidence.sync_type", worst.type)
    case.detail("evidence.sync_error", worst.error)
    case.detail("evidence.sync_age", f"{worst.age} s" if worst.age is not None else None)


def _said(entry: ProxySync, worst: TypeSync) -> str:
    """The entry in words, for pages that have no lines of their own."""
    return f"{entry.pod}.{entry.namespace}: {worst.type} {worst.state}" + (f": {worst.error}" if worst.error else "")


def _source(reading: Reading[SyncStatus], entry: ProxySync, text: str) -> Source:
    return Source(file=reading.name, line=entry.line, text=entry.text or text)


def _connected(evidence: Evidence) -> Iterator[Connection]:
    for page in evidence.of(Connections):
        yield from page.value.all


def _absent(evidence: Evidence, pod: Pod) -> bool:
    """Whether all istiods were asked, about more than one namespace or about this one, and none knows the pod."""
    if any((one.pod, one.namespace) == (pod.name, pod.namespace) for one in _connected(evidence)):
        return False
    for reading in evidence.of(SyncStatus):
        spaces = {entry.namespace for entry in reading.value.proxies}
        if reading.value.every_istiod and (pod.namespace in spaces or len(spaces) > 1):
            return True
    return False


def _tell_absent(case: CaseBuilder, scene: Scene) -> None:
    """The first pod that no istiod knows."""
    pod = next((pod for pod in _pods(scene) if not pod.standin and _absent(scene.evidence, pod)), None)
    if pod is not None:
        reading = next(one for one in scene.evidence.of(SyncStatus) if one.value.every_istiod)
        text = f"{pod.name}.{pod.namespace} is not in it"
        case.seen("evidence.sync", "not-connected", Source(file=reading.name, text=text), pod.owner.at())
        case.detail("evidence.sync_proxy", f"{pod.namespace}/{pod.name}")


def _plane(mesh: Mesh, evidence: Evidence) -> tuple[Version, Source] | None:
    """The version of the control plane, where there is one alone: as it was told, else by its image."""
    for page in evidence.of(Versions):
        told = {written for _, written in page.value.control_planes}
        found = version_of(next(iter(told))) if len(told) == 1 else None
        if found is not None:
            line, text = page.value.lines.get(found.written, (None, found.written))
            return found, Source(file=page.name, line=line, text=text)
    planes = planes_of(mesh)
    return (planes[0].version, Source(resource=planes[0].place)) if len(planes) == 1 else None
