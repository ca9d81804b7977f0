"""A client outside that dials a node: whether a pod of the gateway takes the connection there.

With `externalTrafficPolicy: Local` a node hands what comes in to pods of its own alone. Where a load balancer leads is
not looked at: it asks the nodes (healthCheckNodePort) and leaves out those without a pod. Must not know servers.
Sources: https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy;
https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip;
pkg/proxy/iptables/proxier.go in kubernetes/kubernetes.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.gateway.entrances import Entrance, on_node
from troubleshooter.mesh.gateway.nodes import OUTSIDE, keeps_local, node_at, opened_by_node
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Connection, Request, Stage
from troubleshooter.walk.basis.decisions import Trail, dropped


def dialled_node(mesh: Mesh, request: Request, trail: Trail) -> str:
    """The node that a client outside dials, "" where it dials none that was seen."""
    return node_at(mesh.index, request.host.strip("[]"), trail.hop.party.cluster)


def dial_node(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail of a client outside at a gateway: at a pod of the node that it dials, where traffic has to stay there;
    ended where no pod of it that is ready runs there."""
    workload = trail.hop.party.workload
    if workload is None or len(trail.hops) > 1:
        return trail
    node, address = dialled_node(mesh, request, trail), request.host.strip("[]")
    ways = [w for w in mesh.gateways.ways_in(workload) if opened_by_node(w, address, request.port)] if node else []
    if not ways or not all(keeps_local(way.service.object, OUTSIDE) for way in ways):
        return trail
    if any(pod.node == node and on_node(pod, request.port) is not None for pod in workload.staying):
        return trail
    ready = [e for way in ways for e in mesh.endpoints(way.service, way.port).ready]
    if not ready or any(e.pod is None or not e.pod.node for e in ready):
        return trail
    near = [e for e in ready if e.pod and e.pod.node == node]
    if not near:
        return _dropped(trail, ways[0], node)
    taking = next((e for e in near if e.workload is workload), near[0])
    return trail.decide(party=replace(trail.hop.party, workload=taking.workload, pod=taking.pod))


def _dropped(trail: Trail, way: Entrance, node: str) -> Trail:
    service = way.service.object
    said = f"{service} keeps what comes in on the node where it comes in, and no pod of it that is ready runs on {node}"
    place = service.at(f"spec.{OUTSIDE}")
    trail = trail.decide(service=way.service, port=way.port, stays_on=node)
    return trail.fails(Stage.LISTENER, said, dropped(Connection.TIMEOUT), resource=place)
