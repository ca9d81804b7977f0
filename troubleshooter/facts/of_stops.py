"""Facts about pods that stop: whether the endpoint of a failed line is still there, and whether an application waits
before it ends.

That an application does not wait is no fault by itself: many finish what they have begun. Must not know why a pod
stopped.
Sources: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination;
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig (terminationDrainDuration).
"""

from __future__ import annotations

import json

from troubleshooter.evidence import Side
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_far_ends import through_east_west
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.basis.pods import PROXY, is_number
from troubleshooter.mesh.control_plane.proxy_config import FIELD, PROXY_CONFIG
from troubleshooter.mesh.workload.readiness_probes import serving
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Resource, as_list, as_map
from troubleshooter.walk import Hop

ROLLED = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})
"""Kinds whose pods are replaced one by one; the pods of others are made for one run, or by hand."""
DRAIN = "terminationDrainDuration"
DRAIN_TIME = "15s"
LEAST_GRACE = 30
"""Seconds from the order to stop to the kill: Kubernetes' default."""


def about_stopping(case: CaseBuilder, hop: Hop) -> None:
    """Whether the application that is called waits before it ends, and where that would be said."""
    workload = hop.endpoint.workload if hop.endpoint else None
    if hop.endpoint is None or workload is None or workload.object.kind not in ROLLED:
        return
    held = list(enumerate(map(as_map, as_list(workload.pod_spec.get("containers")))))
    own = [(n, c) for n, c in held if c.get("name") != PROXY]
    if not own:
        return
    waits = [n for n, c in own if as_map(c.get("lifecycle")).get("preStop")]
    path = f"{workload.template.path}spec"
    field = f"{path}.containers[{serving(workload.pod_spec, hop.endpoint.port)}]"
    place = workload.object.at(f"{path}.containers[{waits[0]}].lifecycle.preStop" if waits else field)
    case.fact("target.stop_hook", "present" if waits else "absent", place)
    case.detail("target.stop_field", f"{field}.lifecycle.preStop")
    case.detail("target.grace_field", f"{path}.terminationGracePeriodSeconds")
    grace = workload.pod_spec.get("terminationGracePeriodSeconds")
    case.detail("target.grace", max(grace, LEAST_GRACE) if is_number(grace) else LEAST_GRACE)
    case.detail("target.config_field", f"{workload.template.path}{FIELD}")
    case.detail("target.config_drained", _drained(workload))


def about_endpoint_seen(case: CaseBuilder, mesh: Mesh, hop: Hop, observation: Observation) -> None:
    """Whether the endpoint that a line names is one of the service still, or one in a cluster that was not read.
    Nothing is said where that cannot be told, without pods."""
    entry, cluster, found = observation.entry, hop.cluster, hop.endpoints
    address = entry.upstream_host.rpartition(":")[0].strip("[]")
    if entry.side is not Side.OUTBOUND or not address or cluster is None or cluster.service is None or found is None:
        return
    service = cluster.service
    seen = not service.entry and mesh.index.saw_running(CORE, "Pod", service.namespace)
    known = {e.address: e for e in found.all if e.address}
    if not seen or not known:
        return
    endpoint = known.get(address)
    if endpoint is None and mesh.workloads.at_address(address) is None:
        word = "remote" if mesh.clusters_not_read or through_east_west(entry) else "gone"
        places = mesh.clusters_not_read if word == "remote" else _places(hop)
        case.seen("failure.endpoint", word, observation.source, *places)
    elif endpoint is not None and endpoint.pod is not None:
        stopping = bool(endpoint.pod.owner.metadata.get("deletionTimestamp"))
        case.seen("failure.endpoint", "stopping" if stopping else "there", observation.source, endpoint.pod.owner.at())
    case.detail("failure.address", address)


def _places(hop: Hop) -> list[Resource]:
    """The pods that are there in its place."""
    held = hop.endpoints.all if hop.endpoints else ()
    return [e.pod.owner.at() for e in held if e.pod][:4]


def _drained(workload: Workload) -> str:
    """The proxy's settings in the annotation, with a longer time to drain; JSON is YAML too."""
    written = str(workload.template.annotations.get(PROXY_CONFIG) or "").strip()
    if DRAIN in written:
        return written
    try:
        known = json.loads(written or "{}")
    except ValueError:
        return f"{written}\n{DRAIN}: {DRAIN_TIME}\n"
    return json.dumps({**as_map(known), DRAIN: DRAIN_TIME})
