"""With which scheme a gateway takes a request to have come: what it puts into x-forwarded-proto.

Must not know routes.
Sources: `mutateRequestHeaders` in envoyproxy/envoy source/common/http/conn_manager_utility.cc;
https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.model import HopKind, Request
from troubleshooter.walk.basis.decisions import Trail
from troubleshooter.walk.gateway.entering import decrypted

HEADER = "x-forwarded-proto"


def as_received(mesh: Mesh, request: Request, trail: Trail) -> Request:
    """The request with the scheme that a gateway takes it to have come with. Its own connection decides, unless it
    trusts proxies in front: then what they say counts, and a load balancer that ends TLS is taken to say so."""
    hop = trail.hop
    if hop.kind is not HopKind.GATEWAY or hop.server is None or hop.party.pod is None:
        return request
    scheme = "https" if hop.server.tls else "http"
    if mesh.settings.trusted_proxies(own_config(hop.party.pod.annotations)):
        told = "https" if len(trail.hops) == 1 and decrypted(mesh, request, trail) else scheme
        scheme = request.headers.get(HEADER) or told
    headers = {**request.headers, "host": authority(request), HEADER: scheme}
    return replace(request, scheme=scheme, headers=headers)
