"""Facts about the cluster stage: does the destination exist, and which rule is in force?"""

from __future__ import annotations

import difflib

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.destinations import DestinationRule
from troubleshooter.mesh.endpoints import selected
from troubleshooter.model import Resource
from troubleshooter.walk import Cluster, Hop

TLS_WORDS = {"DISABLE": "disable", "SIMPLE": "simple", "MUTUAL": "mutual", "ISTIO_MUTUAL": "istio-mutual"}
MUTUAL = frozenset({"istio-mutual", "mutual"})


def about_destination(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """What the cluster stage of a hop decided."""
    cluster = hop.cluster
    if cluster is None or not cluster.name.startswith("outbound|"):
        return
    target = hop.routing.destination if hop.routing else None
    place = target.place if target else (cluster.service.object.at() if cluster.service else None)
    case.role("destination", place)
    if target is not None:
        case.role("virtual_service", target.place)
        case.detail("destination.field", target.place.field)
    case.detail("destination.host", cluster.host)
    case.detail("destination.port", cluster.port)
    case.detail("destination.subset", cluster.subset)
    case.detail("destination.envoy_name", cluster.name)
    case.detail("destination.rule_name", cluster.host.split(".")[0].strip("*") or "all")
    case.fact("destination.service", "not-found" if cluster.missing == "host" else "found", place)
    if cluster.service is None:
        return
    case.fact("destination.port", "not-found" if cluster.missing == "port" else "found", place)
    _subset(case, mesh, cluster, hop)
    _rule(case, cluster)


def _subset(case: CaseBuilder, mesh: Mesh, cluster: Cluster, hop: Hop) -> None:
    target = hop.routing.destination if hop.routing else None
    if not cluster.subset or target is None:
        case.fact("destination.subset", "none", target.place if target else None)
        return
    known = cluster.rule.subset(cluster.subset) if cluster.rule else None
    asked = target.place.field + ".subset"
    owner = hop.routing.route.owner if hop.routing and hop.routing.route else None
    spot = owner.at(asked) if owner else target.place
    if known is not None:
        case.fact("destination.subset", "defined", spot, known.place)
        return
    rules = [o.at("spec.subsets") for o in cluster.rule.objects] if cluster.rule else []
    case.fact("destination.subset", "not-defined", spot, *rules)
    defined = sorted(cluster.rule.subsets) if cluster.rule else []
    case.detail("destination.subsets", ", ".join(defined) or "none")
    near = difflib.get_close_matches(cluster.subset, defined, n=2, cutoff=0.75)
    case.fact("destination.subset_guess", "one" if len(near) == 1 else "none", *rules)
    case.detail("destination.guess", near[0] if len(near) == 1 else None)
    assert cluster.service is not None  # noqa: S101 - the caller looked
    pods = [p for _, p in selected(mesh.workloads, cluster.service) if p.labels.get("version") == cluster.subset]
    word = "labelled" if pods else "none"
    case.fact("destination.subset_pods", word, *(p.owner.at() for p in pods[:4]))


def _rule(case: CaseBuilder, cluster: Cluster) -> None:
    rule = cluster.rule
    assert cluster.service is not None  # noqa: S101 - the caller looked
    if rule is None:
        case.fact("destination_rule.presence", "absent", cluster.service.object.at())
        case.fact("destination_rule.tls_mode", "none", cluster.service.object.at())
        return
    case.role("destination_rule", (rule.policy.owner if rule.policy else rule.object).at())
    case.fact("destination_rule.presence", "present", *(o.at() for o in rule.objects))
    case.fact("destination_rule.host", host_width(rule.host), rule.object.at("spec.host"))
    case.detail("destination_rule.host", str(rule.object.spec.get("host") or ""))
    mode, place = tls_of(rule, cluster.port, cluster.subset)
    spot = place or rule.object.at("spec.trafficPolicy")
    case.fact("destination_rule.tls_mode", mode, spot)
    hidden = next(
        (r for r in cluster.rivals if r.host.startswith("*") and tls_of(r, cluster.port, "")[0] in MUTUAL), None
    )
    if mode == "none" and hidden is not None:
        case.role("rival", hidden.object.at())
        case.fact("destination_rule.overrides", "tls", spot, hidden.object.at("spec.trafficPolicy.tls.mode"))
        case.detail("rival.host", hidden.host)
        case.detail("rival.tls_mode", tls_of(hidden, cluster.port, "")[0].replace("-", "_").upper())
    else:
        case.fact("destination_rule.overrides", "nothing", spot)


def host_width(host: str) -> str:
    """How wide a rule's host is: exact, a namespace's services, all services, or some other wildcard."""
    if not host.startswith("*"):
        return "exact"
    if host in {"*", "*.local", "*.svc.cluster.local", "*.cluster.local"}:
        return "mesh-wildcard"
    return "namespace-wildcard" if host.endswith(".svc.cluster.local") and host.count(".") == 4 else "wildcard"


def tls_of(rule: DestinationRule, port: int, subset: str) -> tuple[str, Resource | None]:
    """The client TLS mode that a rule sets for a port and subset, as a word, and its place."""
    found = rule.section("tls", port, subset)
    if found is None:
        return "none", None
    raw, place = found
    return TLS_WORDS.get(str(raw.get("mode") or "DISABLE").upper(), "disable"), place
