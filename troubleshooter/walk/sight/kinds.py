"""Which stages objects of a kind could decide otherwise, if there were more of them than were seen: one table.

Decides: for each kind at which hops and stages it counts, in which namespaces, and on what condition. Must not know
what is done about it. The stages are those of the modules that read the kind; a test takes each kind away from every
mesh of the tables, and no verdict may become another that is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from troubleshooter.mesh.basis.index import ADMISSION, CORE, DISCOVERY, NETWORKING, SECURITY, Kind
from troubleshooter.mesh.not_modelled.unmodelled import EXTENSIONS, GATEWAY_API, OF_ROUTES
from troubleshooter.mesh.workload.workloads import KINDS
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk.sight import conditions
from troubleshooter.walk.sight.conditions import Condition, always

S = Stage
SENDER, GATEWAY, TARGET = HopKind.SENDER, HopKind.GATEWAY, HopKind.TARGET
SENDING = frozenset({SENDER, GATEWAY})
TAKING = frozenset({GATEWAY, TARGET})
ANY_HOP = frozenset(HopKind)


class Where(Enum):
    """In which namespaces an object counts for a stage of a hop."""

    ANYWHERE = auto()
    """In any: it may be exported."""
    AROUND = auto()
    """Those of the proxy, of the service and its endpoints, and the root namespace."""
    NAMED = auto()
    """That of the Service which was found by its name; in any where none was found."""
    ROOT = auto()
    """The root namespace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An object of a kind that was not seen could decide these stages otherwise. `ends` is False where it could only
    make a request fail that passes, or is not modelled anyway: then what follows is believed as far as it goes."""

    stages: frozenset[Stage]
    hops: frozenset[HopKind] = ANY_HOP
    where: Where = Where.AROUND
    when: Condition = always
    ends: bool = True


def _at(
    *stages: Stage,
    hops: frozenset[HopKind] = ANY_HOP,
    where: Where = Where.AROUND,
    when: Condition = always,
    ends: bool = True,
) -> Rule:
    return Rule(stages=frozenset(stages), hops=hops, where=where, when=when, ends=ends)


_ALL = Where.ANYWHERE
_PODS = (
    _at(S.CAPTURE, hops=SENDING),
    _at(S.ENDPOINT, hops=SENDING),
    _at(S.DNS, S.LISTENER, when=conditions.by_endpoints),
)
_CONTROLLERS = (
    _at(S.CAPTURE, S.ENDPOINT, hops=SENDING, when=conditions.stands_for_pods),
    _at(S.DNS, S.LISTENER, when=conditions.by_endpoints),
)

RULES: Mapping[Kind, tuple[Rule, ...]] = {
    (CORE, "Service"): (
        _at(S.DNS, S.LISTENER, where=Where.NAMED, hops=frozenset({SENDER})),
        _at(S.LISTENER, hops=TAKING),
        _at(S.LISTENER, where=_ALL, hops=frozenset({GATEWAY}), when=conditions.passes_on),
        _at(S.CLUSTER, where=Where.NAMED, hops=SENDING),
        _at(S.ENDPOINT),
    ),
    (NETWORKING, "ServiceEntry"): (
        _at(S.DNS, where=_ALL, when=conditions.fails),
        _at(S.LISTENER, S.ROUTE, S.CLUSTER, where=_ALL, hops=SENDING),
        _at(S.LISTENER, hops=frozenset({TARGET})),
    ),
    (NETWORKING, "VirtualService"): (_at(S.ROUTE, where=_ALL),),
    (NETWORKING, "DestinationRule"): (
        _at(S.CLUSTER, where=_ALL, when=conditions.destination_is_there),
        _at(S.LISTENER, where=_ALL, hops=frozenset({GATEWAY}), when=conditions.passes_on),
    ),
    (NETWORKING, "Gateway"): (
        _at(S.LISTENER, where=_ALL, hops=frozenset({GATEWAY})),
        _at(S.LISTENER, where=_ALL, hops=frozenset({TARGET}), when=conditions.of_a_gateway),
        _at(S.TRANSPORT, where=_ALL, hops=SENDING, when=conditions.to_a_gateway),
        _at(S.ENDPOINT, where=_ALL, hops=SENDING, when=conditions.several_clusters),
    ),
    (NETWORKING, "Sidecar"): (
        _at(S.CAPTURE, S.LISTENER, hops=frozenset({SENDER})),
        _at(S.LISTENER, hops=frozenset({TARGET})),
    ),
    (NETWORKING, "WorkloadEntry"): (_at(S.ENDPOINT, S.CLUSTER, hops=SENDING),),
    (NETWORKING, "WorkloadGroup"): (_at(S.ENDPOINT, hops=SENDING),),
    (NETWORKING, "EnvoyFilter"): (
        _at(S.LISTENER, S.ROUTE, S.CLUSTER, hops=SENDING, ends=False),
        _at(S.LISTENER, hops=frozenset({TARGET}), ends=False),
    ),
    (NETWORKING, "ProxyConfig"): (
        _at(S.CAPTURE, hops=SENDING, ends=False),
        _at(S.LISTENER, when=conditions.old_http),
    ),
    (SECURITY, "PeerAuthentication"): (
        _at(S.TRANSPORT, hops=SENDING),
        _at(S.ENDPOINT, hops=SENDING, when=conditions.fails),
    ),
    (SECURITY, "RequestAuthentication"): (_at(S.AUTHENTICATION, when=conditions.with_credentials),),
    (SECURITY, "AuthorizationPolicy"): (
        _at(S.AUTHORIZATION, when=conditions.not_denied, ends=False),
        _at(S.ENDPOINT, hops=SENDING, when=conditions.fails),
    ),
    (EXTENSIONS, "WasmPlugin"): (_at(S.AUTHENTICATION, S.AUTHORIZATION, ends=False),),
    **dict.fromkeys(OF_ROUTES, (_at(S.ROUTE, where=_ALL, ends=False),)),
    (GATEWAY_API, "Gateway"): (_at(S.LISTENER, where=_ALL, hops=frozenset({GATEWAY})),),
    **dict.fromkeys(
        ((GATEWAY_API, "ReferenceGrant"), ("networking.k8s.io", "Ingress"), ("cert-manager.io", "Certificate")),
        (_at(S.LISTENER, hops=frozenset({GATEWAY}), when=conditions.with_secret),),
    ),
    (CORE, "Secret"): (
        _at(S.LISTENER, hops=frozenset({GATEWAY}), when=conditions.with_secret),
        _at(S.ENDPOINT, S.DNS, where=_ALL, when=conditions.several_clusters),
    ),
    (CORE, "ConfigMap"): (_at(S.DNS, where=Where.ROOT), _at(S.TRANSPORT, when=conditions.several_clusters)),
    (CORE, "Namespace"): (
        _at(S.CAPTURE, hops=SENDING, when=conditions.by_namespace),
        _at(S.ENDPOINT, hops=SENDING, when=conditions.ends_by_namespace),
        _at(S.DNS, when=conditions.fails),
    ),
    (ADMISSION, "MutatingWebhookConfiguration"): (
        _at(S.CAPTURE, hops=SENDING, when=conditions.stands_for_pods),
        _at(S.ENDPOINT, hops=SENDING, when=conditions.stands_for_pods),
    ),
    (CORE, "Pod"): _PODS,
    **dict.fromkeys(KINDS, _CONTROLLERS),
    (DISCOVERY, "EndpointSlice"): (_at(S.ENDPOINT, hops=SENDING), _at(S.DNS, S.LISTENER, when=conditions.by_endpoints)),
    (CORE, "Endpoints"): (_at(S.ENDPOINT, hops=SENDING), _at(S.DNS, S.LISTENER, when=conditions.by_endpoints)),
    (CORE, "Node"): (
        _at(S.ENDPOINT, hops=SENDING, when=conditions.by_node),
        _at(S.DNS, S.LISTENER, hops=frozenset({GATEWAY}), when=conditions.to_a_node),
    ),
    ("networking.k8s.io", "NetworkPolicy"): (_at(S.ENDPOINT, hops=SENDING, ends=False),),
}
"""For each kind where it counts. Kinds that are not here decide nothing of a walk."""

OF_STARTS: Mapping[Kind, Condition] = {
    **dict.fromkeys(((CORE, "Pod"), *KINDS), conditions.outside_unmanned),
    **dict.fromkeys(((NETWORKING, "Gateway"), (NETWORKING, "VirtualService")), conditions.outside_unnamed),
    **dict.fromkeys(((CORE, "Service"), (NETWORKING, "ServiceEntry")), conditions.outside_unasked),
}
"""Kinds by which it is found who sends the request."""
