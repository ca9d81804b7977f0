"""Facts about the NetworkPolicy that stops a connection, and the rule that would let it through.

Must not know what a client sees of it.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_services import selection_labels
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.network_policies import OWN_NAME, Direction
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.walk import Hop
from troubleshooter.walk.destinations.network import enforced_by, policy_stop


def about_network_policy(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """At which end a policy stops the connection, what its nearest rule lacks, and whether anything enforces it."""
    stop, endpoint = policy_stop(mesh, hop), hop.endpoint
    if stop is None or not stop.sure or endpoint is None or endpoint.pod is None or hop.party.pod is None:
        return
    incoming = stop.direction is Direction.INGRESS
    case.role("network_policy", stop.policy.at())
    case.role("target", endpoint.workload.object.at() if endpoint.workload else None)
    case.fact("network_policy.stops", stop.direction, stop.place)
    case.fact("network_policy.lacks", stop.miss, stop.place)
    enforcer = enforced_by(mesh, stop.policy)
    if enforcer is not None:
        case.fact("network_policy.enforced", "yes", enforcer.at())
    other = hop.party.pod if incoming else endpoint.pod
    ports = [{"port": endpoint.port, "protocol": "TCP"}]
    case.detail("network_policy.port", endpoint.port)
    case.detail("network_policy.rules_field", f"spec.{stop.direction}")
    case.detail("network_policy.rule", {"from" if incoming else "to": [_peer(other)], "ports": ports})


def _peer(pod: Pod) -> dict[str, object]:
    """A pod as a rule names it: by the labels of its workload, in its namespace."""
    return {
        "namespaceSelector": {"matchLabels": {OWN_NAME: pod.namespace}},
        "podSelector": {"matchLabels": dict(selection_labels(pod.labels))},
    }
