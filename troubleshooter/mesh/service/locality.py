"""Locality load balancing: the priority and weight of each endpoint as seen from one proxy.

Decides from the locality setting in force, outlier detection and localities. Must not know why they are so.

This is all that istiod knows of zones: `distribute`, `failover` and `failoverPriority` of a localityLbSetting, and a
Service's `trafficDistribution` or the annotation for it. A Namespace's annotation counts for its Services from Istio
1.30 on, which is not modelled. Envoy's own zone-aware routing, which shares requests out by how many callers and
endpoints each zone has, never takes place: it needs a `local_cluster_name`, which Istio's bootstrap does not set, and
`localityLbSetting` has no field for it.
Sources: istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go; `applyLocalityLoadBalancer` in
pilot/pkg/networking/core/cluster_traffic_policy.go, `GetTrafficDistribution` in pilot/pkg/model/service.go and
tools/packaging/common/envoy_bootstrap.json there;
https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting;
https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/;
https://istio.io/latest/docs/ambient/usage/traffic-distribution/;
https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/zone_aware_routing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil

from troubleshooter.mesh.basis.pods import REGION, SUBZONE, ZONE, is_number
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.model import Raw, as_list, as_map

CLUSTER, NETWORK, HOSTNAME = "topology.istio.io/cluster", "topology.istio.io/network", "kubernetes.io/hostname"
SAME_ZONE = (NETWORK, REGION, ZONE)
CLOSE_LABELS = {
    "PreferClose": SAME_ZONE,
    "PreferSameZone": SAME_ZONE,
    "PreferSameNode": (*SAME_ZONE, SUBZONE, HOSTNAME),
}
"""The failoverPriority that a Service's trafficDistribution stands for (up to Istio 1.26 PreferClose went down to the
subzone)."""


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
    """Endpoints with their priorities and weights. `shares` has for each the part of the requests that it gets while
    all are well, between 0 and 1."""

    endpoints: tuple[Endpoint, ...]
    spread: Spread
    shares: tuple[float, ...] = ()


def place(
    endpoints: Sequence[Endpoint],
    *,
    setting: Raw | None,
    outlier_detection: bool,
    traffic_distribution: str,
    locality: str,
    labels: Mapping[str, str],
    ranked_by_labels: bool = True,
) -> Placement:
    """Endpoints with the priority istiod gives them for a proxy at `locality` with pod `labels`.

    `setting` is the localityLbSetting in force (None where it is switched off or there is none). Without outlier
    detection failover sets no priorities. The Service's `traffic_distribution` ("" where a DestinationRule outranks it)
    asks for close endpoints with or without. Where the proxy looks the endpoints up by name, istiod has no labels to
    rank them by (`ranked_by_labels` False).
    """
    close = CLOSE_LABELS.get(traffic_distribution, ())
    if setting is None and not close:
        return _flat(endpoints)
    used: Raw = {} if close else as_map(setting)
    if as_list(used.get("distribute")):
        return _distributed(endpoints, as_list(used.get("distribute")), locality)
    if not (outlier_detection or close):
        return _flat(endpoints)
    order = close or tuple(str(p) for p in as_list(used.get("failoverPriority")))
    known = labels if ranked_by_labels else None
    ranks = [_rank(e, order, used, known, locality) for e in endpoints]
    levels = {rank: level for level, rank in enumerate(sorted(set(ranks)))}
    placed = tuple(replace(e, priority=levels[rank]) for e, rank in zip(endpoints, ranks, strict=True))
    return Placement(endpoints=placed, spread=Spread.PRIORITIES, shares=_by_weight(placed))


def _flat(endpoints: Sequence[Endpoint]) -> Placement:
    return Placement(endpoints=tuple(endpoints), spread=Spread.FLAT, shares=_by_weight(endpoints))


def _by_weight(endpoints: Sequence[Endpoint]) -> tuple[float, ...]:
    """Each endpoint's part of the first priority's requests, by its own weight."""
    weights = [0 if e.priority else e.weight for e in endpoints]
    total = sum(weights)
    return tuple(w / total if total else 0.0 for w in weights)


def _distributed(endpoints: Sequence[Endpoint], rules: Sequence[object], locality: str) -> Placement:
    """By the first distribution from this proxy's locality; without one as it comes. The weight of a target is shared
    by the endpoints there, so their number does not matter. The weight shown is that of the endpoint's locality in
    Envoy: its part of the target's, where that is several localities, rounded up (`applyLocalityWeights`)."""
    number = distribution_for({"distribute": rules}, locality)
    if number is None:
        return _flat(endpoints)
    weights = {str(k): v for k, v in as_map(as_map(rules[number]).get("to")).items() if is_number(v) and v > 0}
    targets = [next((p for p in weights if _matches(p, e.locality)), None) for e in endpoints]
    held = [(e, t) for e, t in zip(endpoints, targets, strict=True) if t is not None]
    there = {t: sum(e.weight for e, own in held if own == t) for _, t in held}
    near: Counter[str] = Counter()
    for e, _ in held:
        near[e.locality] += e.weight
    total = sum(weights[t] for t in there)
    return Placement(
        endpoints=tuple(replace(e, weight=ceil(weights[t] * near[e.locality] / there[t])) for e, t in held),
        spread=Spread.WEIGHTS,
        shares=tuple(weights[t] / total * e.weight / there[t] for e, t in held),
    )


def distribution_for(setting: Raw | None, locality: str) -> int | None:
    """The number of the first distribution from a proxy's locality, None if there is none."""
    rules = enumerate(map(as_map, as_list(as_map(setting).get("distribute"))))
    return next((n for n, rule in rules if _matches(str(rule.get("from") or ""), locality)), None)


def _rank(
    endpoint: Endpoint, order: Sequence[str], setting: Raw, labels: Mapping[str, str] | None, locality: str
) -> tuple[int, int]:
    """How far an endpoint is: by labels where there is an order of them, and by locality where there is none or
    failover between regions is configured as well."""
    by_label = _label_rank(endpoint, order, labels, locality) if order and labels is not None else 0
    by_place = _distance(endpoint.locality, locality, setting) if not order or as_list(setting.get("failover")) else 0
    return by_label, by_place


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
    there, here = [*theirs.split("/"), "", ""][:3], [*ours.split("/"), "", ""][:3]
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
    theirs = placed_labels(endpoint)
    for n, entry in enumerate(order):
        name, _, fixed = entry.partition("=")
        if (fixed or mine.get(name)) != theirs.get(name):
            return len(order) - n
    return 0


def placed_labels(endpoint: Endpoint) -> Mapping[str, str]:
    """The labels of an endpoint with those of its place, which istiod adds: region, zone, node, cluster, network.

    Source: `AugmentLabels` in istio/istio pilot/pkg/serviceregistry/util/label/label.go.
    """
    pod = endpoint.pod if not endpoint.relay else None
    places = {CLUSTER: endpoint.cluster, NETWORK: endpoint.network, HOSTNAME: pod.node if pod else ""}
    added = {key: value for key, value in places.items() if value}
    return {**_locality_labels("" if endpoint.relay else endpoint.locality), **added, **endpoint.all_labels}


def _locality_labels(locality: str) -> dict[str, str]:
    return {name: part for name, part in zip((REGION, ZONE, SUBZONE), locality.split("/"), strict=False) if part}
