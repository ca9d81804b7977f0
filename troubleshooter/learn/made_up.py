"""What a running cluster would add to the files of a scenario: names of pods, and addresses.

Decides: names and addresses that stay the same in every run. No fact rests on them. Addresses that the scenario's log
names are kept. Must not know what they are shown in.
Source of the alphabet of names: `SafeEncodeString` in kubernetes/apimachinery pkg/util/rand.
"""

from __future__ import annotations

import hashlib

from troubleshooter.evidence import AccessLogEntry, Side
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import HopKind
from troubleshooter.walk import Trail

SAFE = "bcdfghjklmnpqrstvwxz2456789"
HASHED = {"Deployment": (10, 5), "Rollout": (10, 5)}
"""How many letters Kubernetes adds to the name of a workload; five where nothing is said."""


NO_FILTER_CHAIN = "filter_chain_not_found"
"""What the receiving proxy writes of a connection that it does not take."""


class MadeUp:
    """Names and addresses for the pods of one scenario."""

    def __init__(self, trail: Trail, entry: AccessLogEntry | None) -> None:
        logged = _logged(entry)
        known = ((_workload(trail, kind), address.rpartition(":")[0]) for kind, address in logged.items())
        self._kept = {str(workload.object): address for workload, address in known if workload and address}

    def pod_name(self, workload: Workload, pod: Pod, number: int = 0) -> str:
        """The name of a pod; of one that stands for its replicas, the name that its `number`th could have."""
        if not pod.standin:
            return pod.name
        kind = workload.object.kind
        if kind == "StatefulSet":
            return f"{workload.name}-{number}"
        lengths = HASHED.get(kind, (5,))
        # The first part of a Deployment's names is that of its ReplicaSet, the same for all replicas.
        parts = [_letters(f"{workload}/{n}/{number if n else 0}", length) for n, length in enumerate(lengths)]
        return "-".join([workload.name, *parts])

    def addresses(self, workload: Workload, pod: Pod) -> list[str]:
        """The address of a pod; of one that stands for its replicas, those of all of them."""
        if pod.address:
            return [pod.address]
        kept = self._kept.get(str(workload.object))
        count = workload.replicas if pod.standin else 1
        return [kept if kept and not n else _address(f"{workload.object}/{n}") for n in range(count)]

    def of(self, endpoint: Endpoint) -> list[str]:
        """The addresses of an endpoint with its port: its pods', or the one that is written."""
        pod, workload = endpoint.pod, endpoint.workload
        held = self.addresses(workload, pod) if workload and pod else [endpoint.address]
        return [f"{address}:{endpoint.port}" for address in held]


def _workload(trail: Trail, kind: HopKind) -> Workload | None:
    """The workload of a hop; the target also where the request died on the way to it."""
    found = next((hop.party.workload for hop in trail.hops if hop.kind is kind), None)
    last = trail.hops[-1].endpoint
    return found or (last.workload if last and kind is HopKind.TARGET else None)


def _logged(entry: AccessLogEntry | None) -> dict[HopKind, str]:
    """Whose address stands where in a line of a sidecar's log."""
    if entry is None:
        return {}
    if entry.side is Side.INBOUND or entry.details == NO_FILTER_CHAIN:
        return {HopKind.TARGET: entry.downstream_local, HopKind.SENDER: entry.downstream_remote}
    if entry.side is Side.OUTBOUND:
        return {HopKind.TARGET: entry.upstream_host, HopKind.SENDER: entry.downstream_remote}
    return {}


def _letters(seed: str, length: int) -> str:
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(SAFE[byte % len(SAFE)] for byte in digest[:length])


def _address(seed: str) -> str:
    """An address of the range that many clusters give to pods."""
    digest = hashlib.sha256(seed.encode()).digest()
    return f"10.244.{digest[0] % 8}.{digest[1] % 250 + 2}"
