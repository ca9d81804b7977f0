"""The listeners of a sidecar for what comes to its application: a filter chain for each way to speak to a port.

Source: `getFilterChainMatchOptions` in istio/istio pilot/pkg/networking/core/listener_inbound.go. In a cluster the
kernel brings all ports to one listener; here each port of the pod is bound, with the same filter chains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.envoy import rbac, tokens
from tests.envoy.clusters import framing
from tests.envoy.envoy_shapes import (
    Shape,
    address,
    http_manager,
    inspectors,
    listener,
    takes_tls,
    tcp_proxy,
    unmatched_log,
)
from tests.envoy.views import View
from troubleshooter.mesh.policy.mtls import Mode
from troubleshooter.mesh.workload.inbound_ports import lets_in

OF_MESH = ["istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2"]
OF_HTTP = ["istio-http/1.0", "istio-http/1.1", "istio-h2"]
PLAIN_HTTP = ["http/1.1", "h2c"]
"""What the proxy detects, to which PILOT_HTTP10 adds."""
TLS, RAW = "tls", "raw_buffer"

Way = tuple[str, Sequence[str], bool, str]
"""A filter chain: transport, ALPN names (none: any), whether it ends the mesh's mutual TLS, and how it reads on."""

WAYS: dict[tuple[str, Mode], tuple[Way, ...]] = {
    ("http", Mode.PERMISSIVE): ((TLS, OF_MESH, True, "http"), (RAW, (), False, "http")),
    ("http", Mode.STRICT): ((TLS, (), True, "http"),),
    ("http", Mode.DISABLE): ((RAW, (), False, "http"),),
    ("tcp", Mode.PERMISSIVE): ((TLS, OF_MESH, True, "tcp"), (TLS, (), False, "tcp"), (RAW, (), False, "tcp")),
    ("tcp", Mode.STRICT): ((TLS, (), True, "tcp"),),
    ("tcp", Mode.DISABLE): ((RAW, (), False, "tcp"),),
    ("auto", Mode.PERMISSIVE): (
        (TLS, OF_HTTP, True, "http"),
        (RAW, PLAIN_HTTP, False, "http"),
        (TLS, OF_MESH[:2], True, "tcp"),
        (TLS, (), False, "tcp"),
        (RAW, (), False, "tcp"),
    ),
    ("auto", Mode.STRICT): ((TLS, OF_HTTP, True, "http"), (TLS, (), True, "tcp")),
    ("auto", Mode.DISABLE): ((RAW, PLAIN_HTTP, False, "http"), (RAW, (), False, "tcp")),
}
"""By how the port is declared, and what its PeerAuthentication asks."""


def all_of(view: View, ports: Sequence[int]) -> Iterator[Shape]:
    """A listener for each of the pod's ports on which somebody may call."""
    for port in ports:
        if lets_in(view.pod, port):
            continue
        led = view.mesh.registry.serving(view.workload, view.pod, port)
        family = led[1].protocol.family if led else "auto"
        declared = "tcp" if family == "tls" else family
        mode = view.mesh.peer_authentications.accepts(view.pod, port).mode
        ways = WAYS[declared, mode]
        # As in istiod, only what a filter chain of the port asks for is looked at.
        looks = [name for name, asked in (("tls", TLS), ("http", PLAIN_HTTP)) if any(asked in way for way in ways)]
        yield listener(
            f"virtualInbound_{port}",
            (view.address, port),
            [_chain(view, port, way) for way in ways],
            listener_filters=inspectors(*looks),
            listener_filters_timeout=view.patience,
            continue_on_listener_filters_timeout=True,
            traffic_direction="INBOUND",
            access_log=unmatched_log(),
        )


def clusters(view: View, ports: Sequence[int]) -> Iterator[Shape]:
    """The application's ports."""
    for port in ports:
        held = [{"endpoint": {"address": address(view.places.of_app(view.pod), port)}}]
        assignment = {"cluster_name": cluster_name(port), "endpoints": [{"lb_endpoints": held}]}
        led = view.mesh.registry.serving(view.workload, view.pod, port)
        spoken = framing(led[1], {}) if led else {}
        yield {"name": cluster_name(port), "type": "STATIC", **spoken, "load_assignment": assignment}


def cluster_name(port: int) -> str:
    """The cluster of one of the application's ports."""
    return f"inbound|{port}||"


def _chain(view: View, port: int, way: Way) -> Shape:
    transport, alpn, ends, reads = way
    alpn = view.detected if alpn is PLAIN_HTTP else alpn
    match: Shape = {"transport_protocol": transport}
    made: Shape = {"filter_chain_match": match | ({"application_protocols": list(alpn)} if alpn else {})}
    if ends:
        domains = view.mesh.settings.trust_domains
        made["transport_socket"] = takes_tls(view.identity, asks=True, domains=domains, alpn=("h2", "http/1.1"))
    made["filters"] = [_http(view, port)] if reads == "http" else [*rbac.of_connections(view), _passed(port)]
    return made


def _passed(port: int) -> Shape:
    return tcp_proxy(cluster_name(port))


def _http(view: View, port: int) -> Shape:
    route = {"name": "default", "match": {"prefix": "/"}, "route": {"cluster": cluster_name(port), "timeout": "0s"}}
    table = {"virtual_hosts": [{"name": f"inbound|http|{port}", "domains": ["*"], "routes": [route]}]}
    routes = {"name": cluster_name(port), "validate_clusters": False, **table}
    filters = [*tokens.of_requests(view), *rbac.of_requests(view)]
    return http_manager(routes, filters, forward_client_cert_details="APPEND_FORWARD", **view.reading)
