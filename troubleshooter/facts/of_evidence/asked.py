"""What a log line asked of the proxy that sent it on: the listeners, virtual hosts, routes and clusters that it met.

Decides: the pieces of configuration behind a failed line, by its address, authority and route name. Must not know what
is wrong with them. Sources: envoy/config/route/v3/route_components.proto (VirtualHost.domains: exact, then `*.suffix`,
then `prefix.*`, then `*`); Istio lets the port be left out of the domains (ignore_port_in_host_matching).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troubleshooter.evidence import AccessLogEntry, ClusterName, parse_cluster
from troubleshooter.evidence.envoy.dump import FilterChain, ListenerConfig, RouteConfig, RouteRule, VirtualHost
from troubleshooter.facts.of_evidence.held import USED, Held, Piece
from troubleshooter.model import Resource

VIRTUAL = ("virtualOutbound", "virtualInbound")
"""Listeners that hand connections on to others (Istio: model.VirtualOutboundListenerName)."""

CATCH_ALL = ("allow_any", "block_all")
NOTHING_BOUND = "blackhole:"
"""How the virtual host of a gateway's port is called to which no routes are bound (Istio: buildGatewayHTTPRouteConfig
in pilot/pkg/networking/core/gateway.go)."""

KINDS = {"virtual-service": "VirtualService", "destination-rule": "DestinationRule"}
GROUP = "networking.istio.io"
FQDN_PARTS = 3


def listeners_for(held: Held, entry: AccessLogEntry) -> list[Piece[ListenerConfig]]:
    """The listeners in use that take what is dialled as the line was: those for its very address, else those for its
    port."""
    address, _, port = entry.downstream_local.rpartition(":")
    there = [
        one
        for one in held.listeners() or ()
        if str(one.value.port) == port and one.value.state in USED and one.value.name not in VIRTUAL
    ]
    own = [one for one in there if one.value.address == address.strip("[]")]
    return own or there


def chains_for(held: Held, entry: AccessLogEntry) -> Iterator[FilterChain]:
    """Their filter chains."""
    for one in listeners_for(held, entry):
        yield from one.value.chains


def route_names(held: Held, entry: AccessLogEntry) -> list[str]:
    """The names of the routes that these listeners ask for."""
    return list(dict.fromkeys(chain.route_config for chain in chains_for(held, entry) if chain.route_config))


def virtual_host(config: RouteConfig, authority: str) -> VirtualHost | None:
    """The virtual host that takes a request for this authority."""
    name = authority.lower()
    bare = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
    domains = [(domain.lower(), host) for host in config.hosts for domain in host.domains]
    exact = [host for domain, host in domains if domain in (name, bare)]
    return next(iter(exact), None) or _by_wildcard(domains, bare)


def _by_wildcard(domains: Iterable[tuple[str, VirtualHost]], name: str) -> VirtualHost | None:
    """The longest wildcard that fits; one at the beginning of a name comes before one at its end."""
    fitting = []
    for domain, host in domains:
        if domain == "*":
            fitting.append((0, 0, host))
        elif domain.startswith("*") and name.endswith(domain[1:]) and len(name) >= len(domain):
            fitting.append((2, len(domain), host))
        elif domain.endswith("*") and name.startswith(domain[:-1]) and len(name) >= len(domain):
            fitting.append((1, len(domain), host))
    return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def virtual_hosts(held: Held, entry: AccessLogEntry) -> Iterator[tuple[Piece[RouteConfig], VirtualHost | None]]:
    """Each route configuration that the line may have met, with its virtual host for the authority."""
    for name in route_names(held, entry):
        config = held.route_config(name)
        if config is not None:
            yield config, virtual_host(config.value, entry.authority)


def rules_taken(held: Held, entry: AccessLogEntry) -> list[RouteRule]:
    """The routes that may have taken the request: those of its virtual host with the name, and the cluster, that were
    logged."""
    found = [rule for _, host in virtual_hosts(held, entry) for rule in (host.routes if host else ())]
    named = [rule for rule in found if rule.name == entry.route_name]
    cluster = entry.upstream_cluster
    return [rule for rule in named if not cluster or cluster in (name for name, _ in rule.clusters)]


def clusters_asked(held: Held, entry: AccessLogEntry) -> list[str]:
    """The clusters to one of which the line was sent: that which was logged, else those of the routes that may have
    taken it, or of the TCP chains of its listeners."""
    if entry.upstream_cluster:
        return [entry.upstream_cluster]
    if entry.is_tcp:
        return list(dict.fromkeys(name for chain in chains_for(held, entry) for name in chain.clusters))
    return list(dict.fromkeys(name for rule in rules_taken(held, entry) for name, _ in rule.clusters))


def service_of(cluster: ClusterName) -> Resource | None:
    """The Service that a cluster is of, by the form of its host; None for hosts outside."""
    name, _, rest = cluster.host.partition(".")
    namespace, _, domain = rest.partition(".")
    if not domain.startswith("svc"):
        return None
    return Resource(kind="Service", namespace=namespace, name=name)


def object_of(made_from: str, kind: str = "") -> Resource | None:
    """The object that istiod noted as the origin of a route or cluster; None where it is none of that kind."""
    parts = made_from.split("/")
    if "namespaces" not in parts or len(parts) <= parts.index("namespaces") + FQDN_PARTS:
        return None
    namespace, noted, name = parts[parts.index("namespaces") + 1 :][:FQDN_PARTS]
    found = KINDS.get(noted, "")
    if not found or (kind and found != kind):
        return None
    return Resource(group=GROUP, kind=found, namespace=namespace, name=name)


def parsed(names: Iterable[str]) -> list[ClusterName]:
    """The names that istiod made, in parts."""
    return [cluster for cluster in map(parse_cluster, names) if cluster is not None]
