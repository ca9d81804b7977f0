"""Facts about traffic that may not leave a node on which nothing of its Service is ready.

Decides from what a branch died of. Must not know causes.
Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder, selector_text
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk import Trail
from troubleshooter.walk.destinations.endpoint_choice import in_subset

MOST_NODES = 5
"""How many nodes are named."""


def about_node(case: CaseBuilder, mesh: Mesh, trail: Trail) -> None:
    """Which policy keeps the traffic on a node, and which nodes have what that one lacks."""
    hop = trail.hop
    service = hop.cluster.service if hop.cluster else hop.service
    port = hop.cluster.service_port if hop.cluster else hop.port
    if not trail.failed or not hop.stays_on or service is None or port is None:
        return
    step = trail.steps[-1]
    outside = hop.kind is HopKind.GATEWAY and step.stage is Stage.LISTENER
    case.role("service", service.object.at())
    case.fact("service.node_policy", "external" if outside else "internal", step.resource)
    case.fact("service.node_endpoints", "none", service.object.at())
    held = mesh.endpoints(service, port).ready
    ready = [e.pod for e in held if e.pod and (hop.cluster is None or in_subset(e, hop.cluster))]
    nodes = sorted({pod.node for pod in ready if pod.node})
    more = f" and {len(nodes) - MOST_NODES} more" if len(nodes) > MOST_NODES else ""
    case.detail("service.node", hop.stays_on)
    case.detail("service.node_policy_field", step.resource.field if step.resource else None)
    case.detail("service.nodes", ", ".join(nodes[:MOST_NODES]) + more)
    case.detail("service.selector_text", selector_text(service.selector.items()))
