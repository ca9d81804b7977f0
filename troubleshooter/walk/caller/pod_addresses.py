"""Calls to one pod by its address or its own name: which pod is meant, and which listener is for it, if any.

Must not know routes, or what the pod makes of the call.
Sources: `buildSidecarOutboundListeners` in istio/istio pilot/pkg/networking/core/listener.go; the rules for connections
of an application to itself in istio/istio tools/istio-iptables/pkg/capture/run.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.services import Endpoint
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Request
from troubleshooter.walk.basis.decisions import Trail

LISTENED = frozenset({"tcp", "tls", "auto"})
"""The protocol families of which a headless Service's port makes a listener for each pod; all HTTP of a port shares one
listener for whatever address, and its routes go by the host's name."""


def of_a_pod(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail with the headless Service by which the sender's proxy knows the address of a pod: one that the pod is
    behind, ready, and that has this port."""
    found = mesh.workloads.at_address(request.host.strip("[]")) if trail.hop.party.proxied else None
    if found is None:
        return trail
    workload, pod = found
    scope = mesh.sidecars.scope(trail.hop.party.namespace, trail.hop.party.labels)
    for service in mesh.registry.selecting(workload):
        port = service.port(request.port)
        if port is None or not service.headless or port.protocol.family not in LISTENED:
            continue
        if scope.has(service) and any(e.pod is pod for e in mesh.endpoints(service, port).ready):
            return trail.decide(service=service, port=port, member=pod.name)
    return trail


def is_own(mesh: Mesh, request: Request, trail: Trail) -> bool:
    """Whether a pod dials itself, by a loopback address or its own: that goes past its proxy both ways. Of a workload's
    pods it must be the only one, or the very one that was named as the sender."""
    if is_loopback(request.host):
        return True
    party, found = trail.hop.party, mesh.workloads.at_address(request.host.strip("[]"))
    if found is None or found[1] is not party.pod or party.workload is None:
        return False
    named = request.source.partition("@")[0].rpartition("/")[2]
    return found[1].name == named or len(party.workload.pods) == 1


def is_loopback(host: str) -> bool:
    """Whether a host is the machine that asks, whichever it is."""
    return hosts.is_loopback(host) or host == "localhost" or host.endswith(".localhost")


def members(endpoints: Iterable[Endpoint], name: str) -> list[Endpoint]:
    """The endpoints that a pod's own host name stands for; a stand-in answers for all pods of its workload."""
    return [e for e in endpoints if e.pod and _is_called(e.pod, name)]


def _is_called(pod: Pod, name: str) -> bool:
    if pod.standin:
        return name.startswith(f"{pod.owner.name}-")
    return name in {pod.name, str(pod.spec.get("hostname"))}
