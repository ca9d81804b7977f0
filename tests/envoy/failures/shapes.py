"""Listeners, routes, clusters and secrets as istiod writes them, for the shop: `web` calls `payments`.

Knows names and defaults of Istio, and not what is broken: whatever a row breaks, it merges over these.
Sources: istio/istio pilot/pkg/networking/core/listener.go, listener_inbound.go, httproute.go, cluster.go,
cluster_tls.go, gateway.go; pilot/pkg/networking/core/route/retry/retry.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.envoy.clients import Place
from tests.envoy.envoy_shapes import OPERATORS, Shape, address, inspectors, typed
from tests.envoy.failures.served import merged, watched

HOST = "payments.shop.svc.cluster.local"
PAYMENTS = f"outbound|8080||{HOST}"
INBOUND = "inbound|8080||"
WEB = "spiffe://cluster.local/ns/shop/sa/web"
PAYMENTS_ID = "spiffe://cluster.local/ns/shop/sa/payments"
TEXT_LOG, JSON_LOG = "access.log", "access.json.log"
NO_LIMIT = 4294967295
BLACKHOLE, PASSTHROUGH = "BlackHoleCluster", "PassthroughCluster"
LIMITS = {f"max_{what}": NO_LIMIT for what in ("connections", "pending_requests", "requests", "retries")}
TEXT = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
    '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% '
    '%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n"
)
"""Istio's text log. Source: istio/istio pilot/pkg/model/telemetry_logging.go."""
RETRIES = {
    "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
    "num_retries": 2,
    "retriable_status_codes": [503],
    "host_selection_retry_max_attempts": "5",
}
PANIC: Shape = {"common_lb_config": {"healthy_panic_threshold": {}}}
"""Istio switches panic off."""


def node(kind: str, pod: str, workload: str, namespace: str, ip: str) -> Shape:
    """Who a proxy says it is, as istio-agent writes it."""
    told = {
        "CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": "1.29.1", "MESH_ID": "cluster.local", "NAMESPACE": namespace,
        "NAME": pod, "INSTANCE_IPS": ip, "WORKLOAD_NAME": workload, "SERVICE_ACCOUNT": workload,
        "LABELS": {"app": workload, "version": "v1"}, "INTERCEPTION_MODE": "REDIRECT", "PROXY_CONFIG": {},
    }  # fmt: skip
    name = f"{kind}~{ip}~{pod}.{namespace}~{namespace}.svc.cluster.local"
    return {"id": name, "cluster": f"{workload}.{namespace}", "metadata": told}


def logs(**fields: Any) -> list[Shape]:
    """Both logs that Istio writes by default: the lines of text, and JSON."""
    formats: dict[str, Shape] = {
        TEXT_LOG: {"text_format_source": {"inline_string": TEXT}},
        JSON_LOG: {"json_format": OPERATORS},
    }
    kind = ("envoy.access_loggers.file", "extensions.access_loggers.file.v3.FileAccessLog")
    return [{**typed(*kind, path=path, log_format=form), **fields} for path, form in formats.items()]


def to(cluster: str = PAYMENTS, **over: Any) -> Shape:
    """A route to a cluster, with what istiod gives every route."""
    action = {"cluster": cluster, "timeout": "0s", "max_grpc_timeout": "0s", "retry_policy": RETRIES}
    return merged({"name": "default", "match": {"prefix": "/"}, "route": action}, over)


def table(*held: Shape, name: str = "8080", domains: Sequence[str] = (), rest: str = PASSTHROUGH) -> Shape:
    """The routes of a port: those of payments, and one for hosts that nobody knows."""
    named = domains or (HOST, "payments", "payments.shop", "payments.shop.svc", "10.96.12.34")
    other: Shape = {"name": "allow_any", "match": {"prefix": "/"}, "route": {"cluster": rest, "timeout": "0s"}}
    if rest == BLACKHOLE:
        other = {"name": "block_all", "match": {"prefix": "/"}, "direct_response": {"status": 502}}
    hosts: list[Shape] = [{"name": f"{HOST}:8080", "domains": list(named), "routes": list(held)}]
    hosts.append({"name": other["name"], "domains": ["*"], "routes": [other]})
    return routes(name, hosts)


