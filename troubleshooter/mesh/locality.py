"""Locality load balancing: the priority and weight of each endpoint as seen from one proxy.

Decides from the locality setting in force, outlier detection and localities. Must not know why they are so.
Source: istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go;
https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.services import Endpoint
from troubleshooter.model import Raw, as_list, as_map

CLOSE_LABELS = ("topology.istio.io/network", "topology.kubernetes.io/region", "topology.kubernetes.io/zone")


class Spread(StrEnum):
    """How a proxy chooses between localities."""

    FLAT = "flat"
    """All endpoints at one priority, wherever they are."""
    PRIORITIES = "priorities"
    """Near ones first, farther ones when those fail."""
    WEIGHTS = "weights"
    """By configured weights (`distribute`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    endpoints: tuple[Endpoint, ...]
    spread: Spread


def place(
    endpoints: Sequence[Endpoint],
    *,
    setting: Raw | None,
    outlier_detection: bool,
    traffic_distribution: str,
    locality: str,
    labels: Mapping[str, str],
) -> Placement:
    """Endpoints with the priority istiod gives them for a proxy at `locality` with pod `labels`.

    `setting` is the localityLbSetting in force (None where it is switched off or there is none); without outlier
    detection failover sets no priorities, unless the Service's `traffic_distribution` asks for close endpoints.
    """
    close = traffic_distribution in {"PreferClose", "PreferSameZone", "PreferSameNode"} and not setting
    if setting is None and not close:
        return Placement(endpoints=tuple(endpoints), spread=Spread.FLAT)
    weights = _weights(as_map(setting), locality)
    if weights is not None:
        chosen = [replace(e, weight=w) for e in endpoints if (w := _weight(weights, e.locality))]
        return Placement(endpoints=tuple(chosen), spread=Spread.WEIGHTS)
    if not (outlier_detection or close):
        return Placement(endpoints=tuple(endpoints), spread=Spread.FLAT)
    order = [str(p) for p in as_list(as_map(setting).get("failoverPriority"))]
    if order or close:
        ranks = [_label_rank(e, order or list(CLOSE_LABELS), labels, locality) for e in endpoints]
    else:
        ranks = [_distance(e.locality, locality, as_map(setting)) for e in endpoints]
    levels = {rank: level for level, rank in enumerate(sorted(set(ranks)))}
    placed = [replace(e, priority=levels[rank]) for e, rank in zip(endpoints, ranks, strict=True)]
    return Placement(endpoints=tuple(placed), spread=Spread.PRIORITIES)


def _weights(setting: Raw, locality: str) -> Mapping[str, int] | None:
    """The distribution for this proxy's locality; None where there is none at all or none for it."""
    for item in as_list(setting.get("distribute")):
        rule = as_map(item)
        if _matches(str(rule.get("from") or ""), locality):
            return {str(k): int(v) for k, v in as_map(rule.get("to")).items() if isinstance(v, int)}
    return None


def _weight(weights: Mapping[str, int], locality: str) -> int:
    return next((w for pattern, w in weights.items() if _matches(pattern, locality)), 0)


def _matches(pattern: str, locality: str) -> bool:
    """Whether a locality falls under a pattern like `region/zone/*`."""
    wanted, had = pattern.split("/"), locality.split("/")
    for n, part in enumerate(wanted):
        if part == "*":
            return True
        if n >= len(had) or had[n] != part:
            return False
    return True


def _distance(theirs: str, ours: str, setting: Raw) -> int:
    """0 same subzone, 1 same zone, 2 same region, 3 elsewhere; 4 elsewhere than where failover points."""
    there, here = (theirs.split("/") + ["", ""])[:3], (ours.split("/") + ["", ""])[:3]
    if there[0] != here[0]:
        rules = [as_map(f) for f in as_list(setting.get("failover"))]
        target = next((r.get("to") for r in rules if r.get("from") == here[0]), None)
        return 3 if target is None or target == there[0] else 4
    if there[1] != here[1]:
        return 2
    return 1 if there[2] != here[2] else 0


def _label_rank(endpoint: Endpoint, order: Sequence[str], labels: Mapping[str, str], locality: str) -> int:
    """How early in the list of labels endpoint and proxy differ: the earlier, the farther."""
    mine = {**_locality_labels(locality), **labels}
    theirs = {**_locality_labels(endpoint.locality), **endpoint.all_labels}
    if endpoint.network:
        theirs.setdefault("topology.istio.io/network", endpoint.network)
    for n, entry in enumerate(order):
        name, _, fixed = entry.partition("=")
        if (fixed or mine.get(name)) != theirs.get(name):
            return len(order) - n
    return 0


def _locality_labels(locality: str) -> dict[str, str]:
    names = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")
    return {name: part for name, part in zip(names, locality.split("/"), strict=False) if part}
