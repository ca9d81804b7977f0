"""In which version of HTTP a request reaches the application.

Decides: whether gRPC gets there in HTTP/2. Must not know routes or endpoints.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/;
https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings;
`setH2Options` and `buildInboundCluster` in istio/istio pilot/pkg/networking/core/cluster.go and cluster_builder.go.
"""

from __future__ import annotations

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.protocols import Protocol
from troubleshooter.model import Request, Stage, as_map
from troubleshooter.walk.decisions import Trail, http

REFUSED = "upstream_reset_before_response_started{protocol_error}"


def keep_framing(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail as it is, or the one that ends because a proxy sends gRPC on in HTTP/1.1: to a port that is declared
    `http` proxies speak nothing else, unless a setting says so."""
    sender, port, service = trail.hops[-2], trail.hop.port, trail.hop.service
    if not speaks_grpc(request) or port is None or service is None or port.protocol is not Protocol.HTTP:
        return trail
    sent_on = sender.family == "http" and not sender.passthrough and sender.party.proxied
    if not (sent_on or trail.hop.party.proxied) or _upgraded(mesh, trail):
        return trail
    place = service.object.at(f"{port.path}.{'appProtocol' if port.declared_by == 'appProtocol' else 'name'}")
    said = f"port {port.number} is declared http: proxies send HTTP/1.1 on, and gRPC takes HTTP/2"
    return trail.fails(Stage.APPLICATION, said, http(502, "UPE", details=REFUSED), resource=place)


def speaks_grpc(request: Request) -> bool:
    """Whether the URL says so."""
    return request.to.lower().startswith("grpc:")


def _upgraded(mesh: Mesh, trail: Trail) -> bool:
    """Whether a setting asks for HTTP/2; how far it then reaches is not looked into."""
    cluster = trail.hops[-2].cluster
    found = cluster.rule.section("connectionPool", cluster.port, cluster.subset) if cluster and cluster.rule else None
    settings = as_map(found[0].get("http")) if found else {}
    everywhere = mesh.settings.values.get("h2UpgradePolicy") == "UPGRADE"
    return everywhere or settings.get("h2UpgradePolicy") == "UPGRADE" or settings.get("useClientProtocol") is True
