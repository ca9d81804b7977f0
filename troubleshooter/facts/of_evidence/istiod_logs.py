"""Facts from the log of istiod: keys of tokens that it could not fetch, and API servers that it cannot read.

Decides: which lines are about the request or the cluster in question, and whether what failed has come right since.
Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.istiod.values import (
    Event,
    IstiodLog,
    LogEvent,
    RemoteCluster,
    RemoteClusters,
    SyncStatus,
)
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import APPS, CORE
from troubleshooter.model import Case, CaseKind, Resource, Source, Stage

OWN = ("", "Kubernetes")
"""What istiod calls its own cluster where it was given no name."""
REPEATED = 3
"""Failures to connect that are no mere moment, such as a restart of the API server."""
UNREACHABLE = (
    *("connection refused", "i/o timeout", "no route to host", "context deadline exceeded", "no such host"),
    *("network is unreachable", "TLS handshake timeout", "x509:", "connection reset"),
)
REMOTE = "networking.istio.io/cluster"
"""The annotation of a remote secret that names the cluster; the keys of its data do too."""
LABEL = "istio/multiCluster"


def about_keys_fetched(case: CaseBuilder, scene: Scene) -> None:
    """Whether istiod could not fetch the keys of the token's issuer."""
    known = {str(case.details.get(f"request_authentication.{name}") or "") for name in ("issuer", "keys_uri")} - {""}
    for reading in scene.evidence.of(IstiodLog):
        fetched = {one.about: one.end for one in reading.value.events if one.event is Event.JWKS_FETCHED}
        for one in reading.value.events:
            meant = one.event is Event.JWKS and {one.about, one.why} & known
            if meant and fetched.get(one.why, 0) < one.end:
                case.seen("evidence.jwks_fetch", "failed", _source(reading, one))
                return


def about_remote_cluster(case: CaseBuilder, scene: Scene) -> None:
    """A cluster that istiod cannot read, where a request dies for want of endpoints."""
    trail, seen = scene.trail, scene.observation
    failed = trail.steps[-1].stage if trail is not None and trail.failed else None
    if Stage.ENDPOINT in (failed, seen.named.stage if seen else None):
        for name in _in_trouble(scene.mesh, scene.evidence):
            _tell_cluster(case, scene.mesh, scene.evidence, name)
            return


def cluster_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """Every other cluster that istiod cannot read."""
    for name in _in_trouble(mesh, evidence):
        case = CaseBuilder(f"evidence/cluster/{name}", CaseKind.PIECE)
        _tell_cluster(case, mesh, evidence, name)
        yield case.build()


def api_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """Every istiod that cannot read its own cluster."""
    for number, (reading, word, one) in enumerate(_kept_out(evidence)):
        case = CaseBuilder(f"evidence/istiod/{number}", CaseKind.PIECE)
        _tell_access(case, mesh, reading, word, one)
        yield case.build()


def about_api_access(case: CaseBuilder, scene: Scene) -> None:
    """An istiod that cannot read its cluster, where configuration does not say why the request dies."""
    if scene.trail is None or scene.trail.failed:
        return
    for reading, word, one in _kept_out(scene.evidence):
        _tell_access(case, scene.mesh, reading, word, one)
        return


def _kept_out(evidence: Evidence) -> Iterator[tuple[Reading[IstiodLog], str, LogEvent]]:
    """Each log of an istiod that cannot read its own cluster, with the word and the event that say why."""
    own = _own_names(evidence)
    for reading in evidence.of(IstiodLog):
        failing = [one for one in reading.value.events if one.event is Event.WATCH and one.about in own]
        told = next(((reading, word, one) for one in failing if (word := _access(one))), None)
        if told is not None:
            yield told


def _tell_access(case: CaseBuilder, mesh: Mesh, reading: Reading[IstiodLog], word: str, one: LogEvent) -> None:
    istiod = istiod_of(mesh, reading.pod)
    case.role("control_plane", istiod)
    case.seen("evidence.api_access", word, _source(reading, one), istiod)
    case.detail("evidence.api_error", one.why)


def istiod_of(mesh: Mesh, pod: str) -> Resource:
    """The istiod that wrote a log: its pod, if that is known, else its Deployment."""
    namespace, _, name = pod.partition("/")
    if name:
        seen = mesh.index.get(CORE, "Pod", namespace, name)
        return seen.at() if seen else Resource(kind="Pod", namespace=namespace, name=name)
    held = [thing for thing in mesh.index.all(APPS, "Deployment") if thing.labels.get("app") == "istiod"]
    return held[0].at() if len(held) == 1 else Resource(group=APPS, kind="Deployment", namespace="", name="istiod")