def routes(name: str, hosts: Sequence[Shape]) -> Shape:
    """A route configuration."""
    for host in hosts:
        host["include_request_attempt_count"] = True
    return {
        "name": name, "virtual_hosts": list(hosts), "validate_clusters": False, "ignore_port_in_host_matching": True,
        "max_direct_response_body_size_bytes": 1048576,
    }  # fmt: skip


def manager(prefix: str, filters: Sequence[Shape] = (), **fields: Any) -> Shape:
    """What reads HTTP; `fields` name the routes, and replace what Istio sets."""
    kind = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    held: Shape = {
        "stat_prefix": prefix, "server_name": "istio-envoy", "use_remote_address": False, "access_log": logs(),
        "http_filters": [*filters, typed("envoy.filters.http.router", "extensions.filters.http.router.v3.Router")],
        "upgrade_configs": [{"upgrade_type": "websocket"}], "stream_idle_timeout": "0s", "normalize_path": True,
    }  # fmt: skip
    return typed("envoy.filters.network.http_connection_manager", kind, **(held | fields))


def asking(name: str) -> Shape:
    """The field of a manager that asks for its routes."""
    return {"rds": {"route_config_name": name, "config_source": watched("rds", name)}}


def tcp(cluster: str, **fields: Any) -> Shape:
    """What passes connections on."""
    kind = "extensions.filters.network.tcp_proxy.v3.TcpProxy"
    held = {"stat_prefix": cluster, "cluster": cluster, "access_log": logs()}
    return typed("envoy.filters.network.tcp_proxy", kind, **(held | fields))


def listener(name: str, place: Place, chains: Sequence[Shape], *looks: str, **fields: Any) -> Shape:
    """A listener; `looks` are its listener filters (`proxy`, `tls`, `http`)."""
    held: Shape = {"name": name, "address": address(*place), "filter_chains": list(chains)}
    seen = logs(filter={"response_flag_filter": {"flags": ["NR"]}})
    held |= {"listener_filters": inspectors(*looks), "access_log": seen, "listener_filters_timeout": "0s"}
    return held | {"continue_on_listener_filters_timeout": True} | fields


def outbound(place: Place, more: Iterable[Shape], rest: str = PASSTHROUGH) -> list[Shape]:
    """`virtualOutbound`, where the PROXY protocol says what in a cluster the kernel says, and those it hands to."""
    own: Shape = {"name": "virtualOutbound-blackhole", "filter_chain_match": {"destination_port": place[1]}}
    chains = [own | {"filters": [tcp(BLACKHOLE)]}, {"name": "virtualOutbound-catchall-tcp", "filters": [tcp(rest)]}]
    facing = {"traffic_direction": "OUTBOUND", "use_original_dst": True}
    return [listener("virtualOutbound", place, chains, "proxy", **facing), *more]


def for_http(port: int = 8080, filters: Sequence[Shape] = (), looks: Sequence[str] = (), **fields: Any) -> Shape:
    """The listener of a port that is declared HTTP, for all addresses. With `looks` it finds out what is spoken."""
    made = manager(f"outbound_0.0.0.0_{port}", filters, **(asking(str(port)) | fields))
    chain: Shape = {"filters": [made]}
    if looks:
        spoken = {"transport_protocol": "raw_buffer", "application_protocols": ["http/1.1", "h2c"]}
        chain["filter_chain_match"] = spoken
    rest = {"name": "PassthroughFilterChain", "filters": [tcp(PASSTHROUGH)]}
    unbound = {
        "bind_to_port": False,
        "traffic_direction": "OUTBOUND",
        **({"default_filter_chain": rest} if looks else {}),
    }
    return listener(f"0.0.0.0_{port}", ("0.0.0.0", port), [chain], *looks, **unbound)  # noqa: S104 - handed over to, never bound


def for_tcp(address_: str, port: int, cluster: str, **fields: Any) -> Shape:
    """The listener of a Service that is declared TCP, for its address."""
    unbound = {"bind_to_port": False, "traffic_direction": "OUTBOUND"}
    return listener(f"{address_}_{port}", (address_, port), [{"filters": [tcp(cluster, **fields)]}], **unbound)


