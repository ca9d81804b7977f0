"""The clusters of a proxy: every destination of the mesh with its endpoints, priorities, TLS and limits.

Source: `buildOutboundClusters` in istio/istio pilot/pkg/networking/core/cluster.go, cluster_tls.go,
cluster_traffic_policy.go; pilot/pkg/xds/endpoints for the endpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tests.envoy.envoy_shapes import HTTP2_ALPN, HTTP_ALPN, MESH_ALPN, Shape, address, length, sends_tls, typed
from tests.envoy.views import BLACKHOLE, PASSTHROUGH, View, cluster_name
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.basis.pods import REGION, SUBZONE, ZONE
from troubleshooter.mesh.policy.mtls import Mode, mesh_sni
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.service.locality import HOSTNAME, Placement, place
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.model import Raw, as_list, as_map
from troubleshooter.walk.basis.decisions import Cluster
from troubleshooter.walk.destinations.balancing import distribution, locality_setting

HTTP2 = frozenset({Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})
NO_LIMIT = 4294967295
OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def all_of(view: View) -> list[Shape]:
    """Those of every service port and subset, and those for what is in no registry."""
    return [
        {"name": BLACKHOLE, "type": "STATIC", "connect_timeout": "10s"},
        original(PASSTHROUGH),
        *(made for s in view.destinations() for pair in view.ports_of(s) for made in _of_port(view, *pair)),
    ]


def original(name: str) -> Shape:
    """A cluster that dials where the client wanted to go."""
    return {"name": name, "type": "ORIGINAL_DST", "lb_policy": "CLUSTER_PROVIDED", "connect_timeout": "10s"}


def _of_port(view: View, service: Service, port: Port) -> Iterator[Shape]:
    rule = view.mesh.destination_rules.in_force(service, view.namespace, view.labels)
    for subset in ("", *(rule.subsets if rule else ())):
        cluster = Cluster(
            name=cluster_name(port.number, service.host, subset), host=service.host, port=port.number, subset=subset,
            service=service, service_port=port, rule=rule,
        )  # fmt: skip
        # Of names that are looked up istiod makes no cluster without a name; a wildcard is one that leads nowhere.
        if (
            not service.resolution.startswith("DNS")
            or service.host.startswith("*")
            or _ready(view, cluster, service, port)
        ):
            yield _cluster(view, cluster)


def _ready(view: View, cluster: Cluster, service: Service, port: Port) -> list[Endpoint]:
    """The endpoints of a cluster that may be used."""
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and cluster.subset else None
    ready = view.mesh.endpoints(service, port).ready
    if service.object.spec.get("internalTrafficPolicy") == "Local":
        ready = tuple(e for e in ready if e.pod and e.pod.node == view.pod.node)
    return [e for e in ready if subset is None or selects(subset.labels, _labels(e))]


def _labels(endpoint: Endpoint) -> dict[str, str]:
    """Those of an endpoint, and where it is. Source: istio/istio pilot/pkg/serviceregistry/util/label/label.go."""
    place = dict(zip((REGION, ZONE, SUBZONE), endpoint.locality.split("/"), strict=False))
    return {**{key: value for key, value in place.items() if value}, **endpoint.all_labels}


def _section(cluster: Cluster, name: str) -> Raw:
    found = cluster.rule.section(name, cluster.port, cluster.subset) if cluster.rule else None
    return found[0] if found else {}


def _cluster(view: View, cluster: Cluster) -> Shape:
    service, port = cluster.service, cluster.service_port
    assert service is not None
    assert port is not None
    pool = _section(cluster, "connectionPool")
    made: Shape = {
        "name": cluster.name,
        "connect_timeout": length(as_map(pool.get("tcp")).get("connectTimeout"), "10s"),
        "circuit_breakers": {"thresholds": [_limits(pool)]},
        "common_lb_config": {"healthy_panic_threshold": {}},
        **framing(port, as_map(pool.get("http"))),
        **_ejection(_section(cluster, "outlierDetection")),
        **_tls(view, cluster),
    }
    dialled = (service.headless and not view.pod.gateway) or (service.entry and service.resolution == "NONE")
    if dialled:
        return original(cluster.name) | {key: made[key] for key in made if key.startswith("transport_socket")}
    held = list(_placed(view, cluster, service, port))
    return {**made, "type": "STATIC", "load_assignment": {"cluster_name": cluster.name, "endpoints": held}}


def _limits(pool: Raw) -> Shape:
    """Without a limit of its own everything is let through."""
    tcp, http = as_map(pool.get("tcp")), as_map(pool.get("http"))
    return {
        "max_connections": tcp.get("maxConnections") or NO_LIMIT,
        "max_pending_requests": http.get("http1MaxPendingRequests") or NO_LIMIT,
        "max_requests": http.get("http2MaxRequests") or NO_LIMIT,
        "max_retries": http.get("maxRetries") or NO_LIMIT,
    }


def framing(port: Port, http: Raw) -> Shape:
    """The version of HTTP that is sent: 2 where the port declares it, the client's where nothing is declared."""
    chosen: Shape = {"explicit_http_config": {"http_protocol_options": {}}}
    if port.protocol in HTTP2 or http.get("h2UpgradePolicy") == "UPGRADE":
        chosen = {"explicit_http_config": {"http2_protocol_options": {}}}
    elif port.protocol is Protocol.AUTO:
        chosen = {"use_downstream_protocol_config": {"http_protocol_options": {}, "http2_protocol_options": {}}}
    kind = typed("", "extensions.upstreams.http.v3.HttpProtocolOptions", **chosen)["typed_config"]
    return {"typed_extension_protocol_options": {OPTIONS: kind}}


