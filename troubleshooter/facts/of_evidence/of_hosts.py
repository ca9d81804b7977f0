"""What the pages of the proxy that sent say of the endpoints of the cluster that it chose.

Decides: whether there is any, and how they stand; facts of configuration only where there is no mesh to read them from.
BlackHoleCluster has none on purpose. Must not know which cause follows. Sources: envoy/admin/v3/clusters.proto for the
health flags; docs, intro/arch_overview/upstream/load_balancing/panic_threshold.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, ClusterName, Side, parse_cluster
from troubleshooter.evidence.envoy.status import Host
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import CATCH_ALL, object_of, service_of, virtual_hosts
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.held import Held, Piece
from troubleshooter.facts.of_evidence.priorities import usable
from troubleshooter.facts.of_evidence.proxies_alone import pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

EJECTED = frozenset({"failed_outlier_check"})
NOT_READY = frozenset({"failed_eds_health", "eds_status_draining", "failed_active_hc"})
EJECTION_TIME = "30s"
"""Envoy's default (config/cluster/v3/outlier_detection.proto: base_ejection_time)."""

BY_NAME = frozenset({"STRICT_DNS", "LOGICAL_DNS"})


def about_hosts(case: CaseBuilder, scene: Scene) -> None:
    """The endpoints behind a failed line or a request, and what a proxy does with requests to what it does not know."""
    observation, sender = scene.observation, ends_of(scene).sender
    chosen = scene.hop.cluster.name if scene.hop and scene.hop.cluster else ""
    if sender is None:
        return
    held = Held(sender)
    if observation is None:
        asked = held.hosts(chosen) if chosen else None
        if asked is not None:
            _about_health(case, asked)
        return
    entry = observation.entry
    if entry.side is Side.BLACKHOLE:
        if scene.trail is None:
            _about_unknown(case, held, entry, observation.source)
        return
    name = entry.upstream_cluster or chosen
    hosts = held.hosts(name) if name else None
    if hosts is None:
        return
    _about_health(case, hosts)
    _about_called(case, hosts, entry)
    _about_stale(case, held, name, hosts, entry)
    if scene.trail is None:
        _about_panic(case, held, name)
    if scene.trail is None and not any(map(usable, hosts.value)):
        _about_none_usable(case, held, name, hosts)


def _about_unknown(case: CaseBuilder, held: Held, entry: AccessLogEntry, source: Source) -> None:
    """What was asked for, where the proxy knows it not and lets nothing else out."""
    if entry.is_tcp:
        case.seen("request.destination", "address", source)
        return
    found = [(config, host) for config, host in virtual_hosts(held, entry)]
    if found and all(host is None or host.name in CATCH_ALL for _, host in found):
        case.seen("request.destination", "unregistered", found[0][0].source)


def word_for(hosts: tuple[Host, ...]) -> str:
    """How the endpoints of a cluster stand, in one word."""
    if not hosts:
        return "none"
    if any(map(usable, hosts)):
        return "usable" if all(map(usable, hosts)) else "some-usable"
    ready = [host for host in hosts if not host.flags & NOT_READY]
    return "ejected" if ready and all(host.flags & EJECTED for host in ready) else "not-ready"


def _about_health(case: CaseBuilder, hosts: Piece[tuple[Host, ...]]) -> None:
    case.seen("evidence.hosts", word_for(hosts.value), hosts.source)
    if hosts.value:
        case.seen("evidence.outlier_check", "failed" if word_for(hosts.value) == "ejected" else "ok", hosts.source)


def _about_called(case: CaseBuilder, hosts: Piece[tuple[Host, ...]], entry: AccessLogEntry) -> None:
    called = next((host for host in hosts.value if f"{host.address}:{host.port}" == entry.upstream_host), None)
    if called is not None and called.flags & NOT_READY:
        case.seen("evidence.called_host", "not-ready", hosts.source)


