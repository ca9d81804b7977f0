"""Facts about a gateway between networks that has no way on for the name in a hello: what it does not know.

Must not know causes. Such a gateway goes by the configuration of its own Kubernetes cluster.
Source: `builtAutoPassthroughFilterChains` in istio/istio pilot/pkg/networking/core/gateway.go.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.routing.routes import routes_of
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import HopKind, Object, Request, Stage, as_list, as_map
from troubleshooter.walk import Cluster, Hop, Trail
from troubleshooter.walk.gateway.sni_names import MeshName, mesh_name

PASSES_ON = "AUTO_PASSTHROUGH"


def about_relay_name(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """Why the gateway at which a connection died has nothing for the service that its hello names."""
    hop = trail.hop
    if not trail.failed or trail.steps[-1].stage is not Stage.LISTENER or hop.kind is not HopKind.GATEWAY:
        return
    before = trail.hops[-2] if len(trail.hops) > 1 else None
    name = mesh_name(before.offer.sni if before and before.offer else request.sni)
    if name is None:
        if before is None and request.scheme == "https":
            _foreign_name(case, mesh, request, trail)
        return
    case.detail("gateway.relay_host", name.host)
    case.detail("gateway.relay_port", name.port)
    case.detail("gateway.relay_subset", name.subset)
    if hop.cluster is None:
        _not_served(case, mesh, trail, name)
    elif hop.server is not None:
        case.role("gateway", hop.server.gateway.at())
        _not_known(case, mesh, hop.cluster, hop, before)


def _foreign_name(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """A client outside whose hello has a name of its own, at a server that takes names of the mesh alone; and whether a
    tls route for that name is bound to it, which such a server has no use for."""
    workload, spot = trail.hop.party.workload, trail.steps[-1].resource
    held = mesh.gateways.for_workload(workload) if workload else trail.hop.party.gateways
    found = (s for g in held for s in mesh.gateways.servers(g) if s.tls == PASSES_ON)
    server = next((s for s in found if spot == s.gateway.at(s.path)), None)
    if server is None:
        return
    name = (request.sni or request.host).lower()
    owners = mesh.virtual_services.bound(server.reference, trail.hop.party.namespace)
    routed = next((v for v in owners if hosts.most_specific(name, _names(v)) is not None), None)
    mode = server.gateway.at(f"{server.path}.tls.mode")
    case.role("gateway", server.gateway.at())
    case.role("virtual_service", routed.at() if routed else None)
    word = "foreign-name-routed" if routed else "foreign-name"
    case.fact("gateway.relay_knows", word, mode, *([routed.at("spec.tls")] if routed else []))
    case.detail("request.sni", name)
    case.detail("gateway.mode_field", mode.field)


def _names(owner: Object) -> list[str]:
    """The names that the tls routes of a VirtualService are for."""
    return [str(h).lower() for r in routes_of(owner, "tls") for m in r.matches for h in as_list(m.get("sniHosts"))]


def _not_served(case: CaseBuilder, mesh: Mesh, trail: Trail, name: MeshName) -> None:
    """That no server's hosts are for the service, and the first that could have it among them."""
    server = _refusing(mesh, trail)
    if server is None or mesh.registry.find(name.host, trail.hop.party.namespace) is None:
        return
    field = f"{server.path}.hosts"
    case.role("gateway", server.gateway.at())
    case.fact("gateway.relay_knows", "not-served", server.gateway.at(field))
    case.detail("gateway.hosts_field", field)
    case.detail("gateway.hosts", ", ".join(server.hosts))


def _refusing(mesh: Mesh, trail: Trail) -> Server | None:
    """The server between networks at which the connection died for its name."""
    workload, spot = trail.hop.party.workload, trail.steps[-1].resource
    held = mesh.gateways.for_workload(workload) if workload else trail.hop.party.gateways
    found = (s for g in held for s in mesh.gateways.servers(g) if s.tls == PASSES_ON)
    return next((s for s in found if spot == s.gateway.at(f"{s.path}.hosts")), None)


def _not_known(case: CaseBuilder, mesh: Mesh, cluster: Cluster, hop: Hop, before: Hop | None) -> None:
    service = cluster.service
    if service is None:
        hidden = mesh.registry.get(cluster.host)
        if hidden is not None and not hidden.external and not hidden.entry:
            case.role("service", hidden.object.at())
            case.fact("gateway.relay_knows", "not-exported", hidden.object.at("metadata.annotations"))
            case.detail("gateway.relay_namespace", hop.party.namespace)
        return
    case.role("service", service.object.at())
    if cluster.missing == "port":
        _other_port(case, service, before)
    elif cluster.missing == "subset":
        _other_subset(case, cluster, service, before)


def _other_port(case: CaseBuilder, service: Service, before: Hop | None) -> None:
    """That the service has other ports here, and the one that the caller's side has by another number: endpoints are
    joined by the names of ports."""
    asked = before.cluster.service_port if before and before.cluster else None
    same = next((p for p in service.ports if asked and p.name == asked.name), None)
    case.fact("gateway.relay_knows", "other-port", service.object.at(same.path if same else "spec.ports"))
    case.fact("gateway.relay_port_guess", "one" if same else "none", service.object.at("spec.ports"))
    case.detail("gateway.relay_ports", ", ".join(map(_shown, service.ports)) or "none")
    case.detail("gateway.relay_port_field", f"{same.path}.port" if same else "")


def _shown(port: Port) -> str:
    return f"{port.number} ({port.name})" if port.name else str(port.number)


def _other_subset(case: CaseBuilder, cluster: Cluster, service: Service, before: Hop | None) -> None:
    """That no rule here defines the subset, and the rule of the caller's side as it could stand here."""
    rule = cluster.rule
    place = rule.object.at("spec.subsets") if rule else service.object.at()
    asked = before.cluster.rule if before and before.cluster else None
    subset = asked.subset(cluster.subset) if asked else None
    origin = subset.place if subset else None
    case.fact("gateway.relay_knows", "no-subset", place, *([origin] if origin else []))
    wanted = "none" if subset is None else "add" if rule else "create"
    case.fact("gateway.relay_subset_mend", wanted, place)
    case.role("destination_rule", rule.object.at() if rule else None)
    if subset is not None:
        case.detail("gateway.relay_labels", dict(as_map(subset.labels)))
        case.detail("gateway.relay_rule", str(origin))
