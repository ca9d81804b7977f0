"""Facts about a container port to which several Services lead: which of them says how the target's proxy reads it.

Source: https://istio.io/latest/docs/reference/config/analysis/ist0137/; `getFilterChainsByServicePort` in istio/istio
pilot/pkg/networking/core/listener_inbound.go.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import HopKind, Stage
from troubleshooter.walk import Hop, Trail


def about_inbound_rival(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """Whether an older Service makes the target's proxy read HTTP where the one that is called declares another
    protocol, and the request dies of it."""
    cluster, endpoint = hop.cluster, hop.endpoint
    if cluster is None or cluster.service is None or cluster.service_port is None:
        return
    if endpoint is None or endpoint.pod is None or not endpoint.pod.proxy:
        return
    service, port = cluster.service, cluster.service_port
    led = mesh.inbound_listeners.led_to(endpoint.workload, endpoint.pod, endpoint.port)
    if led is None or led.service is None or "rival" in case.roles:
        return
    died = trail.failed and trail.steps[-1].stage is Stage.LISTENER and trail.hop.kind is HopKind.TARGET
    other = led.service.object is not service.object
    differs = died and other and led.port.protocol.family == "http" and port.protocol.family in {"tcp", "tls"}
    case.fact("service.inbound_rival", "http" if differs else "none", led.place, service.object.at(port.path))
    if differs:
        case.role("rival", led.service.object.at())
        case.detail("rival.port_field", led.port.path)
        case.detail("rival.port", led.port.number)
        case.detail("rival.protocol", str(led.port.protocol))
        case.detail("service.container_port", endpoint.port)
        case.detail("service.protocol_word", str(port.protocol))
