"""Which protocol istiod takes a port for.

Decides from appProtocol, port name, number and transport protocol. Must not know services.
Sources: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/;
`ConvertProtocol` in istio/istio pkg/config/kube/conversion.go.
"""

from __future__ import annotations

from enum import StrEnum


class Protocol(StrEnum):
    """What a port speaks, as far as a proxy is concerned."""

    HTTP = "http"
    HTTP2 = "http2"
    GRPC = "grpc"
    GRPC_WEB = "grpc-web"
    HTTPS = "https"
    TLS = "tls"
    TCP = "tcp"
    MONGO = "mongo"
    MYSQL = "mysql"
    REDIS = "redis"
    UDP = "udp"
    AUTO = "auto"

    @property
    def family(self) -> str:
        """How listeners treat it: `http`, `tls` (routed by SNI), `tcp`, `auto` (sniffed) or `udp` (not proxied)."""
        return FAMILIES[self]


FAMILIES: dict[Protocol, str] = {
    Protocol.HTTP: "http",
    Protocol.HTTP2: "http",
    Protocol.GRPC: "http",
    Protocol.GRPC_WEB: "http",
    Protocol.HTTPS: "tls",
    Protocol.TLS: "tls",
    Protocol.TCP: "tcp",
    Protocol.MONGO: "tcp",
    Protocol.MYSQL: "tcp",
    Protocol.REDIS: "tcp",
    Protocol.UDP: "udp",
    Protocol.AUTO: "auto",
}

APP_PROTOCOLS = {
    "kubernetes.io/h2c": Protocol.HTTP2,
    "kubernetes.io/ws": Protocol.HTTP,
    "kubernetes.io/wss": Protocol.HTTPS,
}
DECLARABLE = frozenset(Protocol) - {Protocol.AUTO, Protocol.UDP}
NEVER_SNIFFED = frozenset({25, 53, 3306, 27017})
"""Ports of server-first protocols: without a name they are plain TCP rather than sniffed."""


def declared(name: str, app_protocol: str, number: int, transport: str = "TCP") -> Protocol:
    """The protocol of a Service port. `app_protocol` outranks the name; a name counts up to its first `-`. A TCP port
    that is named `udp` is TCP."""
    if transport == "UDP":
        return Protocol.UDP
    if app_protocol in APP_PROTOCOLS:
        return APP_PROTOCOLS[app_protocol]
    text = (app_protocol or name).lower()
    word = "grpc-web" if text.startswith("grpc-web") else text.split("-", 1)[0]
    if word == Protocol.UDP:
        return Protocol.TCP
    if word in DECLARABLE:
        return Protocol(word)
    return Protocol.TCP if number in NEVER_SNIFFED else Protocol.AUTO


def declared_by(name: str, app_protocol: str, transport: str = "TCP") -> str:
    """What says the protocol of a Service port: `appProtocol`, `name`, or "" if its number does, or nothing."""
    if declared(name, app_protocol, 0, transport) is Protocol.AUTO:
        return ""
    return "appProtocol" if app_protocol else "name"


def of_server(protocol: str) -> Protocol:
    """The protocol of a ServiceEntry port or Gateway server, as written there (`HTTPS`, `TLS`, `HTTP2`, …)."""
    word = protocol.lower()
    return Protocol(word) if word in FAMILIES else Protocol.AUTO