def _access(one: LogEvent) -> str:
    """What is in the way: the API server says no, does not know who asks, or is not reached again and again."""
    if " is forbidden: " in one.why:
        return "forbidden"
    if "Unauthorized" in one.why:
        return "not-authenticated"
    return "unreachable" if one.count >= REPEATED and any(text in one.why for text in UNREACHABLE) else ""


def _own_names(evidence: Evidence) -> set[str]:
    """What istiod calls the cluster in which it runs: the usual names, and those of clusters without a secret."""
    listed = {one.id for page in evidence.of(RemoteClusters) for one in page.value.all if not one.secret}
    connected = {one.cluster for page in evidence.of(SyncStatus) for one in page.value.proxies}
    return {*OWN, *listed, *(connected if len(connected) == 1 else ())}


def _in_trouble(mesh: Mesh, evidence: Evidence) -> list[str]:
    """The names of other clusters that istiod cannot read, once each."""
    pages = (one for page in evidence.of(RemoteClusters) for one in page.value.all)
    listed = [one.id for one in pages if one.secret and one.status in ("timeout", "closed")]
    events = [one for log in evidence.of(IstiodLog) for one in log.value.events]
    synced = _synced(evidence)
    never = [one.about for one in events if _refuses(one) and one.about not in synced]
    lost = [one.about for one in events if one.event is Event.WATCH and one.about not in OWN and _access(one)]
    known = [name for name in dict.fromkeys(lost) if _secret(mesh, evidence, name) is not None]
    return [name for name in dict.fromkeys([*listed, *never, *known]) if name]


def _synced(evidence: Evidence) -> set[str]:
    """Clusters that a page says have been read once, whatever the log told of the beginning."""
    return {one.id for page in evidence.of(RemoteClusters) for one in page.value.all if one.status == "synced"}


def _refuses(one: LogEvent) -> bool:
    return one.event in (Event.CLUSTER_TIMEOUT, Event.CLUSTER_REFUSED)


def _tell_cluster(case: CaseBuilder, mesh: Mesh, evidence: Evidence, name: str) -> None:
    """Why a cluster is not read, with the remote secret by which it is."""
    secret = _secret(mesh, evidence, name)
    places = [secret] if secret else []
    for log in evidence.of(IstiodLog):
        for one in sorted(log.value.events, key=lambda told: told.event is not Event.WATCH):
            if one.about == name and (_refuses(one) or one.event is Event.WATCH):
                case.seen("evidence.remote_cluster", _why(one), _source(log, one), *places)
                case.detail("evidence.cluster_error", one.why)
    for page in evidence.of(RemoteClusters):
        for listed in page.value.all:
            if listed.id == name and listed.status in ("timeout", "closed"):
                source = Source(file=page.name, line=listed.line, text=listed.text or f"{name}: {listed.status}")
                case.seen("evidence.remote_cluster", "timeout", source, *places)
    case.role("control_plane", secret)
    case.detail("evidence.cluster", name)
    case.detail("evidence.cluster_secret", f"{secret.namespace}/{secret.name}" if secret else None)


def _why(one: LogEvent) -> str:
    if one.event is Event.CLUSTER_REFUSED:
        return "bad-secret"
    if "Unauthorized" in one.why or " is forbidden: " in one.why:
        return "not-allowed"
    return "timeout"


def _secret(mesh: Mesh, evidence: Evidence, name: str) -> Resource | None:
    """The remote secret of a cluster: as it was seen, or as istiod names it."""
    for thing in mesh.index.all(CORE, "Secret"):
        named = thing.annotations.get(REMOTE) == name or name in (thing.raw.get("data") or {})
        if thing.labels.get(LABEL) == "true" and named:
            return thing.at()
    pages = (one for page in evidence.of(RemoteClusters) for one in page.value.all)
    listed: RemoteCluster | None = next((one for one in pages if one.id == name and "/" in one.secret), None)
    if listed is None:
        return None
    namespace, _, secret = listed.secret.partition("/")
    return Resource(kind="Secret", namespace=namespace, name=secret)


def _source(reading: Reading[IstiodLog], one: LogEvent) -> Source:
    return Source(file=reading.name, line=one.line, text=one.text)
