"""The nodes of a Kubernetes cluster: which of them an address is one's, and which ways in a node has for a Service.

Decides from Nodes and Services. Must not know requests or gateways' servers.
Sources: https://kubernetes.io/docs/reference/node/node-status/#addresses;
https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy; pkg/proxy/iptables/proxier.go in
kubernetes/kubernetes (traffic for a node without an endpoint of its own is dropped, not refused).
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.gateway.entrances import Entrance
from troubleshooter.model import Object, as_list, as_map

OUTSIDE, INSIDE = "externalTrafficPolicy", "internalTrafficPolicy"
SPREAD = "networking.istio.io/traffic-distribution"


def node_at(index: Index, address: str, cluster: str) -> str:
    """The name of the node of a Kubernetes cluster that has an address (or host name), "" if none is known to."""
    return index.kept("nodes by address", _by_address).get((cluster, address), "")


def _by_address(index: Index) -> Mapping[tuple[str, str], str]:
    return {
        (node.cluster, str(held.get("address"))): node.name
        for node in index.all(CORE, "Node")
        for held in map(as_map, as_list(node.status.get("addresses")))
    }


def keeps_local(service: Object, field: str) -> bool:
    """Whether a Service wants traffic from outside or inside to stay on the node where it comes in or starts."""
    return service.spec.get(field) == "Local"


def opened_by_node(way: Entrance, address: str, port: int) -> bool:
    """Whether a node opens a port at an address of its own for a Service: its node port, or the Service's port where
    the address is one that the Service has for clients outside."""
    return port == way.node_port or (port == way.port.number and address in outer_addresses(way.service.object))


def outer_addresses(service: Object) -> frozenset[str]:
    """The addresses of a Service that every node takes for its own: externalIPs, and those of its load balancer."""
    balancer = as_list(as_map(service.status.get("loadBalancer")).get("ingress"))
    given = {str(as_map(each).get("ip") or "") for each in balancer}
    return frozenset({*map(str, as_list(service.spec.get("externalIPs"))), *given} - {""})


def node_matters(index: Index) -> bool:
    """Whether some Service's endpoints depend on the node that a pod of its caller runs on."""
    return index.kept("traffic stays on nodes", lambda held: any(map(_by_node, held.all(CORE, "Service"))))


def _by_node(service: Object) -> bool:
    spread = (service.spec.get("trafficDistribution"), service.annotations.get(SPREAD))
    return keeps_local(service, INSIDE) or any(str(s).lower() == "prefersamenode" for s in spread)
