"""What the dump of the proxy that sent says of the cluster that a failed line was for.

Decides: which part of a cluster's name the proxy does not have (subset, port, host), or that it has it by now, or waits
for it. Facts of configuration only where there is no mesh to read them from. Must not know which cause follows.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.evidence import AccessLogEntry, ClusterName, parse_cluster
from troubleshooter.evidence.envoy.dump import ClusterConfig, ConfigState
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import (
    clusters_asked,
    listeners_for,
    object_of,
    parsed,
    rules_taken,
    service_of,
    virtual_hosts,
)
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.held import USED, Held, Piece
from troubleshooter.facts.of_evidence.proxies_alone import pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

EMPTY = ClusterName(direction="", port=0, subset="", host="")
UNLIMITED = 2**32 - 1
"""What istiod sets where a DestinationRule limits nothing (pilot/pkg/networking/core/cluster_builder.go)."""

LIMITS = {
    "max_connections": "maxConnections",
    "max_pending_requests": "http1MaxPendingRequests",
    "max_requests": "http2MaxRequests",
    "max_retries": "maxRetries",
}
"""Envoy's limits by the names that a DestinationRule has for them."""


def about_clusters(case: CaseBuilder, scene: Scene) -> None:
    """The cluster behind a line that was refused at it."""
    observation = scene.observation
    sender = ends_of(scene).sender if observation is not None else None
    if observation is None or sender is None:
        return
    held, entry = Held(sender), observation.entry
    if "NC" in entry.flags:
        _about_missing(case, held, entry, alone=scene.trail is None)
    if scene.trail is None:
        _about_limits(case, held, entry)


def _about_missing(case: CaseBuilder, held: Held, entry: AccessLogEntry, *, alone: bool) -> None:
    clusters = held.clusters()
    if clusters is None or not held.whole:
        return
    asked = clusters_asked(held, entry)
    missing = [name for name in asked if held.cluster(name) is None]
    if not missing:
        _about_arrived(case, held, asked, entry)
        return
    wanted = parse_cluster(missing[0])
    waiting = [c for c in clusters if c.value.name == missing[0] and c.value.state is ConfigState.WARMING]
    refused = held.counted("", "", "cluster_manager_cds_update_rejected")
    lost = [("warming", waiting[0].source)] if waiting else [("rejected", refused.source)] if refused else []
    case.role("pod", pod_of(held.proxy.node) if lost else None)
    for word, source in lost:
        case.seen("evidence.config_lost", word, source)
        case.detail("evidence.config_part", f"the cluster {missing[0]}")
    if wanted is not None and not lost and alone:
        source = clusters[0].source if clusters else Source(file=held.proxy.pages[0].name, text="no clusters")
        _about_name(case, wanted, (clusters, source), named=_is_named(held, entry, wanted))
        if wanted.subset and "destination.subset" in case.facts:
            _about_rule(case, held, wanted)
        made = [found for rule in rules_taken(held, entry) if (found := object_of(rule.made_from, "VirtualService"))]
        case.role("virtual_service", made[0] if made else None)


def _about_arrived(case: CaseBuilder, held: Held, asked: Iterable[str], entry: AccessLogEntry) -> None:
    """What the line missed came after it. Both times are in UTC, and as texts in order of time."""
    places = [case.roles["virtual_service"]] if "virtual_service" in case.roles else []
    for name in asked:
        piece = held.cluster(name)
        if piece is not None and piece.value.updated.rstrip("Z") > entry.start_time.rstrip("Z"):
            case.seen("evidence.config_lost", "arrived", piece.source, *places)
            case.detail("destination.host", (parse_cluster(name) or entry.cluster or EMPTY).host)
            case.detail("evidence.config_part", f"the cluster {name}")
            return


def _is_named(held: Held, entry: AccessLogEntry, wanted: ClusterName) -> bool:
    """Whether the proxy knows the host all the same: a virtual host is called so, or the line came by a listener that
    was made for the address of one Service."""
    hosts = [host for _, host in virtual_hosts(held, entry) if host is not None]
    own = [
        one.value
        for one in listeners_for(held, entry)
        if entry.downstream_local == f"{one.value.address}:{one.value.port}"
    ]
    return any(wanted.host in host.domains for host in hosts) or (entry.is_tcp and bool(own))


def _about_name(
    case: CaseBuilder, wanted: ClusterName, there: tuple[list[Piece[ClusterConfig]], Source], *, named: bool
) -> None:
    """Which part of the name is not known to the proxy."""
    clusters, source = there
    known = parsed(one.value.name for one in clusters if one.value.state in USED)
    same = [name for name in known if (name.direction, name.host) == (wanted.direction, wanted.host)]
    name = f"{wanted.direction}|{wanted.port}|{wanted.subset}|{wanted.host}"
    source = Source(file=source.file, text=f"no cluster {name} is listed")
    case.role("service", service_of(wanted))
    case.detail("destination.host", wanted.host)
    case.detail("destination.port", wanted.port)
    case.detail("destination.subset", wanted.subset)
    case.detail("destination.envoy_name", name)
    if not same and wanted.subset and named:
        case.seen("destination.subset", "not-defined", source)
    elif not same:
        _about_host(case, known, wanted, source)
    elif all(one.port != wanted.port for one in same):
        case.seen("destination.port", "not-found", source)
        case.detail("destination.ports", ", ".join(sorted({str(one.port) for one in same})))
    elif wanted.subset:
        case.seen("destination.subset", "not-defined", source)


def _about_host(case: CaseBuilder, known: list[ClusterName], wanted: ClusterName, source: Source) -> None:
    case.seen("destination.service", "not-found", source)
    service = service_of(wanted)
    others = {one.host for one in known if service and (there := service_of(one)) and there.name == service.name}
    case.seen("destination.host_guess", "elsewhere" if len(others) == 1 else "none", source)
    if len(others) == 1:
        case.detail("destination.guess_host", next(iter(others)))


def _about_rule(case: CaseBuilder, held: Held, wanted: ClusterName) -> None:
    """The DestinationRule behind the cluster without subset, which lacks this one."""
    plain = held.cluster(f"{wanted.direction}|{wanted.port}||{wanted.host}")
    rule = object_of(plain.value.made_from, "DestinationRule") if plain else None
    if plain is not None and rule is not None:
        case.role("destination_rule", rule)
        case.seen("destination_rule.presence", "present", plain.source)
        own = parsed(one.value.name for one in held.clusters() or () if one.value.state in USED)
        subsets = sorted({one.subset for one in own if one.subset and one.host == wanted.host})
        case.detail("destination.subsets", ", ".join(subsets) or "none")


def _about_limits(case: CaseBuilder, held: Held, entry: AccessLogEntry) -> None:
    """The limits of the cluster to which a request was not sent for want of room."""
    wanted = entry.cluster
    if "UO" not in entry.flags or wanted is None:
        return
    found = held.limits(entry.upstream_cluster)
    limited = {LIMITS[name]: value for name, value in (found.value if found else {}).items() if name in LIMITS}
    told = ", ".join(f"{name} {value}" for name, value in limited.items() if value < UNLIMITED)
    if found is not None:
        case.seen("destination_rule.limits", "set" if told else "none", found.source)
        case.detail("destination_rule.limits", told)
        case.role("service", service_of(wanted))
        config = held.cluster(entry.upstream_cluster)
        case.role("destination_rule", object_of(config.value.made_from, "DestinationRule") if config else None)