def _about_panic(case: CaseBuilder, held: Held, name: str) -> None:
    """Why an endpoint was called that is not healthy: only minHealthPercent makes istiod allow it."""
    found, cluster = held.cluster(name), parse_cluster(name)
    if found is None or cluster is None or "evidence.called_host" not in case.facts or not found.value.panic:
        return
    case.role("service", service_of(cluster))
    case.role("destination_rule", object_of(found.value.made_from, "DestinationRule"))
    case.detail("destination.envoy_name", name)
    case.seen("destination_rule.panic", "allowed", found.source)


def _about_stale(
    case: CaseBuilder, held: Held, name: str, hosts: Piece[tuple[Host, ...]], entry: AccessLogEntry
) -> None:
    """Whether the endpoint that failed is one that no pod is any more, and the proxy would use it still."""
    gone = case.facts.get("failure.endpoint")
    called = [host for host in hosts.value if f"{host.address}:{host.port}" == entry.upstream_host and usable(host)]
    if gone is not None and gone.word == "gone" and called:
        places = [source.resource for source in gone.sources if source.resource is not None]
        case.seen("evidence.config_lost", "stale", hosts.source, *places)
        case.detail("evidence.config_part", f"the endpoints of {name} as they are now")
        case.role("pod", pod_of(held.proxy.node))


def _about_none_usable(case: CaseBuilder, held: Held, name: str, hosts: Piece[tuple[Host, ...]]) -> None:
    """Why no endpoint could be used, by what the proxy has."""
    found = held.cluster(name)
    cluster = parse_cluster(name)
    if cluster is None:
        return
    case.role("service", service_of(cluster))
    case.detail("service.port", cluster.port)
    case.detail("destination.envoy_name", name)
    case.detail("destination.host", cluster.host)
    case.detail("destination.subset", cluster.subset)
    missing = held.counted("cluster", name, "update_empty")
    if not hosts.value and missing is not None:
        case.seen("evidence.config_lost", "not-received", missing.source)
        case.role("pod", pod_of(held.proxy.node))
        case.detail("evidence.config_part", f"the endpoints of {name}")
    elif not hosts.value and found is not None and found.value.discovery in BY_NAME:
        case.seen("service_entry.no_endpoints_because", "not-resolved", found.source)
        case.detail("service_entry.hosts", cluster.host)
    elif word_for(hosts.value) == "ejected":
        _about_ejection(case, held, name, hosts)
    elif word_for(hosts.value) in ("none", "not-ready"):
        _about_nobody(case, held, cluster, hosts)


def _about_nobody(case: CaseBuilder, held: Held, cluster: ClusterName, hosts: Piece[tuple[Host, ...]]) -> None:
    plain = held.hosts(f"{cluster.direction}|{cluster.port}||{cluster.host}")
    if cluster.subset and plain is not None and any(map(usable, plain.value)):
        case.seen("destination.subset_endpoints", "none", hosts.source)
        case.seen("destination.subset_meant", "yes", hosts.source)
        case.seen("destination.subset", "defined", hosts.source)
        return
    case.seen("service.endpoints", "none", hosts.source)
    case.seen("service.endpoints_meant", "yes", hosts.source)
    case.seen("service.no_endpoints_because", "pods-not-ready" if hosts.value else "not-told", hosts.source)


def _about_ejection(case: CaseBuilder, held: Held, name: str, hosts: Piece[tuple[Host, ...]]) -> None:
    found = held.cluster(name)
    case.seen("service.endpoints", "some", hosts.source)
    if found is None or not found.value.outlier:
        return
    case.role("destination_rule", object_of(found.value.made_from, "DestinationRule"))
    case.detail("destination_rule.ejection_time", found.value.ejection_time or EJECTION_TIME)
    kept = found.value.panic is not None and found.value.panic > 0
    case.seen("destination_rule.ejects", "fallback" if kept else "all", found.source)
