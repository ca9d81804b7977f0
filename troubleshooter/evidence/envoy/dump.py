"""The configuration that a proxy has, as values.

Decides: nothing; `config_dump` and `proxy_config` read texts into these. Names are Envoy's; "" and empty stand for what
is not there. Sources: envoy/admin/v3/config_dump_shared.proto, envoy/config/{listener,route,cluster,endpoint}/v3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConfigState(StrEnum):
    """What has become of a piece of configuration."""

    ACTIVE = "active"
    WARMING = "warming"
    """It waits for something else: routes, endpoints, a secret."""
    DRAINING = "draining"
    REJECTED = "rejected"
    """The proxy refused it; an earlier one may be in use."""
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Who the proxy is: `id` as in `sidecar~10.1.1.1~web-1.shop~shop.svc.cluster.local`, parts of it, and what its
    agent told: `version` is Istio's, `cluster` the Kubernetes cluster, `discovery` the address of istiod, `locality`
    the place from which it counts what is near, `renewal` the SECRET_GRACE_PERIOD_RATIO that it was given."""

    id: str = ""
    type: str = ""
    address: str = ""
    pod: str = ""
    namespace: str = ""
    version: str = ""
    cluster: str = ""
    network: str = ""
    discovery: str = ""
    locality: str = ""
    renewal: str = ""


class RbacKind(StrEnum):
    """What a test of an RBAC policy looks at."""

    ALL = "all"
    """All tests in it; there may be none."""
    ANY = "any"
    NOT = "not"
    IDENTITY = "identity"
    """Who calls, which only mutual TLS tells."""
    TOKEN = "token"
    """Issuer or subject of the request's token."""
    CLAIM = "claim"
    """Another claim of it."""
    METHOD = "method"
    PATH = "path"
    PORT = "port"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacTest:
    """A test, or tests put together (`of`). `how` a method, path or port is compared with `value`: exact, prefix,
    suffix, contains."""

    kind: RbacKind
    of: tuple[RbacTest, ...] = ()
    how: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacPolicy:
    """A rule, by the name that logs print (`ns[shop]-policy[allow-get]-rule[0]`): what may be done, and by whom."""

    name: str
    permissions: RbacTest
    principals: RbacTest


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacFilter:
    """A filter with policies: whether it `allows` what they match and nothing else, or denies what they match."""

    allows: bool
    policies: tuple[RbacPolicy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChain:
    """Which connections it takes, and what becomes of them: `route_config` is the name of an HTTP chain's routes,
    `clusters` those of a TCP chain; `tls` whether it ends TLS, `secrets` the certificates that it then needs, and
    `client_certificate` whether it demands one; `filters` are names, network filters before HTTP filters;
    `policies` the names of RBAC policies in it, `rbac` the filters that they stand in. `fault` is what a
    fault filter for all its requests does (`abort`, `delay`, `both`, "" for none),
    `stream_idle` how long a stream may be idle, `stream_limit` how long one may last."""

    name: str = ""
    destination_port: int | None = None
    server_names: tuple[str, ...] = ()
    transport: str = ""
    alpn: tuple[str, ...] = ()
    route_config: str = ""
    clusters: tuple[str, ...] = ()
    tls: bool = False
    secrets: tuple[str, ...] = ()
    client_certificate: bool = False
    filters: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    fault: str = ""
    stream_idle: str = ""
    stream_limit: str = ""
    rbac: tuple[RbacFilter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerConfig:
    """A listener. `error` is why it was refused, "" if it was not; `address` and `port` those that it takes
    connections for, bound or not; `log_formats` those of its access log, where it is not Envoy's own."""

    name: str
    state: ConfigState
    address: str = ""
    port: int = 0
    chains: tuple[FilterChain, ...] = ()
    log_formats: tuple[str, ...] = ()
    error: str = ""
    version: str = ""
    updated: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """One route: `match` in short words (`prefix /api`), the `clusters` with their weights in percent (100 for a single
    one), the status of a direct response, and the Istio object that it was made from (as Envoy's metadata name it:
    `/apis/networking.istio.io/v1/namespaces/shop/virtual-service/payments`). `timeout` is for the whole request,
    `try_timeout` for each try, `idle_timeout` for a stream without data; `retries` is how many there may be; `fault` as
    of a filter chain."""

    name: str = ""
    match: str = ""
    clusters: tuple[tuple[str, float], ...] = ()
    direct_response: int | None = None
    redirects: bool = False
    timeout: str = ""
    try_timeout: str = ""
    idle_timeout: str = ""
    stream_limit: str = ""
    retries: int = 0
    fault: str = ""
    made_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualHost:
    """A virtual host of a route configuration."""

    name: str
    domains: tuple[str, ...] = ()
    routes: tuple[RouteRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConfig:
    """A route configuration, by the name under which listeners ask for it."""

    name: str
    state: ConfigState
    hosts: tuple[VirtualHost, ...] = ()
    error: str = ""
    version: str = ""
    updated: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterConfig:
    """A cluster. `discovery` is its type (EDS, STRICT_DNS, ORIGINAL_DST, STATIC); `tls` and `sni` what it begins
    connections with, `mtls` whether with the workload's own certificate, to all or to some endpoints, `certificate`
    whether with any; `tls_to_some` where TLS is only for endpoints that are marked for it (automatic mutual TLS);
    `outlier` whether hosts can be ejected, `max_ejection` of them so many per cent (None: not said),
    each for `ejection_time`; `panic` is
    from which share of healthy hosts down all are used again (None: not said); `http2` whether it speaks HTTP/2 to its
    hosts whatever the client speaks; `stream_limit` how long a stream may last; `made_from` the DestinationRule, as
    Envoy's metadata name it."""

    name: str
    state: ConfigState
    discovery: str = ""
    connect_timeout: str = ""
    tls: bool = False
    mtls: bool = False
    certificate: bool = False
    tls_to_some: bool = False
    sni: str = ""
    secrets: tuple[str, ...] = ()
    outlier: bool = False
    max_ejection: int | None = None
    ejection_time: str = ""
    panic: float | None = None
    http2: bool = False
    stream_limit: str = ""
    made_from: str = ""
    error: str = ""
    version: str = ""
    updated: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConfig:
    """An endpoint as istiod sent it. `health` is Envoy's word (`HEALTHY`, `UNHEALTHY`, `DRAINING`, "" for not said);
    `mtls` whether istiod marks it as one that takes mutual TLS."""

    cluster: str
    address: str
    port: int
    health: str = ""
    priority: int = 0
    locality: str = ""
    weight: int = 1
    mtls: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretConfig:
    """A secret that came over SDS, or is waited for. Never a key; `roots` and `chain` are certificates in PEM."""

    name: str
    state: ConfigState
    chain: str = ""
    roots: str = ""
    version: str = ""
    updated: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDump:
    """All or some of a proxy's configuration; a part that the text does not hold is None, which is not the same as
    empty: without EDS in a dump nothing is known of endpoints. `place` of each piece is where it stands in the text, as
    a JSON path."""

    node: Node = Node()
    listeners: tuple[ListenerConfig, ...] | None = None
    routes: tuple[RouteConfig, ...] | None = None
    clusters: tuple[ClusterConfig, ...] | None = None
    endpoints: tuple[EndpointConfig, ...] | None = None
    secrets: tuple[SecretConfig, ...] | None = None
