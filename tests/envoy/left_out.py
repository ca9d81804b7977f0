"""Which rows of `tests/tables/` no Envoy here can try, each for a reason that its mesh or request shows.

A reason is a gap of the imitation, or something in which no proxy takes part. Must name no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.tables.rows import Row, inventory_of
from troubleshooter.mesh.basis.durations import seconds
from troubleshooter.model import Object, as_list, as_map


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row with the objects of its mesh."""

    row: Row
    objects: Sequence[Object]

    def of(self, *kinds: str) -> list[Object]:
        return [thing for thing in self.objects if thing.kind in kinds]

    @property
    def headers(self) -> Mapping[str, str]:
        return {str(name).lower(): str(value) for name, value in dict(self.row.raw.get("headers", ())).items()}


Seen = Callable[[Case], bool]
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What the name of a header is made of."""
PATIENCE = 1.0
"""Seconds that a client waits, with something to spare."""


def why_not(row: Row) -> str:
    """The reason for which a row is left out, "" for one that is tried."""
    case = Case(row=row, objects=inventory_of(row).objects)
    return next((reason for reason, seen in REASONS.items() if seen(case)), "")


def _values(held: object, wanted: str) -> Iterator[Any]:
    """Everything that stands under a key, however deep."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key == wanted:
                yield value
            yield from _values(value, wanted)
    elif isinstance(held, list):
        for value in held:
            yield from _values(value, wanted)


def _anywhere(key: str, *kinds: str) -> Seen:
    return lambda case: any(True for thing in case.of(*kinds) for _ in _values(thing.spec, key))


def _says(key: str, *values: str) -> Seen:
    return lambda case: case.row.raw["then"].get(key) in values


def _at_a_node(case: Case) -> bool:
    """Whether nodes take part: they open ports, or drop what a caller without a proxy sends."""
    chosen = _says("connection", "timeout")(case) or "pod/" in str(case.row.raw.get("from", ""))
    dropped = chosen and any(_keeps(thing) for thing in case.of("Service"))
    return dropped or any(thing.spec.get("externalTrafficPolicy") == "Local" for thing in case.of("Service"))


def _keeps(service: Object) -> bool:
    return service.spec.get("internalTrafficPolicy") == "Local"


def _starting(case: Case) -> bool:
    """Whether it matters how far the containers of pods are."""
    held = (thing.raw.get("status") or {} for thing in case.of("Pod"))
    return any("containerStatuses" in status or "initContainerStatuses" in status for status in held)


def _mesh_tls_outside(case: Case) -> bool:
    """Whether mutual TLS of the mesh goes to a host outside: every stand-in here has a certificate of the mesh."""
    outside = any(thing.spec.get("location", "MESH_EXTERNAL") == "MESH_EXTERNAL" for thing in case.of("ServiceEntry"))
    ruled = any("ISTIO_MUTUAL" in _values(thing.spec, "mode") for thing in case.of("DestinationRule"))
    return outside and ruled and _says("stage", "transport")(case)


def _several_clusters(case: Case) -> bool:
    return len({thing.cluster for thing in case.objects}) > 1


def _authorizer(case: Case) -> bool:
    return any(policy.spec.get("action") == "CUSTOM" for policy in case.of("AuthorizationPolicy"))


def _sidecar_ports(case: Case) -> bool:
    listeners = [as_map(e) for thing in case.of("Sidecar") for e in as_list(thing.spec.get("egress"))]
    return any(thing.spec.get("ingress") for thing in case.of("Sidecar")) or any(
        e.get("port") or e.get("bind") for e in listeners
    )


def _grpc(case: Case) -> bool:
    declared = case.headers.get("content-type", "").startswith("application/grpc")
    return declared or case.row.raw["to"].startswith("grpc:")


def _unsendable(case: Case) -> bool:
    return any(not TOKEN.fullmatch(name) for name in case.headers)


def _waits(case: Case) -> bool:
    delays = (value for thing in case.of("VirtualService") for value in _values(thing.spec, "fixedDelay"))
    return any((seconds(delay) or 0) > PATIENCE for delay in delays)


def _tls_modes(case: Case) -> bool:
    return any("AUTO_PASSTHROUGH" in _values(thing.spec, "mode") for thing in case.of("Gateway"))


def _odd_addresses(case: Case) -> bool:
    written = [str(a) for thing in case.of("ServiceEntry") for a in as_list(thing.spec.get("addresses"))]
    listed = [str(a) for thing in case.of("ServiceEntry", "WorkloadEntry") for a in _values(thing.spec, "address")]
    return any("/" in a for a in written) or any(a.startswith("unix:") for a in listed)


def _unlike_entries(case: Case) -> bool:
    """Whether ServiceEntries for one host resolve it in different ways."""
    ways: dict[str, set[object]] = {}
    for thing in case.of("ServiceEntry"):
        for host in as_list(thing.spec.get("hosts")):
            ways.setdefault(str(host), set()).add(thing.spec.get("resolution"))
    return any(len(found) > 1 for found in ways.values())


def _udp(case: Case) -> bool:
    return any("UDP" in _values(thing.spec, "protocol") for thing in case.of("Service"))


def _look_ahead(case: Case) -> bool:
    return any("(?" in str(value) for thing in case.of("VirtualService") for value in _values(thing.spec, "regex"))


REASONS: Mapping[str, Seen] = {
    "no object tells what comes": lambda case: (
        bool(case.row.raw["then"].get("unknown")) or _says("verdict", "undetermined")(case)
    ),
    "no proxy takes part in what names resolve to": lambda case: (
        _says("stage", "dns")(case) or _says("connection", "dns")(case)
    ),
    "no proxy takes part in what nodes drop, or in which pods they choose": _at_a_node,
    "no proxy here is still starting, or has crashed": _starting,
    "hosts outside that speak no mutual TLS of the mesh": _mesh_tls_outside,
    "several Kubernetes clusters": _several_clusters,
    "external authorizers are not imitated": _authorizer,
    "keys that a rule holds itself: tokens are signed anew, with keys of ours": _anywhere(
        "jwks", "RequestAuthentication"
    ),
    "listeners that a Sidecar makes are not imitated": _sidecar_ports,
    "egress proxies are not imitated": _anywhere("egressProxy", "Sidecar"),
    "gateways between networks are not imitated": _tls_modes,
    "routes by destinationSubnets: loopback addresses lie in none": _anywhere("destinationSubnets", "VirtualService"),
    "ranges of addresses and Unix sockets are no loopback address": _odd_addresses,
    "listeners of a ServiceEntry that another one of its host keeps from having clusters": _unlike_entries,
    "the client speaks no gRPC": _grpc,
    "the client speaks no UDP": _udp,
    "no client can send a header of this name": _unsendable,
    "the client waits for no delay": _waits,
    "Envoy refuses a configuration with a regex that RE2 does not know": _look_ahead,
}
"""By what a reader is told. The first that holds counts."""
