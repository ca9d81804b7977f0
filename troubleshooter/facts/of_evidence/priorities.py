"""How Envoy shares requests out over the priorities of a cluster's endpoints, worked out from their health.

Decides: which priority gets how much, and which is in panic. A priority is available to 1.4 times the share of its
hosts that are healthy; what the first ones cannot take goes to the next. Only where all together do not reach 100 per
cent, a priority whose healthy share is below the threshold of the cluster is in panic: all its hosts are used then.
Nothing is said of clusters with draining hosts, which newer versions leave out of the count and older ones call
unhealthy, or with degraded ones, of which Istio sends none. Must not know which request is in question.

Sources: docs, intro/arch_overview/upstream/load_balancing/{priority,panic_threshold,degraded}; LoadBalancerBase in
source/extensions/load_balancing_policies/common/load_balancer_impl.cc; the factor of 1.4 is the default of
ClusterLoadAssignment.Policy.overprovisioning_factor, which istiod leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from troubleshooter.evidence.envoy.status import Host

FACTOR, WHOLE = 140, 100
"""Per cent."""
MOST_TOLD = 4

HARMLESS = frozenset({"degraded_active_hc", "degraded_eds_health", "pending_dynamic_removal", "active_hc_timeout"})
"""Flags with which a host may be used still (Host::coarseHealth in source/common/upstream/upstream_impl.h)."""
UNCOUNTED = frozenset(
    {
        "degraded_active_hc",
        "degraded_eds_health",
        "eds_status_draining",
        "pending_active_hc",
        "excluded_via_immediate_hc_fail",
    }
)
"""Flags of hosts that do not count in the same way in all versions."""


def usable(host: Host) -> bool:
    """Whether a proxy sends requests to a host in order."""
    return not host.flags - HARMLESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The hosts of one priority: how many there are, how many of them are healthy, where they are, what per cent of the
    requests they get, and whether the priority is in panic (None where the threshold is not known)."""

    number: int
    hosts: int
    healthy: int
    localities: tuple[str, ...] = ()
    load: int = 0
    panic: bool | None = False

    @property
    def available(self) -> int:
        """To how many per cent it can take what comes."""
        return min(WHOLE, FACTOR * self.healthy // self.hosts) if self.hosts else 0


def levels(hosts: Iterable[Host], threshold: float | None) -> tuple[Level, ...]:
    """The priorities of a cluster with these hosts, the first first; none where a host is not judged. `threshold` is
    that of panic, in per cent."""
    held: dict[int, list[Host]] = {}
    for host in hosts:
        if host.flags & UNCOUNTED:
            return ()
        held.setdefault(host.priority, []).append(host)
    return _shared([_level(number, held[number]) for number in sorted(held)], threshold)


def _level(number: int, hosts: Sequence[Host]) -> Level:
    places = dict.fromkeys(host.locality for host in hosts if host.locality)
    healthy = sum(map(usable, hosts))
    return Level(number=number, hosts=len(hosts), healthy=healthy, localities=tuple(places))


def _shared(found: Sequence[Level], threshold: float | None) -> tuple[Level, ...]:
    """Levels with their load and panic."""
    total = min(WHOLE, sum(level.available for level in found))
    left, shared = WHOLE, []
    for level in found:
        load = min(left, level.available * WHOLE // total) if total else 0
        left -= load
        panic = None if threshold is None else WHOLE * level.healthy / level.hosts < threshold
        shared.append(replace(level, load=load, panic=False if total == WHOLE else panic))
    first = next((n for n, level in enumerate(shared) if level.load), None)
    if first is not None:  # what rounding left over
        shared[first] = replace(shared[first], load=shared[first].load + left)
    return tuple(shared)


def told(found: Sequence[Level]) -> str:
    """Levels in a few words."""
    parts = [
        f"priority {level.number}: {level.healthy} of {level.hosts} healthy"
        + (f" ({', '.join(level.localities[:MOST_TOLD])})" if level.localities else "")
        for level in found[:MOST_TOLD]
    ]
    more = len(found) - MOST_TOLD
    return "; ".join([*parts, f"{more} priorities more"] if more > 0 else parts)
