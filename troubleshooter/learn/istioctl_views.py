"""What istioctl would print of a proxy: its listeners, clusters, endpoints and routes, and its policies.

Decides: the texts, each computed from the mesh as the walk sees it. Where the table of a proxy cannot be told from the
scenario's objects, the text is "" and the command is not offered. Must not know which of them a learner chooses.
Sources: istio/istio istioctl/pkg/writer/envoy/configdump/{listener,cluster,route}.go and
istioctl/pkg/writer/envoy/clusters (columns), istioctl/pkg/authz/listener.go; `convertResolution` in
pilot/pkg/networking/core/cluster_builder.go; `generateVirtualHostDomains` in pilot/pkg/networking/core/httproute.go.
Newer versions of istioctl print a column VHOST NAME among the routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from troubleshooter.learn.made_up import MadeUp
from troubleshooter.learn.tables import CLOSE, ISTIOCTL, KUBECTL, table
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.policy.policies import action
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import Attempt, attempts
from troubleshooter.mesh.service.protocols import Protocol
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import HopKind, Object, as_list, as_map
from troubleshooter.walk.basis.decisions import Cluster, Hop, Trail
from troubleshooter.walk.gateway.gateway_routing import held_hosts

CLUSTERS = ("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE")
ENDPOINTS = ("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER")
ROUTES = ("NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE")
LISTENERS = ("ADDRESSES", "PORT", "MATCH", "DESTINATION")
POLICIES = ("ACTION", "AuthorizationPolicy", "RULES")

EVERYWHERE = "0.0.0.0"  # noqa: S104 - shown, never bound
OWN_PORTS = {15021: "/healthz/ready", 15090: "/stats/prometheus"}
"""What every gateway listens on for its own sake. Source: https://istio.io/latest/docs/ops/deployment/application-requirements/."""

TYPES = {"DNS": "STRICT_DNS", "DNS_ROUND_ROBIN": "LOGICAL_DNS", "NONE": "ORIGINAL_DST"}
"""How Envoy finds the endpoints of a ServiceEntry; of everything else istiod tells it (EDS)."""


def managed_by(thing: Object) -> str:
    """An object as istioctl names it."""
    return f"{thing.name}.{thing.namespace}"


def clusters_text(mesh: Mesh, hop: Hop, host: str) -> str:
    """`istioctl proxy-config clusters --fqdn`: the clusters of one host that a proxy has."""
    service = mesh.registry.find(host, hop.party.namespace)
    scope = mesh.sidecars.scope(hop.party.namespace, hop.party.labels)
    if service is None or not scope.has(service):
        return table(CLUSTERS, [], ISTIOCTL)
    if service.external_name:
        return ""
    rule = mesh.destination_rules.in_force(service, hop.party.namespace, hop.party.labels)
    names = ["", *sorted(rule.subsets)] if rule else [""]
    named = managed_by(rule.object) if rule else ""
    rows = [
        (service.host, str(port.number), subset or "-", "outbound", _type(service, hop), named)
        for subset in names
        for port in service.ports
    ]
    return table(CLUSTERS, rows, ISTIOCTL)


def _type(service: Service, hop: Hop) -> str:
    if service.headless and hop.kind is not HopKind.GATEWAY:
        return "ORIGINAL_DST"
    return TYPES.get(service.resolution, "EDS") if service.entry else "EDS"


def endpoints_text(mesh: Mesh, hop: Hop, cluster: Cluster, made_up: MadeUp) -> str:
    """`istioctl proxy-config endpoints --cluster`: what a proxy can choose from for one cluster; "" where no object
    tells that: it asks DNS or takes any address, or it may have ejected some."""
    service, port = cluster.service, cluster.service_port
    if service is None or port is None or service.external_name or _type(service, hop) != "EDS":
        return ""
    rule = mesh.destination_rules.in_force(service, hop.party.namespace, hop.party.labels)
    if rule is not None and rule.section("outlierDetection", port.number, cluster.subset) is not None:
        return ""
    chosen = rule.subset(cluster.subset) if rule and cluster.subset else None
    if cluster.subset and chosen is None:
        return table(ENDPOINTS, [], ISTIOCTL)
    wanted = chosen.labels.items() if chosen else {}.items()
    name = cluster_name(service, port, cluster.subset)
    held = (e for e in mesh.endpoints(service, port).ready if wanted <= e.all_labels.items())
    rows = [(address, "HEALTHY", "OK", name) for endpoint in held for address in made_up.of(endpoint)]
    return table(ENDPOINTS, sorted(rows), ISTIOCTL)


def cluster_name(service: Service, port: Port, subset: str = "") -> str:
    """The name that istiod gives a cluster."""
    return f"outbound|{port.number}|{subset}|{service.host}"


