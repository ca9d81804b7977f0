"""The listeners of a gateway: its servers, with the routes that are bound to them.

Source: `buildGatewayListeners` in istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.envoy import http_routes, rbac, tokens
from tests.envoy.envoy_shapes import (
    Shape,
    http_manager,
    inspectors,
    listener,
    route_filters,
    takes_tls,
    typed,
    unmatched_log,
)
from tests.envoy.sidecar_outbound import named_chains, to_targets
from tests.envoy.views import View
from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.gateway.credentials import missing
from troubleshooter.mesh.gateway.servers import Opened, Server
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import routes_of
from troubleshooter.mesh.routing.virtual_hosts import virtual_hosts
from troubleshooter.model import Object
from troubleshooter.walk.routes.connections import fits

EMPTY_SECRETS = "./no-secrets.json"
"""A file, in the proxy's own folder, in which a Secret is looked for that is not there."""


def all_of(view: View) -> Iterator[Shape]:
    """A listener for each container port."""
    gateways = view.mesh.gateways.for_workload(view.workload)
    held = [o for o in view.mesh.gateways.opened(gateways, view.workload) if o.listens]
    for port in dict.fromkeys(o.port for o in held):
        made = _of_port(view, port, [o for o in held if o.port == port])
        # Without a filter chain there is no listener.
        if made["filter_chains"]:
            yield made


def _of_port(view: View, port: int, held: list[Opened]) -> Shape:
    servers = [o.server for o in held]
    plain = [s for s in servers if s.protocol.family == "http"]
    chains = [chain for s in servers if s not in plain for chain in _chains(view, s)]
    if plain:
        chains.append({"filters": [_http(view, f"http.{port}", plain)]})
    looks = inspectors("tls") if any(s.tls for s in servers) else []
    return listener(
        f"0.0.0.0_{port}", (view.address, port), chains, listener_filters=looks, access_log=unmatched_log()
    )  # fmt: skip


def _chains(view: View, server: Server) -> Iterator[Shape]:
    """The filter chains of a server that is not plain HTTP."""
    sender = Sender(labels=view.labels, namespace=view.namespace, gateway=server.reference, port=server.number)
    names = [host.rpartition("/")[2] for host in server.hosts]
    match: Shape = {} if "*" in names else {"server_names": names}
    if not server.tls:
        yield from _of_tcp(view, server, sender, {})
    elif server.tls == "PASSTHROUGH":
        for owner in _bound(view, server):
            for route in routes_of(owner, "tls"):
                yield from named_chains(view, route, sender)
    elif server.protocol == "https":
        name = f"https.{server.number}.{server.index}.{server.gateway.name}.{server.gateway.namespace}"
        yield {
            "filter_chain_match": match,
            "filters": [_http(view, name, [server])],
            "transport_socket": _socket(view, server),
        }
    else:
        yield from _of_tcp(
            view, server, sender, {"filter_chain_match": match, "transport_socket": _socket(view, server)}
        )


def _bound(view: View, server: Server) -> list[Object]:
    bound = view.mesh.virtual_services.bound(server.reference, view.namespace)
    return [v for v in bound if view.mesh.virtual_services.shared_hosts(v, server.hosts)]


def _of_tcp(view: View, server: Server, sender: Sender, chain: Shape) -> Iterator[Shape]:
    held = [route for owner in _bound(view, server) for route in routes_of(owner, "tcp")]
    routes = [r for r in held if not r.matches or any(fits(m, sender) for m in r.matches)]
    if routes:
        yield {**chain, "filters": [*rbac.of_connections(view), to_targets(view, routes[0], sender.port)]}


def _http(view: View, name: str, servers: list[Server]) -> Shape:
    held = virtual_hosts(view.mesh.virtual_services, servers, view.namespace, view.labels)
    routes = http_routes.of_gateway(view, name, held.values(), servers[0].number)
    filters = [*tokens.of_requests(view), *rbac.of_requests(view), *route_filters()]
    trusted = view.mesh.settings.trusted_proxies(own_config(view.pod.annotations))
    return http_manager(routes, filters, use_remote_address=True, xff_num_trusted_hops=trusted, **view.reading)


def _socket(view: View, server: Server) -> Shape:
    """A certificate for the server's host; where its Secret is not there, one that never comes."""
    if missing(view.mesh.index, server, view.namespace) is not None:
        source = {"resource_api_version": "V3", "path_config_source": {"path": EMPTY_SECRETS}}
        late = [{"name": "kubernetes-secret", "sds_config": {**source, "initial_fetch_timeout": "0.1s"}}]
        return typed(
            "envoy.transport_sockets.tls",
            "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context={"tls_certificate_sds_secret_configs": late},
        )
    if server.tls == "ISTIO_MUTUAL":
        return takes_tls(view.identity, asks=True, domains=view.mesh.settings.trust_domains)
    own = view.authority.identity(server.hosts[0].rpartition("/")[2].replace("*", "any"))
    return takes_tls(own, asks=server.tls == "MUTUAL", alpn=("h2", "http/1.1"))
