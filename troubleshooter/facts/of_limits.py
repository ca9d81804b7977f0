"""Facts about what a DestinationRule lets a proxy refuse or put aside: the limits of its connection pool, and how many
endpoints its outlier detection may eject.

A limit is no fault, and most are never reached: what of them was met is for a log line to say. Must not know why a
request fails.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection and
#ConnectionPoolSettings; `applyOutlierDetection` and `applyConnectionPool` in istio/istio
pilot/pkg/networking/core/cluster_traffic_policy.go; `DetectorImpl::ejectHost` in Envoy's
source/common/upstream/outlier_detection_impl.cc.
"""

from __future__ import annotations

from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.model import Raw, as_map
from troubleshooter.walk import Cluster

LIMITS = (
    ("tcp", "maxConnections"),
    ("http", "http1MaxPendingRequests"),
    ("http", "http2MaxRequests"),
    ("http", "maxRetries"),
)
"""The limits past which Envoy's circuit breakers open, as a DestinationRule has them."""
HALF = 50
"""The share of endpoints, in per cent, that a fix would let be ejected at once."""


def about_limits(case: CaseBuilder, cluster: Cluster) -> None:
    """What the rule in force for a destination sets; nothing where it is none of this rule's objects that sets it."""
    rule = cluster.rule
    if rule is None or "destination_rule" not in case.roles:
        return
    _ejection(case, rule, cluster)
    _pool(case, rule, cluster)


def _ejection(case: CaseBuilder, rule: DestinationRule, cluster: Cluster) -> None:
    found = rule.section("outlierDetection", cluster.port, cluster.subset)
    if found is None or found[1].key != case.roles["destination_rule"].key:
        return
    raw, place = found
    case.fact("destination_rule.ejects", ejects(raw), place)
    least = raw.get("minHealthPercent")
    panics = is_number(least) and least > 0
    case.fact("destination_rule.panic", "allowed" if panics else "off", place)
    case.detail("destination_rule.outlier_field", place.field)
    case.detail("destination_rule.ejection_time", str(raw.get("baseEjectionTime") or "30s"))
    case.detail("destination_rule.ejection_share", HALF)


def ejects(raw: Raw) -> str:
    """How much outlier detection may take away: `all` endpoints at once, `some`, `nothing` where it counts no errors,
    or all for as long as enough are left (`fallback`: below minHealthPercent every endpoint is used again).

    Envoy ejects while the share of ejected hosts stays within maxEjectionPercent, 10 by default.
    """
    if _switched_off(raw):
        return "nothing"
    most = raw.get("maxEjectionPercent")
    if not is_number(most) or most < 100:
        return "some"
    least = raw.get("minHealthPercent")
    return "fallback" if is_number(least) and least > 0 else "all"


def _switched_off(raw: Raw) -> bool:
    """Five errors in a row count unless something else is said, and 0 stands for never."""
    errors = raw.get("consecutive5xxErrors", 5) or raw.get("consecutiveErrors")
    own = raw.get("splitExternalLocalOriginErrors") and raw.get("consecutiveLocalOriginFailures", 5)
    return not (errors or raw.get("consecutiveGatewayErrors") or own)


def _pool(case: CaseBuilder, rule: DestinationRule, cluster: Cluster) -> None:
    found = rule.section("connectionPool", cluster.port, cluster.subset)
    spot = rule.policy.owner.at("spec.trafficPolicy") if rule.policy else rule.object.at("spec")
    held = list(_limits(found[0])) if found else []
    if found is None or not held:
        case.fact("destination_rule.limits", "none", found[1] if found else spot)
        return
    raw, place = found
    if place.key != case.roles["destination_rule"].key:
        return
    case.fact("destination_rule.limits", "set", place)
    case.detail("destination_rule.limits", ", ".join(f"{name} {value}" for _, name, value in held))
    case.detail("destination_rule.pool_field", place.field)
    case.detail("destination_rule.pool_doubled", _doubled(raw))


def _limits(raw: Raw) -> list[tuple[str, str, int]]:
    """(part, name, value) of the limits that a connectionPool sets; 0 stands for none."""
    values = ((part, name, as_map(raw.get(part)).get(name)) for part, name in LIMITS)
    return [(part, name, value) for part, name, value in values if is_number(value) and value > 0]


def _doubled(raw: Raw) -> dict[str, Any]:
    """The connectionPool with every limit twice as high."""
    copy: dict[str, Any] = {part: dict(as_map(value)) for part, value in raw.items()}
    for part, name, value in _limits(raw):
        copy[part][name] = 2 * value
    return copy