def inbound(place: Place, chains: Sequence[Shape]) -> Shape:
    """`virtualInbound`, at the very port of the pod."""
    return listener("virtualInbound", place, chains, "tls", "http", traffic_direction="INBOUND")


def taking(socket: Shape | None, filters: Sequence[Shape] = (), **fields: Any) -> Shape:
    """A filter chain of the inbound side: with a transport socket for mutual TLS, without for plaintext."""
    route = {"cluster": INBOUND, "timeout": "0s", "max_stream_duration": {"max_stream_duration": "0s"}}
    served = {"name": "inbound|http|8080", "domains": ["*"]}
    hosts = [served | {"routes": [{"name": "default", "match": {"prefix": "/"}, "route": route}]}]
    fixed = {"route_config": {"name": INBOUND, "virtual_hosts": hosts, "validate_clusters": False}}
    cert = {"forward_client_cert_details": "APPEND_FORWARD", "set_current_client_cert_details": {"uri": True}}
    made = manager("inbound_0.0.0.0_8080", filters, **(fixed | cert | fields))
    chain: Shape = {"name": "0.0.0.0_8080", "filters": [made]}
    chain["filter_chain_match"] = {"transport_protocol": "tls" if socket else "raw_buffer"}
    return chain | ({"transport_socket": socket} if socket else {})


def cluster(*hosts: Shape | Place, name: str = PAYMENTS, **over: Any) -> Shape:
    """The cluster of a Service's port, with its endpoints."""
    named = name.rpartition("|")[2]
    services = [{"host": named, "name": named.split(".")[0], "namespace": "shop"}]
    made: Shape = {
        "name": name, "type": "EDS", "connect_timeout": "10s", "lb_policy": "LEAST_REQUEST", **PANIC,
        "metadata": {"filter_metadata": {"istio": {"services": services}}},
        "circuit_breakers": {"thresholds": [LIMITS]},
        "load_assignment": assignment(name, *hosts),
    }  # fmt: skip
    return merged(made, over)


def assignment(name: str, *hosts: Shape | Place) -> Shape:
    """The endpoints of a cluster, in one locality for each priority."""
    held: dict[int, list[Shape]] = {}
    for one in hosts:
        shape = one if isinstance(one, dict) else endpoint(one)
        held.setdefault(shape.get("priority", 0), []).append({k: v for k, v in shape.items() if k != "priority"})
    zones = [
        {"priority": n, "locality": {"region": "eu-west-1", "zone": f"eu-west-1{'abc'[n]}"}, "lb_endpoints": found}
        for n, found in sorted(held.items())
    ]
    return {"cluster_name": name, "endpoints": [z | {"load_balancing_weight": 1} for z in zones]}


def endpoint(place: Place, *, mutual: bool = False, **fields: Any) -> Shape:
    """One endpoint; `mutual` marks it for mutual TLS, as one with a sidecar."""
    workload: Shape = {"istio": {"workload": "payments-v1;shop;payments;v1;Kubernetes"}}
    marks = {"envoy.transport_socket_match": {"tlsMode": "istio"}} if mutual else {}
    made = {"endpoint": {"address": address(*place)}, "health_status": "HEALTHY", "load_balancing_weight": 1}
    return made | {"metadata": {"filter_metadata": workload | marks}} | fields


def original(name: str) -> Shape:
    """The cluster that dials where the client wanted to go."""
    return {"name": name, "type": "ORIGINAL_DST", "connect_timeout": "10s", "lb_policy": "CLUSTER_PROVIDED"}


def blackhole() -> Shape:
    """The cluster without a host."""
    return {"name": BLACKHOLE, "type": "STATIC", "connect_timeout": "10s"}


def behind(place: Place, **over: Any) -> Shape:
    """The cluster of the application behind its sidecar."""
    held = {"cluster_name": INBOUND, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(*place)}}]}]}
    made = {"name": INBOUND, "type": "STATIC", "connect_timeout": "10s", "load_assignment": held}
    return merged(made | {"circuit_breakers": {"thresholds": [LIMITS]}}, over)
