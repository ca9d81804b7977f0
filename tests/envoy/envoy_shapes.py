"""Pieces of Envoy's configuration that listeners and clusters of any proxy have in common.

Knows Envoy's types, and nothing of a mesh. Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/api.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troubleshooter.mesh.basis.durations import seconds

Shape = dict[str, Any]

LOG = "access.log"
"""The file, in the proxy's own folder, to which it writes what it did."""

OPERATORS = {
    "start_time": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "response_code": "%RESPONSE_CODE%",
    "response_flags": "%RESPONSE_FLAGS%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "duration": "%DURATION%",
    "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
    "user_agent": "%REQ(USER-AGENT)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "authority": "%REQ(:AUTHORITY)%",
    "upstream_host": "%UPSTREAM_HOST%",
    "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "upstream_local_address": "%UPSTREAM_LOCAL_ADDRESS%",
    "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "requested_server_name": "%REQUESTED_SERVER_NAME%",
    "route_name": "%ROUTE_NAME%",
}
"""Istio's JSON access log. Source: istio/istio pilot/pkg/model/telemetry_logging.go."""

MESH_ALPN = ("istio-peer-exchange", "istio")
HTTP_ALPN = ("istio-http/1.1", "istio", "http/1.1")
HTTP2_ALPN = ("istio-h2", "istio", "h2")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A certificate chain with its key, and the roots that its owner trusts, as PEM texts."""

    chain: str
    key: str
    roots: str

    @contextlib.contextmanager
    def files(self) -> Iterator[tuple[Path, Path]]:
        """Chain and key as files, which is all that Python reads."""
        with tempfile.TemporaryDirectory() as folder:
            chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
            chain.write_text(self.chain, encoding="utf-8")
            key.write_text(self.key, encoding="utf-8")
            yield chain, key


def typed(name: str, kind: str, **fields: Any) -> Shape:
    """An extension: its name, and its configuration of the type `envoy.<kind>`."""
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/envoy.{kind}", **fields}}


def length(written: object, otherwise: str = "0s") -> str:
    """A length of time in the one way in which Envoy reads it."""
    found = seconds(written)
    return otherwise if found is None else f"{found:.6f}s"


def address(host: str, port: int) -> Shape:
    """Where something listens."""
    return {"socket_address": {"address": host, "port_value": port}}


def access_log(**fields: Any) -> list[Shape]:
    """A log in a file, with more `fields` of the logger."""
    logger = typed(
        "envoy.access_loggers.file",
        "extensions.access_loggers.file.v3.FileAccessLog",
        path=LOG,
        log_format={"json_format": OPERATORS},
    )
    return [{**logger, **fields}]


def unmatched_log() -> list[Shape]:
    """The log of a listener itself: of connections that found no filter chain."""
    return access_log(filter={"response_flag_filter": {"flags": ["NR"]}})


def tcp_proxy(cluster: str | Mapping[str, int]) -> Shape:
    """Passes a connection on, to one cluster or to several by weight."""
    chosen: Shape = {"cluster": cluster}
    if not isinstance(cluster, str):
        clusters = [{"name": name, "weight": weight} for name, weight in cluster.items()]
        chosen = {"weighted_clusters": {"clusters": clusters}}
    return typed(
        "envoy.filters.network.tcp_proxy",
        "extensions.filters.network.tcp_proxy.v3.TcpProxy",
        stat_prefix="tcp",
        access_log=access_log(),
        **chosen,
    )


def route_filters() -> list[Shape]:
    """The filters for which routes have settings of their own."""
    kinds = {"cors": "cors.v3.Cors", "fault": "fault.v3.HTTPFault"}
    return [typed(f"envoy.filters.http.{name}", f"extensions.filters.http.{kind}") for name, kind in kinds.items()]


def http_manager(routes: Shape, filters: Sequence[Shape] = (), **fields: Any) -> Shape:
    """Reads HTTP and routes it. Settings are those that istiod gives."""
    router = typed("envoy.filters.http.router", "extensions.filters.http.router.v3.Router")
    return typed(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="http",
        route_config=routes,
        http_filters=[*filters, router],
        server_name="istio-envoy",
        **fields,
        upgrade_configs=[{"upgrade_type": "websocket"}],
        stream_idle_timeout="0s",
        access_log=access_log(),
    )


def listener(name: str, place: tuple[str, int], chains: Iterable[Shape], **fields: Any) -> Shape:
    """A listener at an address and port, with more `fields` of its own."""
    return {"name": name, "address": address(*place), "filter_chains": list(chains), **fields}


INSPECTORS = {"tls": "TlsInspector", "http": "HttpInspector", "proxy": "ProxyProtocol"}


def inspectors(*names: str) -> list[Shape]:
    """Listener filters: `tls`, `http` look at what comes, `proxy` reads where the client meant to go."""
    full = {name: "proxy_protocol" if name == "proxy" else f"{name}_inspector" for name in names}
    return [
        typed(f"envoy.filters.listener.{full[n]}", f"extensions.filters.listener.{full[n]}.v3.{INSPECTORS[n]}")
        for n in names
    ]


def _own(identity: Identity) -> list[Shape]:
    return [
        {"certificate_chain": {"inline_string": identity.chain}, "private_key": {"inline_string": identity.key}},
    ]


def sends_tls(
    *, sni: str, roots: str, own: Identity | None = None, sans: Iterable[str] = (), alpn: Sequence[str] = ()
) -> Shape:
    """A transport socket that begins TLS. `sans` are URIs of which the far end's certificate must have one."""
    names = [{"san_type": "URI", "matcher": {"exact": san}} for san in sans]
    return typed(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        sni=sni,
        common_tls_context={
            # Without this a client of Envoy speaks TLS 1.2 at most; istiod always says it.
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
            "alpn_protocols": list(alpn),
            "tls_certificates": _own(own) if own else [],
            "validation_context": {"trusted_ca": {"inline_string": roots}, "match_typed_subject_alt_names": names},
        },
    )


def takes_tls(own: Identity, *, asks: bool, domains: Iterable[str] = (), alpn: Sequence[str] = ()) -> Shape:
    """A transport socket that ends TLS. `asks` for a certificate, which must name one of the trust domains."""
    names = [{"san_type": "URI", "matcher": {"prefix": f"spiffe://{domain}/"}} for domain in domains]
    trusted: Shape = {"trusted_ca": {"inline_string": own.roots}, "match_typed_subject_alt_names": names}
    return typed(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        require_client_certificate=asks,
        common_tls_context={
            "alpn_protocols": list(alpn),
            "tls_certificates": _own(own),
            **({"validation_context": trusted} if asks else {}),
        },
    )
