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

from troubleshooter.mesh.inbound_ports import TRAFFIC, ports_in
from troubleshooter.mesh.index import CORE
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.workloads import Pod
from troubleshooter.model import Resource

EXCLUDE_OUTBOUND = f"{TRAFFIC}excludeOutboundPorts"
INCLUDE_OUTBOUND = f"{TRAFFIC}includeOutboundPorts"
EXCLUDE_RANGES = f"{TRAFFIC}excludeOutboundIPRanges"
INCLUDE_RANGES = f"{TRAFFIC}includeOutboundIPRanges"
AMBIENT_LABEL = "istio.io/dataplane-mode"
AMBIENT_SEEN = "ambient.istio.io/redirection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The annotation that lets a connection to one of these addresses past the proxy; `sure` is False where that hangs
    on an address that is not known."""

    annotation: str
    addresses: tuple[str, ...] = ()
    sure: bool = True


def leaves_out(pod: Pod, port: int) -> bool:
    """Whether connections that the pod makes to this port go past its proxy."""
    return str(port) in ports_in(pod.annotations.get(EXCLUDE_OUTBOUND, ""))


def gap(pod: Pod, port: int, addresses: Sequence[str]) -> Gap | None:
    """Why the proxy does not take a connection that its own pod makes to a port of one of these addresses (none: they
    are not known); None if it takes it."""
    if leaves_out(pod, port):
        return Gap(annotation=EXCLUDE_OUTBOUND)
    excluded = ports_in(pod.annotations.get(EXCLUDE_RANGES, ""))
    if excluded and _within(addresses, excluded) is not False:
        return Gap(annotation=EXCLUDE_RANGES, addresses=tuple(addresses), sure=bool(addresses))
    included = ports_in(pod.annotations.get(INCLUDE_RANGES, "*"))
    forced = str(port) in ports_in(pod.annotations.get(INCLUDE_OUTBOUND, ""))
    if forced or "*" in included or _within(addresses, included):
        return None
    return Gap(annotation=INCLUDE_RANGES, addresses=tuple(addresses), sure=bool(addresses) or not included)


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
    networks = [n for r in ranges if (n := _network(r)) is not None]
    parsed = [ipaddress.ip_address(a.strip("[]")) for a in addresses]
    return any(a in n for a in parsed for n in networks if a.version == n.version)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def annotation(pod: Pod, name: str) -> Resource:
    """Where an annotation stands: in the pod, or in the template that it stands for."""
    return pod.at(f'metadata.annotations["{name}"]')


def in_ambient(mesh: Mesh, pod: Pod) -> bool:
    """Whether the node's ztunnel takes the pod's connections. A proxy of its own goes before; pods on the host's
    network are never taken."""
    if pod.proxy or pod.host_network:
        return False
    if pod.annotations.get(AMBIENT_SEEN) == "enabled":
        return True
    space = mesh.index.beside(pod.owner, CORE, "Namespace", "", pod.namespace)
    labels: Mapping[str, str] = space.labels if space else {}
    return pod.labels.get(AMBIENT_LABEL, labels.get(AMBIENT_LABEL)) == "ambient"
