"""What a comparison of a proxy with istiod says of the pieces that a request needs, and by itself.

Decides: which missing piece counts. Only what istiod has under a name and the proxy has not: differences inside a piece
may be nothing, since the two write some fields in different ways. A comparison that does not say whose it is, is taken
for that of the proxy that sends, if it is the only one. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import AccessLogEntry, Evidence, Reading, parse_cluster
from troubleshooter.evidence.istioctl.comparison import Comparison, Missing
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.delivery import Loss
from troubleshooter.facts.of_evidence.proxies_alone import tell_loss
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Case, CaseKind, Resource, Source, Stage, StageVerdict

PARTS = {"LDS": "the listener", "RDS": "the virtual host", "CDS": "the cluster"}
NEEDED = {
    Stage.LISTENER: ("LDS", "name"),
    Stage.ROUTE: ("RDS", "virtual_host"),
    Stage.CLUSTER: ("CDS", "name"),
}
"""Of which type the piece is that a stage needs, and under what its step names it."""


def about_comparison(case: CaseBuilder, scene: Scene) -> None:
    """A piece that the request needs, and that the sending proxy lacks though istiod has it."""
    if "evidence.config_lost" in case.facts:
        return  # who says why, says more
    for reading in scene.evidence.of(Comparison):
        found = next((one for one in _lacking(reading.value) if _is_needed(scene, reading, *one)), None)
        if found is not None:
            if scene.trail is not None:
                case.seen("evidence.proxy_config", "differs", _source(reading, found[1]))
            sender = scene.hop.party.workload if scene.hop else None
            _tell(case, reading, found, _workload(scene.mesh, reading) or sender)
            return


def comparison_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each proxy that lacks something: for the first piece that it lacks."""
    for number, reading in enumerate(evidence.of(Comparison)):
        found = next(_lacking(reading.value), None)
        if found is not None:
            case = CaseBuilder(f"evidence/compared/{number}", CaseKind.PIECE)
            _tell(case, reading, found, _workload(mesh, reading))
            yield case.build()


def _tell(
    case: CaseBuilder, reading: Reading[Comparison], found: tuple[str, Missing], workload: Workload | None
) -> None:
    kind, one = found
    place = workload.object.at() if workload else None
    case.role("pod", _pod(reading))
    case.role("workload", place)
    loss = Loss(word="lacking", part=f"{PARTS[kind]} {one.name}", source=_source(reading, one))
    tell_loss(case, loss, *([place] if place else []))


def _workload(mesh: Mesh, reading: Reading[Comparison]) -> Workload | None:
    """The workload of the pod that was compared, if the mesh has it."""
    pod = _pod(reading)
    known = mesh.workloads.pod(pod.namespace, pod.name) if pod else None
    return known[0] if known else None


def _lacking(comparison: Comparison) -> Iterator[tuple[str, Missing]]:
    """What a proxy lacks, each with its type: what names no piece, but something inside one, is passed over."""
    for part in comparison.parts:
        yield from ((part.type, one) for one in part.missing if _is_piece(part.type, one.name))


def _is_piece(kind: str, name: str) -> bool:
    """By the forms of names that istiod makes: `outbound|80||a.b`, `10.0.0.1_80`, `a.b:80`."""
    if kind == "CDS":
        return parse_cluster(name) is not None
    return name.rpartition("_" if kind == "LDS" else ":")[2].isdigit()


def _is_needed(scene: Scene, reading: Reading[Comparison], kind: str, one: Missing) -> bool:
    if scene.trail is not None:
        return (kind, one.name) in set(_needed(scene, reading))
    entry = scene.observation.entry if scene.observation else None
    return entry is not None and _alone(scene) and _is_asked(entry, kind, one.name)


def _needed(scene: Scene, reading: Reading[Comparison]) -> Iterator[tuple[str, str]]:
    """What the walk takes at the proxy that was compared."""
    trail, pod = scene.trail, reading.pod
    for step in trail.steps if trail else ():
        hop = trail.hops[step.hop] if trail and step.hop < len(trail.hops) else None
        own = hop.party.pod if hop is not None else None
        named = own is not None and f"{own.namespace}/{own.name}" == pod
        sends = hop is scene.hop and (own is None or own.standin or not pod) and _alone(scene)
        if step.verdict is StageVerdict.PASS and step.stage in NEEDED and (named or sends):
            kind, key = NEEDED[step.stage]
            yield kind, str(step.result.get(key) or "")


def _alone(scene: Scene) -> bool:
    return len(scene.evidence.of(Comparison)) == 1


def _is_asked(entry: AccessLogEntry, kind: str, name: str) -> bool:
    """Whether a failed line asks for a piece of this name: its cluster, else one of its host and port."""
    host, _, port = entry.authority.lower().rpartition(":")
    if kind == "CDS" and entry.upstream_cluster:
        return name == entry.upstream_cluster
    if kind == "LDS" or not host:
        return False
    cluster = parse_cluster(name)
    of, at = (cluster.host, str(cluster.port)) if cluster else name.rpartition(":")[::2]
    return at == port and (of == host or of.startswith(f"{host}."))


def _pod(reading: Reading[Comparison]) -> Resource | None:
    space, slash, name = reading.pod.partition("/")
    return Resource(kind="Pod", namespace=space, name=name) if slash else None


def _source(reading: Reading[Comparison], one: Missing) -> Source:
    return Source(file=reading.name, line=one.line, text=one.text)
