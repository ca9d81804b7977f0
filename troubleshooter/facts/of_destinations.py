"""Facts about the cluster stage: does the destination exist, and which rule is in force?"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_client_tls import about_client_tls, host_width, tls_of
from troubleshooter.facts.of_missing import about_missing_host, about_missing_port
from troubleshooter.facts.of_subsets import about_subset, about_subset_asked
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import NETWORKING
from troubleshooter.walk import Cluster, Hop


def about_destination(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """What the cluster stage of a hop decided."""
    about_asked(case, mesh, hop)
    about_cluster(case, mesh, hop)


def about_asked(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """What of it is said of the place that asks for the destination: is there such a host, port and subset?"""
    cluster = hop.cluster
    if cluster is None or not cluster.name.startswith("outbound|"):
        return
    target = hop.routing.destination if hop.routing else None
    place = target.place if target else (cluster.service.object.at() if cluster.service else None)
    case.role("destination", place)
    if target is not None:
        case.role("virtual_service", target.place)
        case.detail("destination.field", target.place.field)
    if cluster.service is None:
        if target is not None:
            about_missing_host(case, mesh, cluster, target, hop.party.namespace)
        return
    case.fact("destination.service", "found", place)
    if cluster.missing != "port":
        case.fact("destination.port", "found", place)
    elif target is not None and cluster.port:
        about_missing_port(case, mesh, cluster, target)
    about_subset_asked(case, cluster, hop)


def about_cluster(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """What of it is the same for every place that asks for this destination: its host, its subset, its rule."""
    cluster = hop.cluster
    if cluster is None or not cluster.name.startswith("outbound|"):
        return
    case.detail("destination.host", cluster.host)
    case.detail("destination.port", cluster.port)
    case.detail("destination.subset", cluster.subset)
    case.detail("destination.viewer", hop.party.namespace)
    case.detail("destination.envoy_name", cluster.name)
    if cluster.service is None:
        return
    case.role("service", cluster.service.object.at())
    case.detail("destination.rule_name", _free_name(mesh, cluster.service.namespace, cluster.host))
    wild = mesh.destination_rules.wildcards(cluster.host)
    case.fact("destination.wildcard_rule", "present" if wild else "absent", *(r.at("spec.host") for r in wild[:4]))
    about_subset(case, mesh, cluster, hop)
    _rule(case, mesh, cluster)


def _rule(case: CaseBuilder, mesh: Mesh, cluster: Cluster) -> None:
    rule = cluster.rule
    assert cluster.service is not None  # noqa: S101 - the caller looked
    if rule is None:
        case.fact("destination_rule.presence", "absent", cluster.service.object.at())
        case.fact("destination_rule.tls_mode", "none", cluster.service.object.at())
        return
    _, place = tls_of(rule, cluster.port, cluster.subset)
    owner = next((o for o in rule.objects if place and o.key == place.key), rule.policy.owner if rule.policy else None)
    owner = owner or rule.object
    case.role("destination_rule", owner.at())
    case.fact("destination_rule.presence", "present", *(o.at() for o in rule.objects))
    case.fact("destination_rule.host", host_width(rule.host), owner.at("spec.host"))
    case.detail("destination_rule.host", str(rule.object.spec.get("host") or ""))
    spaces = {owner.namespace: "client", mesh.settings.root_namespace: "root", cluster.service.namespace: "service"}
    case.fact("destination_rule.placed", spaces.get(owner.namespace, "client"), owner.at("metadata.namespace"))
    about_client_tls(case, rule, cluster, owner)


def _free_name(mesh: Mesh, namespace: str, host: str) -> str:
    """A name for a DestinationRule of the host that no rule of the namespace has yet."""
    name = wanted = host.partition(".")[0].strip("*") or "all"
    number = 1
    while mesh.index.get(NETWORKING, "DestinationRule", namespace, name) is not None:
        number += 1
        name = f"{wanted}-{number}"
    return name
