"""Which connections a pod's own proxy takes, and which go past it.

Decides from the annotations and labels that traffic redirection looks at. Must not know requests beyond their port and
address.
Sources: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io);
https://istio.io/latest/docs/ambient/usage/add-workloads/.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.injection.injector import TRAFFIC
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Reason
from troubleshooter.mesh.workload.inbound_ports import ports_in
from troubleshooter.mesh.workload.redirection import place_of, run_as_proxy, told, untaken
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.mesh.workload.ztunnels import REDIRECTED
from troubleshooter.model import Resource

EXCLUDE_OUTBOUND = f"{TRAFFIC}excludeOutboundPorts"
INCLUDE_OUTBOUND = f"{TRAFFIC}includeOutboundPorts"
EXCLUDE_RANGES = f"{TRAFFIC}excludeOutboundIPRanges"
INCLUDE_RANGES = f"{TRAFFIC}includeOutboundIPRanges"
AMBIENT_LABEL = "istio.io/dataplane-mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why a connection to one of these addresses goes past the proxy, and the field that says so. `annotation` is the
    one that lists ports or ranges, "" where another setting decides; `sure` is False where it hangs on an address that
    is not known."""

    reason: Reason
    place: Resource
    annotation: str = ""
    addresses: tuple[str, ...] = ()
    sure: bool = True


def leaves_out(pod: Pod, port: int) -> bool:
    """Whether connections that the pod makes to this port go past its proxy."""
    return str(port) in ports_in(told(pod, EXCLUDE_OUTBOUND))


def gap(pod: Pod, port: int, addresses: Sequence[str]) -> Gap | None:
    """Why the proxy does not take a connection that its own pod makes to a port of one of these addresses (none: they
    are not known); None if it takes it. In the order of the rules of traffic redirection."""
    nothing, owner = untaken(pod), run_as_proxy(pod)
    if nothing is not None:
        return Gap(reason=Reason.NOT_TAKEN, place=nothing)
    if leaves_out(pod, port):
        return Gap(reason=Reason.EXCLUDED_PORT, place=place_of(pod, EXCLUDE_OUTBOUND), annotation=EXCLUDE_OUTBOUND)
    if owner is not None:
        return Gap(reason=Reason.RUN_AS_PROXY, place=owner)
    excluded = ports_in(told(pod, EXCLUDE_RANGES))
    if excluded and _within(addresses, excluded) is not False:
        return _by_range(pod, EXCLUDE_RANGES, addresses, sure=bool(addresses))
    included = ports_in(told(pod, INCLUDE_RANGES, "*"))
    forced = str(port) in ports_in(told(pod, INCLUDE_OUTBOUND))
    if forced or "*" in included or _within(addresses, included):
        return None
    return _by_range(pod, INCLUDE_RANGES, addresses, sure=bool(addresses) or not included)


def _by_range(pod: Pod, name: str, addresses: Sequence[str], *, sure: bool) -> Gap:
    place = place_of(pod, name)
    return Gap(reason=Reason.EXCLUDED_RANGE, place=place, annotation=name, addresses=tuple(addresses), sure=sure)


def without(ranges: Sequence[str], addresses: Sequence[str]) -> list[str]:
    """The ranges that hold none of the addresses."""
    return [r for r in ranges if not _within(addresses, [r])]


def alone(address: str) -> str:
    """The range that holds this address and no other."""
    return str(ipaddress.ip_network(address))


def _within(addresses: Sequence[str], ranges: Sequence[str]) -> bool | None:
    """Whether some address lies in some range, None where no address is known."""
    if not addresses:
        return None
    return any(hosts.in_range(r, a) for r in ranges for a in addresses)


def in_ambient(mesh: Mesh, pod: Pod) -> bool:
    """Whether the node's ztunnel takes the pod's connections. A proxy of its own goes before; pods on the host's
    network are never taken."""
    if pod.proxy or pod.host_network:
        return False
    if pod.annotations.get(REDIRECTED) == "enabled":
        return True
    space = mesh.index.beside(pod.owner, CORE, "Namespace", "", pod.namespace)
    labels: Mapping[str, str] = space.labels if space else {}
    return pod.labels.get(AMBIENT_LABEL, labels.get(AMBIENT_LABEL)) == "ambient"
