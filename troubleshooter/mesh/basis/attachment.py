"""Policies that name what they are for (`targetRefs`) instead of selecting it by labels.

Decides: whether such a policy is for the proxy of a pod. Only proxies that the Gateway API makes (its gateways, and
waypoints) can be named; on every other one such a policy has no effect. Must not know what the policy says.
Source: `ShouldAttachPolicy` in istio/istio pilot/pkg/model/policyattachment.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.model import Object, Raw, as_list, as_map

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
CLASS_NAME = "gateway.networking.k8s.io/gateway-class-name"
MANAGED_BY, WAYPOINTS = "gateway.istio.io/managed", "istio.io-mesh-controller"
"""The label that tells a waypoint from a gateway."""


def target_refs(policy: Object) -> list[Raw]:
    """What a policy names; empty where it selects by labels."""
    held = [as_map(r) for r in as_list(policy.spec.get("targetRefs"))]
    one = policy.spec.get("targetRef")
    return held or ([as_map(one)] if one is not None else [])


def attached(policy: Object, namespace: str, labels: Mapping[str, str]) -> bool:
    """Whether something that a policy names may be what the proxy of a pod with these labels serves."""
    if GATEWAY_NAME not in labels:
        return False
    return any(_names(r, policy, namespace, labels) for r in target_refs(policy))


def _names(ref: Raw, policy: Object, namespace: str, labels: Mapping[str, str]) -> bool:
    kind, name = ref.get("kind"), ref.get("name")
    if kind == "Gateway":
        return policy.namespace == namespace and name == labels[GATEWAY_NAME]
    if kind == "GatewayClass":
        return name == labels.get(CLASS_NAME, name)
    # Which services a waypoint is for is not modelled: any may be one of them.
    return labels.get(MANAGED_BY) == WAYPOINTS
