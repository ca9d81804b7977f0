"""Which connections a pod's own proxy takes, and which go past it.

Decides from the annotations and labels that traffic redirection looks at. Must not know requests beyond a port.
Sources: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io);
https://istio.io/latest/docs/ambient/usage/add-workloads/.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from troubleshooter.mesh.index import CORE
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.workloads import Pod
from troubleshooter.model import Resource

EXCLUDE_OUTBOUND = "traffic.sidecar.istio.io/excludeOutboundPorts"
EXCLUDE_INBOUND = "traffic.sidecar.istio.io/excludeInboundPorts"
INCLUDE_OUTBOUND = "traffic.sidecar.istio.io/includeOutboundPorts"
EXCLUDE_RANGES = "traffic.sidecar.istio.io/excludeOutboundIPRanges"
INCLUDE_RANGES = "traffic.sidecar.istio.io/includeOutboundIPRanges"
INCLUDE_INBOUND = "traffic.sidecar.istio.io/includeInboundPorts"
AMBIENT_LABEL = "istio.io/dataplane-mode"
AMBIENT_SEEN = "ambient.istio.io/redirection"


def ports_in(text: str) -> list[str]:
    """The ports of an annotation, as written."""
    return [part.strip() for part in text.split(",") if part.strip()]


def leaves_out(pod: Pod, port: int) -> bool:
    """Whether connections that the pod makes to this port go past its proxy."""
    return str(port) in ports_in(pod.annotations.get(EXCLUDE_OUTBOUND, ""))


def leaves_out_address(pod: Pod, address: str, port: int) -> str | None:
    """The annotation by whose ranges connections that the pod makes to an address go past its proxy, "" if none does;
    None where it depends on the address, and that is not known ("")."""
    included = pod.annotations.get(INCLUDE_RANGES, "*").strip()
    excluded = pod.annotations.get(EXCLUDE_RANGES, "").strip()
    if included == "*" and not excluded:
        return ""
    if not address:
        return None
    if _within(address, excluded):
        return EXCLUDE_RANGES
    taken = (
        included == "*"
        or _within(address, included)
        or str(port) in ports_in(pod.annotations.get(INCLUDE_OUTBOUND, ""))
    )
    return "" if taken else INCLUDE_RANGES


def _within(address: str, ranges: str) -> bool:
    """Whether an address lies in one of the ranges; what is no range has nothing in it."""
    return any(_in_range(address, text) for text in ports_in(ranges))


def _in_range(address: str, text: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False


def lets_in(pod: Pod, port: int) -> bool:
    """Whether connections to this port of the pod go past its proxy, straight to the application."""
    included = pod.annotations.get(INCLUDE_INBOUND, "*").strip()
    outside = included != "*" and str(port) not in ports_in(included)
    return outside or str(port) in ports_in(pod.annotations.get(EXCLUDE_INBOUND, ""))


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
    space = mesh.index.get(CORE, "Namespace", "", pod.namespace)
    labels: Mapping[str, str] = space.labels if space else {}
    return pod.labels.get(AMBIENT_LABEL, labels.get(AMBIENT_LABEL)) == "ambient"
