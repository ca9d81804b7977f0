"""Which proxies of the evidence sent and took the request in question.

Decides: by the pod, where a mesh is seen; else by what a proxy has: the cluster to which the log line sent it, or the
inbound listener of a target. A proxy that could be either is neither. Must not know what its pages say beyond that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.evidence import Side
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.evidence.envoy.status import BoundListeners, Clusters, Stats
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import HopKind

INBOUND = "inbound|"
"""How the names of clusters begin that lead to the application of the proxy's own pod."""

NO_CHAIN = "filter_chain_not_found"
GATEWAY = "router"
"""The type of a gateway's node (Istio: model.Router)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The proxy that sent (on the hop in focus) and the one that took the request, None where no page of it is there
    or it cannot be told."""

    sender: Proxy | None = None
    target: Proxy | None = None


def ends_of(scene: Scene) -> Ends:
    """The two ends of the connection in focus, as far as evidence has pages of them."""
    proxies = proxies_of(scene.evidence)
    if scene.trail is None and _unmatched(scene):
        return _ends_unmatched(proxies)
    sending = _of_pod(proxies, scene.hop.party.pod if scene.hop else None)
    far = scene.trail.hop if scene.trail else None
    taken = far.party.pod if far is not None and far.kind is HopKind.TARGET else None
    end = far.endpoint.pod if far is not None and far.endpoint else None
    taking = _of_pod(proxies, taken or end)
    cluster = cluster_of(scene)
    return Ends(
        sender=sending or _sending(scene, [proxy for proxy in proxies if proxy is not taking], cluster),
        target=taking or _only(proxies, lambda proxy: proxy is not sending and _is_target(proxy, cluster)),
    )


def _unmatched(scene: Scene) -> bool:
    """Whether the line is of a connection that no filter chain of a listener took."""
    return scene.observation is not None and scene.observation.entry.details == NO_CHAIN


def _ends_unmatched(proxies: Sequence[Proxy]) -> Ends:
    """A sidecar refuses so only what comes to it, for its listeners on the way out take whatever no chain is for. A
    gateway is where such a connection comes in."""
    gateway = _only(proxies, lambda proxy: proxy.node.type == GATEWAY)
    taking = _only(proxies, lambda proxy: any(name.startswith(INBOUND) for name in clusters_of(proxy)))
    return Ends(sender=gateway if len(proxies) == 1 else None, target=taking)


def _sending(scene: Scene, proxies: Sequence[Proxy], cluster: str) -> Proxy | None:
    """The one with the cluster; where none was chosen, the one with a listener for what was dialled, or the only one
    that there is."""
    if cluster:
        return _only(proxies, lambda proxy: cluster in clusters_of(proxy))
    entry = scene.observation.entry if scene.observation else None
    if entry is None or scene.trail is not None or entry.side is Side.INBOUND:
        return None
    port = entry.downstream_local.rpartition(":")[2]
    return _only(proxies, lambda proxy: port in _ports(proxy)) or _only(proxies, lambda _: True)


def _ports(proxy: Proxy) -> frozenset[str]:
    """The ports that its listeners take connections for."""
    listed = (one.port for dump in proxy.of(ConfigDump) for one in dump.value.listeners or ())
    bound = (one.port for page in proxy.of(BoundListeners) for one in page.value.all)
    return frozenset(str(port) for port in (*listed, *bound))


def clusters_of(proxy: Proxy) -> frozenset[str]:
    """The names of all clusters of which a page of the proxy speaks."""
    return frozenset(_names(proxy))


def _names(proxy: Proxy) -> Iterator[str]:
    for dump in proxy.of(ConfigDump):
        yield from (cluster.name for cluster in dump.value.clusters or ())
    for page in proxy.of(Clusters):
        yield from page.value.by_name
    for stats in proxy.of(Stats):
        yield from stats.value.scopes.get("cluster", ())


def cluster_of(scene: Scene) -> str:
    """The cluster that was chosen: as logged on the way out, else as the walk chose it."""
    entry = scene.observation.entry if scene.observation else None
    if entry is not None and entry.side is not Side.INBOUND and entry.upstream_cluster:
        return entry.upstream_cluster
    return scene.hop.cluster.name if scene.hop and scene.hop.cluster else ""


def _of_pod(proxies: Sequence[Proxy], pod: Pod | None) -> Proxy | None:
    if pod is None:
        return None
    return _only(proxies, lambda proxy: _is_of(proxy, pod))


def _is_of(proxy: Proxy, pod: Pod) -> bool:
    node = proxy.node
    if pod.name and node.pod:
        return (node.pod, node.namespace) == (pod.name, pod.namespace)
    return bool(pod.address) and node.address == pod.address


def _is_target(proxy: Proxy, cluster: str) -> bool:
    names = clusters_of(proxy)
    return cluster not in names and any(name.startswith(INBOUND) for name in names)


def _only(proxies: Sequence[Proxy], fits: Callable[[Proxy], bool]) -> Proxy | None:
    """The one that fits; None where none does, or several."""
    found = [proxy for proxy in proxies if fits(proxy)]
    return found[0] if len(found) == 1 else None