def sidecar_routes(mesh: Mesh, hop: Hop, number: int) -> str:
    """`istioctl proxy-config routes --name PORT` of a sidecar: a virtual host for each service with that port."""
    scope = mesh.sidecars.scope(hop.party.namespace, hop.party.labels)
    seen = (mesh.registry.find(host, hop.party.namespace) for host in sorted(mesh.registry.hosts))
    held = [
        s for s in dict.fromkeys(seen) if s and scope.has(s) and (p := s.port(number)) and p.protocol.family == "http"
    ]
    rows = [row for service in held for row in _service_rows(mesh, hop, service, number)]
    if mesh.settings.registry_only or scope.closed:
        rows.append((str(number), "*", "/*", ""))
    return table(ROUTES, rows, ISTIOCTL)


def _service_rows(mesh: Mesh, hop: Hop, service: Service, number: int) -> Iterator[tuple[str, str, str, str]]:
    sender = Sender(labels=hop.party.labels, namespace=hop.party.namespace, port=number)
    takes = mesh.sidecars.scope(hop.party.namespace, hop.party.labels).takes
    held: list[Attempt] = []
    for owner in mesh.virtual_services.candidates(service.host, hop.party.namespace, takes):
        held = held or attempts(mesh.virtual_services.http_routes([owner]), sender)
    domains = _domains(service, hop.party.namespace)
    for one in held:
        yield str(number), domains, _match(one), managed_by(one.route.holder)
    if not held:
        yield str(number), domains, "/*", ""


def _domains(service: Service, viewer: str) -> str:
    """The names by which a service is called, as istioctl shortens the list; its address is one more."""
    if service.entry:
        return service.host
    own = service.object
    return (
        f"{own.name}, {own.name}.{own.namespace} + 1 more..."
        if own.namespace == viewer
        else f"{own.name}.{own.namespace}"
    )


def _match(one: Attempt) -> str:
    """Only what is asked of the path is shown; headers and methods are not."""
    uri = as_map(one.match.get("uri"))
    kind, wanted = next(iter(uri.items()), ("prefix", "/"))
    return {"prefix": f"{wanted}*", "regex": f"regex {wanted}"}.get(str(kind), str(wanted))


def gateway_routes(mesh: Mesh, trail: Trail, number: int, port: int) -> str:
    """`istioctl proxy-config routes --name http.PORT` of a gateway; `number` is the place of its hop."""
    there = replace(trail, hops=trail.hops[: number + 1])
    rows = [
        (f"http.{port}", pattern, _match(one), managed_by(one.route.holder))
        for pattern, host in sorted(held_hosts(mesh, there).items())
        for one in host.attempts
    ]
    return table(ROUTES, rows or [(f"http.{port}", "*", "/*", "404")], ISTIOCTL)


def policies_text(mesh: Mesh, pod: Pod) -> str:
    """`istioctl experimental authz check`; "" where no policy applies, or one of a sort that it does not count."""
    held = mesh.authorization_policies.applying(pod)
    counted = [(action(p), managed_by(p), len(as_list(p.spec.get("rules")))) for p in held]
    if not counted or any(word not in ("DENY", "ALLOW") or not rules for word, _, rules in counted):
        return ""
    order = sorted(counted, key=lambda row: (row[0] != "DENY", row[1]))
    return table(POLICIES, [(word, name, str(rules)) for word, name, rules in order], KUBECTL)


def listeners_text(mesh: Mesh, workload: Workload) -> str:
    """`istioctl proxy-config listeners` of a gateway; "" where it has a server that is neither HTTP nor HTTPS that ends
    there."""
    rows = {(EVERYWHERE, str(port), "ALL", f"Inline Route: {path}*") for port, path in OWN_PORTS.items()}
    for opened in mesh.gateways.opened(mesh.gateways.for_workload(workload), workload):
        server = opened.server
        if not opened.listens:
            continue
        if server.protocol.family == "http":
            rows.add((EVERYWHERE, str(opened.port), "ALL", f"Route: http.{opened.port}"))
        elif server.protocol is Protocol.HTTPS and server.tls != "PASSTHROUGH":
            rows.add((EVERYWHERE, str(opened.port), _names(server), f"Route: {_https_route(server)}"))
        else:
            return ""
    return table(LISTENERS, sorted(rows, key=lambda row: int(row[1])), CLOSE)


def _names(server: Server) -> str:
    """The names in a TLS hello for which a chain of filters is made."""
    names = [host.rpartition("/")[2] for host in server.hosts]
    return "ALL" if "*" in names else f"SNI: {','.join(names)}"


def _https_route(server: Server) -> str:
    """The name of the routes of a server that ends TLS. Source: `gatewayRDSRouteName` in pilot/pkg/model/gateway.go."""
    name = as_map(server.raw.get("port")).get("name")
    return f"https.{server.number}.{name}.{managed_by(server.gateway)}"
