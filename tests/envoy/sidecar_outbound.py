"""The listeners of a sidecar for what its application sends.

Source: `buildSidecarOutboundListeners` in istio/istio pilot/pkg/networking/core/listener.go and tls.go there. The
PROXY protocol tells the proxy where the client wanted to go, which in a cluster the kernel does.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.envoy import http_routes
from tests.envoy.envoy_shapes import (
    HTTP_ALPN,
    Shape,
    http_manager,
    inspectors,
    listener,
    tcp_proxy,
    typed,
    unmatched_log,
)
from tests.envoy.loopback import OUTBOUND
from tests.envoy.views import View, cluster_name
from troubleshooter.mesh.matching import Sender
from troubleshooter.mesh.routes import Route, routes_of
from troubleshooter.mesh.services import Port, Service
from troubleshooter.model import Object, as_list
from troubleshooter.walk.connections import fits

PLAIN_HTTP = {"transport_protocol": "raw_buffer", "application_protocols": ["http/1.1", "h2c"]}
UNBOUND = {"bind_to_port": False, "traffic_direction": "OUTBOUND"}


def all_of(view: View) -> list[Shape]:
    """`virtualOutbound`, which hands over to the others by where the client wanted to go."""
    taken = {"name": "virtualOutbound", "filters": [tcp_proxy(view.rest)]}
    first = listener(
        "virtualOutbound",
        (view.address, OUTBOUND),
        [taken],
        use_original_dst=True,
        listener_filters=inspectors("proxy"),
        traffic_direction="OUTBOUND",
        access_log=unmatched_log(),
    )
    http = sorted({p.number for _, p in view.ports() if p.protocol.family == "http"})
    return [first, *(_of_http(view, n) for n in http), *_others(view)]


def _of_http(view: View, number: int) -> Shape:
    """One listener for all services that declare HTTP on a port; what it cannot read is passed on."""
    return listener(
        f"0.0.0.0_{number}",
        ("0.0.0.0", number),  # noqa: S104 - it is not bound, only handed over to
        [{"filter_chain_match": PLAIN_HTTP, "filters": [_http(view, http_routes.of_port(view, number))]}],
        default_filter_chain={"name": "PassthroughFilterChain", "filters": [tcp_proxy(view.rest)]},
        **_detecting(),
    )


def _http(view: View, routes: Shape) -> Shape:
    fault = typed("envoy.filters.http.fault", "extensions.filters.http.fault.v3.HTTPFault")
    return http_manager(routes, [fault], **view.paths)


def _detected_http(view: View, routes: Shape) -> Shape:
    """Reads what was found to be HTTP, and says so to the far end, as Istio's own filter `istio.alpn` does."""
    value = {"object_key": "envoy.network.application_protocols", "shared_with_upstream": "ONCE"}
    told = {**value, "format_string": {"text_format_source": {"inline_string": ",".join(HTTP_ALPN)}}}
    alpn = typed(
        "envoy.filters.http.set_filter_state",
        "extensions.filters.http.set_filter_state.v3.Config",
        on_request_headers=[told],
    )
    fault = typed("envoy.filters.http.fault", "extensions.filters.http.fault.v3.HTTPFault")
    return http_manager(routes, [alpn, fault], **view.paths)


def _detecting() -> Shape:
    """A listener that looks at what comes, and waits for it for ever."""
    return {
        "listener_filters": inspectors("tls", "http"),
        "listener_filters_timeout": "0s",
        "continue_on_listener_filters_timeout": True,
        "access_log": unmatched_log(),
        **UNBOUND,
    }


def _others(view: View) -> Iterator[Shape]:
    """A listener for each service that declares something else on a port, or nothing."""
    for service, port in view.ports():
        for host in _hosts(view, service, port):
            yield from _of_address(view, service, port, host)


def _hosts(view: View, service: Service, port: Port) -> list[str]:
    """The addresses at which a service is dialled: a headless one at those of its pods but this one."""
    if not service.headless:
        return [view.places.of_service(service)]
    found = dict.fromkeys(view.places.of_endpoint(e) for e in view.mesh.endpoints(service, port).all)
    return [host for host in found if host != view.address]


def _of_address(view: View, service: Service, port: Port, host: str) -> Iterator[Shape]:
    place, name = (host, port.number), f"{host}_{port.number}"
    match port.protocol.family:
        case "tcp":
            yield listener(name, place, [{"filters": [_straight(view, service, port)]}], **UNBOUND)
        case "tls":
            yield _by_name(view, name, place, service, port)
        case "auto":
            read: Shape = {"filter_chain_match": PLAIN_HTTP}
            read["filters"] = [_detected_http(view, http_routes.of_sniffed(view, service, port))]
            other = {"filters": [_straight(view, service, port)]}
            yield listener(name, place, [read], default_filter_chain=other, **_detecting())


def _straight(view: View, service: Service, port: Port) -> Shape:
    """To where the first tcp route for this port sends, else to the service."""
    sender = Sender(labels=view.labels, namespace=view.namespace, port=port.number)
    held = (r for owner in _owners(view, service) for r in routes_of(owner, "tcp"))
    route = next((r for r in held if not r.matches or any(fits(m, sender) for m in r.matches)), None)
    return to_targets(view, route, port.number) if route else tcp_proxy(cluster_name(port.number, service.host))


def _owners(view: View, service: Service) -> list[Object]:
    return list(view.mesh.virtual_services.for_connections(service.host, view.namespace, view.scope.takes))


def _by_name(view: View, name: str, place: tuple[str, int], service: Service, port: Port) -> Shape:
    """By the name in the TLS hello where tls routes are there for it."""
    sender = Sender(labels=view.labels, namespace=view.namespace, port=port.number)
    routes = [r for owner in _owners(view, service) for r in routes_of(owner, "tls")]
    chains = [chain for route in routes for chain in named_chains(view, route, sender)]
    straight = {"filters": [tcp_proxy(cluster_name(port.number, service.host))]}
    if not chains and service.entry and not service.addresses:
        chains, straight = [{"filter_chain_match": {"server_names": [service.host]}, **straight}], _rest(view)
    left = _rest(view) if chains and routes else straight
    return listener(name, place, chains, default_filter_chain=left, **_detecting())


def _rest(view: View) -> Shape:
    return {"name": "PassthroughFilterChain", "filters": [tcp_proxy(view.rest)]}


def named_chains(view: View, route: Route, sender: Sender) -> Iterator[Shape]:
    """A filter chain for each match of a tls route that is for this proxy."""
    for match in route.matches:
        if fits(match, sender):
            names = {"server_names": as_list(match.get("sniHosts"))}
            yield {"filter_chain_match": names, "filters": [to_targets(view, route, sender.port)]}


def to_targets(view: View, route: Route, number: int) -> Shape:
    """A connection to the destinations of a tls or tcp route."""
    targets = view.mesh.virtual_services.destinations(route)
    shares = {view.cluster_of(target, number): round(target.share * 10000) for target in targets}
    return tcp_proxy(shares if len(shares) > 1 else next(iter(shares), "UnknownService"))
