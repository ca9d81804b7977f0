"""In which version of HTTP a request reaches the application.

Decides: whether gRPC gets there in HTTP/2. Must not know routes or endpoints.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ (with what it says of
HTTP gateways);
https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings;
`setUpstreamProtocol` and `buildInboundCluster` in istio/istio pilot/pkg/networking/core (cluster_builder.go).
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.model import HopKind, Outcome, Request, Stage, as_map
from troubleshooter.walk.basis.decisions import Trail, http
from troubleshooter.walk.basis.failures import PROTOCOL_ERROR

FIRST_ERROR = 400


def keep_framing(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail as it is, or the one that ends because a proxy sends gRPC on in HTTP/1.1: to a port that is declared
    `http` proxies speak nothing else, unless a setting says so; and to one that is not declared at all, a gateway."""
    sender, port, service = trail.hops[-2], trail.hop.port, trail.hop.service
    if not speaks_grpc(request) or port is None or service is None:
        return trail
    sent_on = sender.family == "http" and not sender.passthrough and sender.party.proxied
    by_gateway = sent_on and sender.kind is HopKind.GATEWAY and port.protocol is Protocol.AUTO
    as_declared = (sent_on or trail.hop.party.proxied) and port.protocol is Protocol.HTTP
    if not (by_gateway or as_declared) or _upgraded(mesh, trail):
        return trail
    place = service.object.at(f"{port.path}.{port.declared_by or 'name'}")
    said = f"port {port.number} is declared http: proxies send HTTP/1.1 on, and gRPC takes HTTP/2"
    if by_gateway:
        said = f"port {port.number} declares no protocol: gateways send HTTP/1.1 on, and gRPC takes HTTP/2"
    return trail.fails(Stage.APPLICATION, said, http(502, "UPE", details=PROTOCOL_ERROR), resource=place)


def speaks_grpc(request: Request) -> bool:
    """Whether the URL or the content type says so."""
    kind = request.headers.get("content-type", "").lower()
    return request.to.lower().startswith("grpc:") or kind.partition("+")[0].strip() == "application/grpc"


def in_grpc(request: Request, outcome: Outcome) -> Outcome:
    """What a client gets and a proxy logs: an error that a proxy makes for gRPC is an HTTP 200 with a status of gRPC.

    Source: `sendLocalReply` in Envoy's source/common/http/utility.cc; seen on a real Envoy.
    """
    wrapped = speaks_grpc(request) and outcome.status is not None and outcome.status >= FIRST_ERROR
    return replace(outcome, status=200) if wrapped else outcome


def _upgraded(mesh: Mesh, trail: Trail) -> bool:
    """Whether a setting asks for HTTP/2; how far it then reaches is not looked into."""
    cluster = trail.hops[-2].cluster
    found = cluster.rule.section("connectionPool", cluster.port, cluster.subset) if cluster and cluster.rule else None
    settings = as_map(found[0].get("http")) if found else {}
    everywhere = mesh.settings.values.get("h2UpgradePolicy") == "UPGRADE"
    return everywhere or settings.get("h2UpgradePolicy") == "UPGRADE" or settings.get("useClientProtocol") is True
