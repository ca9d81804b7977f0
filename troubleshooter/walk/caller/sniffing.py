"""Proxies that wait for what a client says first, while the client waits for its server.

Decides whether a connection hangs before any listener takes it. Must not know routes.
Sources: https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols;
`buildListenerFromEntry` in istio/istio pilot/pkg/networking/core/listener.go and `populateListenerFilters` in
listener_inbound.go there: the time that inspectors wait is protocolDetectionTimeout, 0 and so for ever by default.
"""

from __future__ import annotations

import re

from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Mode, Sends
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.server_first import speaks_first
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Connection, HopKind, Request, Stage, StageVerdict
from troubleshooter.walk.basis.decisions import Trail, dropped
from troubleshooter.walk.caller.sender import bypassed

NOTHING = re.compile(r"(?:0+(?:\.0+)?(?:h|m|s|ms|us|ns)?)*")
"""A duration of nothing."""


def gives_up(settings: Settings) -> bool:
    """Whether proxies stop waiting some time."""
    return NOTHING.fullmatch(str(settings.values.get("protocolDetectionTimeout") or "0s")) is None


def wait_outbound(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail as it is, or the one that hangs because the caller's proxy detects the protocol of the port."""
    hop = trail.hop
    if hop.kind is not HopKind.SENDER or bypassed(trail) or hop.passthrough or hop.service is None or hop.port is None:
        return trail
    return _hangs(mesh, request, trail, hop.service, hop.port) if hop.detects else trail


def wait_inbound(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The same for the target's proxy. Mutual TLS is no matter: there the sending proxy speaks first."""
    hop, before = trail.hop, trail.hops[-2]
    plain = before.offer is not None and before.offer.sends is Sends.PLAINTEXT and before.family != "http"
    if not hop.party.proxied or not plain or hop.endpoint is None or hop.party.workload is None:
        return trail
    assert hop.party.pod is not None  # noqa: S101 - what has a proxy is a pod
    led = mesh.inbound_listeners.led_to(hop.party.workload, hop.party.pod, hop.endpoint.port)
    looks = before.accepts is not None and before.accepts.mode is Mode.PERMISSIVE
    if led is None or led.service is None or not (looks or led.port.protocol is Protocol.AUTO):
        return trail
    return _hangs(mesh, request, trail, led.service, led.port)


def _hangs(mesh: Mesh, request: Request, trail: Trail, service: Service, port: Port) -> Trail:
    step = trail.steps[-1]
    place = speaks_first(mesh.workloads, service, port)
    if request.scheme != "tcp" or place is None or gives_up(mesh.settings) or step.verdict is not StageVerdict.PASS:
        return trail
    said = f"the proxy waits for the client to speak, and the client for {service.object} port {port.number}"
    return trail.instead(
        Stage.LISTENER, said, dropped(Connection.TIMEOUT), resource=service.object.at(port.path), result=step.result
    )
