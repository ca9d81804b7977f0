"""A client that speaks HTTP/1.0: what the proxies on its way take it for, and the one that refuses it.

Decides: whether a proxy that tells protocols apart hears HTTP, and whether one that reads HTTP takes the version. The
first that does sends the request on in a later version. Requests are taken to have a Host header, which HTTP/1.0 does
not ask for and its clients send. Must not know listeners, servers or routes.
Sources: `plaintextHTTPALPNs` and `enableHTTP10` in istio/istio pilot/pkg/networking/core/listener.go (see
`mesh.workload.old_http`); `Http1ProtocolOptions.accept_http_10` in
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto; `low_version` in
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details;
seen on a real Envoy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from troubleshooter.mesh.control_plane import istiod
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.workload.old_http import OF_ISTIOD, accepted, recognised
from troubleshooter.model import HopKind, NotChecked, Request, Resource, Stage
from troubleshooter.walk.basis.decisions import Trail, http
from troubleshooter.walk.caller.sender import bypassed, spoken

LOW = "low_version"


def heard(mesh: Mesh, request: Request) -> str:
    """The protocol family that a proxy takes the client to speak where it detects it: HTTP/1.0 is a stream of bytes,
    unless istiod says otherwise."""
    family = spoken(request)
    return "tcp" if family == "http" and request.http10 and not recognised(mesh.index) else family


def refused(mesh: Mesh, request: Request, trail: Trail, place: Resource | None) -> Trail | None:
    """The trail that ends at a listener which has just passed the request on to be read as HTTP, in a version that its
    proxy does not take; None where it does. `place` is what has it read as HTTP."""
    pod, step = trail.hop.party.pod, trail.steps[-1]
    if not request.http10 or trail.hop.family != "http" or pod is None or accepted(mesh.index, mesh.settings, pod):
        return None
    said = (
        f"{step.detail}: the client speaks HTTP/1.0, and the proxy of {trail.hop.party.workload} takes later versions"
    )
    outcome = http(426, "DPE", details=LOW)
    return trail.instead(Stage.LISTENER, said, outcome, resource=place, result=step.result, assumes=step.assumes)


def in_later_version(request: Request, trail: Trail) -> Request:
    """The request as it leaves a hop: who reads HTTP sends it on in a version of its own."""
    read = trail.hop.family == "http" and (trail.hop.kind is HopKind.GATEWAY or not bypassed(trail))
    return replace(request, http10=False) if request.http10 and read else request


def about_istiod(mesh: Mesh, request: Request) -> Iterator[NotChecked]:
    """That istiod's setting was not seen, where it matters."""
    if request.http10 and not istiod.seen(mesh.index):
        yield NotChecked(
            what=f"{OF_ISTIOD} of istiod",
            why="absent from the input: that it is off, as by default, is assumed",
            unlock="kubectl get deployment istiod -n istio-system -o yaml",
        )
