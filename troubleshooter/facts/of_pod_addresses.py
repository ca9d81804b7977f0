"""Facts about a call that goes past every Service: which headless Service would make the caller's proxy know it.

Looked for only where the proxy passes a connection on that ends at a pod. Must not know what the pod accepts.
Source: `buildSidecarOutboundListeners` in istio/istio pilot/pkg/networking/core/listener.go.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_missed_policies import unused
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.policy.mtls import Reason
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Request
from troubleshooter.walk import Hop
from troubleshooter.walk.caller.pod_addresses import LISTENED


def about_pod_address(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """The headless Service that lacks the port, or has it as HTTP, or that there is none."""
    endpoint, passed = hop.endpoint, hop.offer is not None and hop.offer.reason is Reason.EXTERNAL
    if not passed or endpoint is None or endpoint.workload is None or not _past_services(request, hop):
        return
    workload = endpoint.workload
    held = [s for s in mesh.registry.selecting(workload) if s.headless and s.visible_to(hop.party.namespace)]
    chosen = next((s for s in held if s.port(request.port)), None) or next(filter(_may_grow, held), None)
    if chosen is not None and _listened(chosen, request.port):
        return
    case.detail("target.peers_name", unused(f"{workload.name}-peers", _taken(mesh, workload.namespace)))
    case.detail("target.peers_port", f"tcp-{request.port}")
    if chosen is None:
        case.fact("target.headless", "none", workload.object.at())
        return
    case.role("service", chosen.object.at())
    port = chosen.port(request.port)
    place = chosen.object.at(port.path if port else "spec.ports")
    case.fact("target.headless", "http-port" if port else "without-port", place)


def _past_services(request: Request, hop: Hop) -> bool:
    """Whether the address of a pod is dialled, or a port that the headless Service that was named does not have."""
    if hop.service is None:
        return hosts.is_address(request.host)
    return hop.service.headless and hop.port is None


def _may_grow(service: Service) -> bool:
    """Whether one more port can be added: of several ports each needs a name."""
    return bool(service.ports) and all(p.name for p in service.ports)


def _listened(service: Service, number: int) -> bool:
    port = service.port(number)
    return port is not None and port.protocol.family in LISTENED


def _taken(mesh: Mesh, namespace: str) -> set[str]:
    return {s.object.name for s in mesh.registry.all if s.namespace == namespace and not s.entry}
