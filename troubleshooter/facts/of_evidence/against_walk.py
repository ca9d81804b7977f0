"""What each proxy on the way has, held against what the walk says that it should have.

Decides: the first piece (listener, virtual host, cluster, endpoint) that a dump lacks though configuration gives it to
this proxy, and where it was lost. Only pages of the very pod, or of one of its workload's, count, and only stages that
the walk passed. Must not know which cause follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from troubleshooter.evidence import Side, parse_cluster
from troubleshooter.evidence.envoy.dump import ConfigState
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.delivery import Loss, losses
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.held import USED, Held
from troubleshooter.facts.of_evidence.proxies_alone import pod_of, tell_loss
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Source, Stage, StageVerdict, Step
from troubleshooter.walk import Hop


def about_delivery(case: CaseBuilder, scene: Scene) -> None:
    """Whether the proxies on the way have what they should, as far as their pages tell."""
    if scene.trail is None:
        _about_sender(case, scene)
        return
    alike: Source | None = None
    for step, held in _steps(scene):
        part, there, source = _looked_up(held, step)
        if there is False and held.whole:
            case.seen("evidence.proxy_config", "differs", source)
            case.role("pod", pod_of(held.proxy.node))
            case.detail("pod.ref", held.proxy.node.pod)
            workload = scene.trail.hops[step.hop].party.workload if scene.trail else None
            tell_loss(case, _loss(held, part, source), *([workload.object.at("metadata.name")] if workload else []))
            return
        alike = alike or (source if there else None)
    if alike is not None:
        case.seen("evidence.proxy_config", "as-walked", alike)


def _about_sender(case: CaseBuilder, scene: Scene) -> None:
    """Without a mesh: whose the pages are. Where the line was passed through, the listener that would have taken it may
    wait, or have been refused."""
    sender, observation = ends_of(scene).sender, scene.observation
    if sender is None or observation is None:
        return
    case.role("caller", pod_of(sender.node))
    if observation.entry.side is not Side.PASSTHROUGH:
        return
    held, port = Held(sender), observation.entry.downstream_local.rpartition(":")[2]
    for one in held.listeners() or ():
        lost = {ConfigState.WARMING: "warming", ConfigState.REJECTED: "rejected"}.get(one.value.state)
        if lost and (str(one.value.port) == port or one.value.name.endswith(f"_{port}")):
            part = f"the listener {one.value.name}"
            tell_loss(case, Loss(word=lost, part=part, source=one.source, why=one.value.error))


def _steps(scene: Scene) -> Iterator[tuple[Step, Held]]:
    """The stages that the walk passes at proxies of which there are pages."""
    trail = scene.trail
    for step in trail.steps if trail else ():
        proxy = proxy_at(scene, trail.hops[step.hop]) if trail and step.hop < len(trail.hops) else None
        if proxy is not None and step.verdict is StageVerdict.PASS:
            yield step, Held(proxy)


def proxy_at(scene: Scene, hop: Hop) -> Proxy | None:
    """The proxy of the hop's pod, else of another pod of its workload."""
    workload, pod = hop.party.workload, hop.party.pod
    if workload is None or pod is None:
        return None
    alike = [proxy for proxy in proxies_of(scene.evidence) if runs_in(proxy, workload)]
    own = [proxy for proxy in alike if proxy.node.pod == pod.name]
    return next(iter(own or alike), None)


def runs_in(proxy: Proxy, workload: Workload) -> bool:
    """Whether a proxy is that of a pod of a workload; by the form of its name where no pod was seen."""
    names = {one.name for one in workload.pods if not one.standin}
    pod = proxy.node.pod
    return proxy.node.namespace == workload.namespace and (
        pod in names if names else pod.startswith(f"{workload.name}-")
    )


Looked: TypeAlias = tuple[str, bool | None, Source]
"""A piece, whether it is there (None: no page tells), and where that was looked up."""

NOWHERE: Looked = ("", None, Source())


def _looked_up(held: Held, step: Step) -> Looked:
    """What of a step can be looked up in a dump."""
    looks = {Stage.LISTENER: _listener, Stage.ROUTE: _virtual_host, Stage.CLUSTER: _cluster}
    look = looks.get(step.stage)
    return look(held, step) if look else NOWHERE


def _listener(held: Held, step: Step) -> Looked:
    pieces, name = held.listeners(), str(step.result.get("name") or "")
    if not pieces or not name:
        return NOWHERE
    used = [one.value for one in pieces if one.value.state in USED]
    port = name.rpartition("_")[2]
    there = any(one.name == name or str(one.port) == port for one in used)
    refused = any(one.value.name == name and one.value.error for one in pieces)
    return f"the listener {name}", there and not refused, pieces[0].source


def _virtual_host(held: Held, step: Step) -> Looked:
    pieces, name = held.routes(), str(step.result.get("virtual_host") or "")
    host, colon, _ = name.rpartition(":")
    if not pieces or not colon or host.startswith("*"):
        return NOWHERE
    hosts = [virtual for one in pieces if one.value.state in USED for virtual in one.value.hosts]
    there = any(virtual.name == name or host in virtual.domains for virtual in hosts)
    return f"the virtual host {name}", there, pieces[0].source


def _cluster(held: Held, step: Step) -> Looked:
    pieces, name = held.clusters(), str(step.result.get("name") or "")
    if not pieces or parse_cluster(name) is None:
        return NOWHERE
    return f"the cluster {name}", held.cluster(name) is not None, pieces[0].source


def _loss(held: Held, part: str, source: Source) -> Loss:
    """Where a piece was lost: refused or waited for if the proxy says so of one of this name, else never received."""
    name = part.rpartition(" ")[2]
    told = next((loss for loss in losses(held) if name in loss.part), None)
    kind = next((loss for loss in losses(held) if loss.part == f"an update of its {part.split()[1]}s"), None)
    found = told or kind
    lacks = Source(file=source.file, text=f"{part} is not in use")
    return replace(found, part=part) if found else Loss(word="not-received", part=part, source=lacks)