def _ejection(raw: Raw) -> Shape:
    if not raw:
        return {}
    return {
        "outlier_detection": {
            "consecutive_5xx": raw.get("consecutive5xxErrors") or 5,
            "interval": length(raw.get("interval"), "10s"),
            "base_ejection_time": length(raw.get("baseEjectionTime"), "30s"),
            "max_ejection_percent": raw.get("maxEjectionPercent") or 10,
            "enforcing_success_rate": 0,
        }
    }


def _placed(view: View, cluster: Cluster, service: Service, port: Port) -> Iterator[Shape]:
    """The endpoints, each in a group of its own with its priority; those that get nothing are left out."""
    setting: Placement = place(
        _ready(view, cluster, service, port),
        setting=locality_setting(view.mesh, cluster),
        outlier_detection=bool(_section(cluster, "outlierDetection")),
        traffic_distribution=distribution(cluster),
        locality=view.pod.locality,
        labels={HOSTNAME: view.pod.node, **view.labels} if view.pod.node else view.labels,
    )
    for endpoint, share in zip(setting.endpoints, setting.shares, strict=True):
        if share or endpoint.priority:
            yield _endpoint(view, endpoint, round(share * 1000) or endpoint.weight)


def _endpoint(view: View, endpoint: Endpoint, weight: int) -> Shape:
    where = address(view.places.of_endpoint(endpoint), endpoint.port)
    mutual = {"envoy.transport_socket_match": {"tlsMode": "istio" if _mutual(view, endpoint) else "disabled"}}
    one = {"endpoint": {"address": where}, "load_balancing_weight": weight}
    return {"priority": endpoint.priority, "lb_endpoints": [{**one, "metadata": {"filter_metadata": mutual}}]}


def _mutual(view: View, endpoint: Endpoint) -> bool:
    """Whether istiod marks an endpoint as one that takes the mesh's mutual TLS. Source: `checkMtlsEnabled` in
    istio/istio pilot/pkg/xds/endpoints/mtls_checker.go."""
    policies, pod = view.mesh.peer_authentications, endpoint.pod
    off = pod is not None and policies.accepts(pod, endpoint.port).mode is Mode.DISABLE
    return endpoint.mutual and not off


def _tls(view: View, cluster: Cluster) -> Shape:
    """The DestinationRule's word for all endpoints; without one, mutual TLS for those that take it."""
    rule, service = cluster.rule, cluster.service
    assert service is not None
    held = rule.section("tls", cluster.port, cluster.subset) if isinstance(rule, DestinationRule) else None
    inside = mesh_sni(cluster.host, cluster.port, cluster.subset)
    names = [str(name) for name in as_list(held[0].get("subjectAltNames"))] if held else []
    mesh_socket = sends_tls(
        sni=str(held[0].get("sni") or inside) if held else inside,
        roots=view.identity.roots,
        own=view.identity,
        sans=names or _names(view, cluster),
        alpn=_alpn(cluster),
    )
    if held is None:
        return _auto(view, cluster, mesh_socket)
    mode = str(held[0].get("mode") or "DISABLE")
    if mode == "ISTIO_MUTUAL":
        return {"transport_socket": mesh_socket}
    sni = str(held[0].get("sni") or "")
    own = view.identity if mode == "MUTUAL" else None
    foreign = sends_tls(sni=sni, roots=view.authority.roots, own=own, sans=names)
    return {} if mode == "DISABLE" else {"transport_socket": foreign}


def _alpn(cluster: Cluster) -> Sequence[str]:
    """What the mesh's mutual TLS says of the protocol inside."""
    port, http = cluster.service_port, as_map(_section(cluster, "connectionPool").get("http"))
    if port is not None and (port.protocol in HTTP2 or http.get("h2UpgradePolicy") == "UPGRADE"):
        return HTTP2_ALPN
    return HTTP_ALPN if port is not None and port.protocol.family == "http" else MESH_ALPN


def _auto(view: View, cluster: Cluster, socket: Shape) -> Shape:
    """Of a headless Service one endpoint that takes no mutual TLS is enough for plaintext to all.

    Source: `BestEffortInferServiceMTLSMode` in istio/istio pilot/pkg/model/push_context.go.
    """
    service, port = cluster.service, cluster.service_port
    assert service is not None
    assert port is not None
    wide, _ = view.mesh.peer_authentications.wide(service.namespace)
    bare = service.headless and not all(e.mutual for e in view.mesh.endpoints(service, port).all)
    if not view.mesh.settings.auto_mtls or wide is Mode.DISABLE or service.external or bare:
        return {}
    plain = typed("envoy.transport_sockets.raw_buffer", "extensions.transport_sockets.raw_buffer.v3.RawBuffer")
    return {
        "transport_socket_matches": [
            {"name": "tlsMode-istio", "match": {"tlsMode": "istio"}, "transport_socket": socket},
            {"name": "tlsMode-disabled", "match": {}, "transport_socket": plain},
        ]
    }


def _names(view: View, cluster: Cluster) -> Iterable[str]:
    """The identities that the far end may have: the accounts of the endpoints' pods."""
    assert cluster.service is not None
    assert cluster.service_port is not None
    domain = view.mesh.settings.trust_domain
    pods = (e.pod for e in view.mesh.endpoints(cluster.service, cluster.service_port).all if e.pod)
    return sorted({f"spiffe://{domain}/ns/{pod.namespace}/sa/{pod.service_account}" for pod in pods})
