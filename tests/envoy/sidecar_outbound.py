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
    route_filters,
    tcp_proxy,
    typed,
    unmatched_log,
)
from tests.envoy.loopback import OUTBOUND
from tests.envoy.views import View, cluster_name
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import Route, routes_of
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Object, as_list
from troubleshooter.walk.caller.names import answered_by_proxy
from troubleshooter.walk.routes.connections import fits

DATABASES = frozenset({Protocol.MONGO, Protocol.MYSQL, Protocol.REDIS})
"""Source: `isConflictWithWellKnownPort` in istio/istio pilot/pkg/networking/core/listener.go."""
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
    shared = sorted({p.number for s, p in view.ports() if _for_all(view, s, p)})
    return [first, *(_of_all(view, n) for n in shared), *_others(view)]


def _plain_http(view: View) -> Shape:
    return {"transport_protocol": "raw_buffer", "application_protocols": view.detected}


def _for_all(view: View, service: Service, port: Port) -> bool:
    """Whether the listener of a service port is for every address: that of HTTP, and of entries without addresses."""
    allocated = service.allocated and answered_by_proxy(view.mesh, view.pod)
    unlisted = service.entry and not service.addresses and not allocated
    return port.protocol.family == "http" or (unlisted and port.protocol.family in ("tcp", "tls", "auto"))


def _of_all(view: View, number: int) -> Shape:
    """One listener for all services of a port that have no address of their own there: a filter chain for those that
    declare HTTP, one for each name of TLS, and the oldest of the others for the rest, else nobody in the registry."""
    held = [(s, p) for s, p in view.ports() if p.number == number and _for_all(view, s, p)]
    families = {p.protocol.family for _, p in held}
    chains: list[Shape] = []
    if families & {"http", "auto"}:
        read = _http(view, http_routes.of_port(view, number))
        chains.append({"filter_chain_match": _plain_http(view), "filters": [read]})
    for service, port in held:
        if port.protocol.family == "tls":
            chains += _named_chains(view, service, port)
    others = [(s, p) for s, p in held if p.protocol.family in ("tcp", "auto")]
    # Istio lets no database in beside HTTP.
    kept = [(s, p) for s, p in others if p.protocol not in DATABASES or families == {"tcp"}]
    straight = next(([_straight(view, s, p)] for s, p in kept), None)
    looks = {} if families == {"tcp"} else _detecting(view)
    return listener(
        f"0.0.0.0_{number}",
        ("0.0.0.0", number),  # noqa: S104 - it is not bound, only handed over to
        chains,
        default_filter_chain={"filters": straight} if straight else _rest(view),
        **{**UNBOUND, **looks},
    )


def _http(view: View, routes: Shape) -> Shape:
    return http_manager(routes, route_filters(), **view.reading)


def _detected_http(view: View, routes: Shape) -> Shape:
    """Reads what was found to be HTTP, and says so to the far end, as Istio's own filter `istio.alpn` does."""
    value = {"object_key": "envoy.network.application_protocols", "shared_with_upstream": "ONCE"}
    told = {**value, "format_string": {"text_format_source": {"inline_string": ",".join(HTTP_ALPN)}}}
    alpn = typed(
        "envoy.filters.http.set_filter_state",
        "extensions.filters.http.set_filter_state.v3.Config",
        on_request_headers=[told],
    )
    return http_manager(routes, [alpn, *route_filters()], **view.reading)


def _detecting(view: View) -> Shape:
    """A listener that looks at what comes, and waits for it as long as the mesh says: for ever by default."""
    return {
        "listener_filters": inspectors("tls", "http"),
        "listener_filters_timeout": view.patience,
        "continue_on_listener_filters_timeout": True,
        "access_log": unmatched_log(),
        **UNBOUND,
    }


def _others(view: View) -> Iterator[Shape]:
    """A listener for each service that declares something else on a port, or nothing."""
    for service, port in view.ports():
        if _for_all(view, service, port):
            continue
        for host in _hosts(view, service, port):
            yield from _of_address(view, service, port, host)


def _hosts(view: View, service: Service, port: Port) -> list[str]:
    """The addresses at which a service is dialled: a headless one at those of its pods but this one."""
    if not service.headless:
        # A loopback address stands for every address that a service has, but for those of pods.
        pods = (view.mesh.workloads.at_address(address) for address in service.addresses)
        own = [view.places.of_pod(known[1]) for known in pods if known]
        return [view.places.of_service(service), *(host for host in own if host != view.address)]
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
            read: Shape = {"filter_chain_match": _plain_http(view)}
            read["filters"] = [_detected_http(view, http_routes.of_sniffed(view, service, port))]
            other = {"filters": [_straight(view, service, port)]}
            yield listener(name, place, [read], default_filter_chain=other, **_detecting(view))


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
    chains = _routed_chains(view, service, port)
    straight = {"filters": [tcp_proxy(cluster_name(port.number, service.host))]}
    return listener(name, place, chains, default_filter_chain=_rest(view) if chains else straight, **_detecting(view))


def _routed_chains(view: View, service: Service, port: Port) -> list[Shape]:
    """Those of the tls routes of a service."""
    sender = Sender(labels=view.labels, namespace=view.namespace, port=port.number)
    routes = (r for owner in _owners(view, service) for r in routes_of(owner, "tls"))
    return [chain for route in routes for chain in named_chains(view, route, sender)]


def _named_chains(view: View, service: Service, port: Port) -> list[Shape]:
    """The same, and without any one for the service's own name."""
    straight = {"filters": [tcp_proxy(cluster_name(port.number, service.host))]}
    own = {"filter_chain_match": {"server_names": [service.host]}, **straight}
    return _routed_chains(view, service, port) or [own]


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
