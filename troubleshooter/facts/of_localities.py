"""Facts about localities: where ready endpoints lie, how the proxy chooses between them, and the settings behind it.

Must not know why a request fails. Used for the walk, and for a service port as the proxies of its own namespace see it.
"""

from __future__ import annotations

from collections.abc import Sequence

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.service.locality import Placement, Spread, placed_labels
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.model import HopKind, Raw, Request, Resource, as_list, as_map
from troubleshooter.walk import Cluster, Hop, Party, Trail
from troubleshooter.walk.destinations.destination import find_cluster
from troubleshooter.walk.destinations.endpoint_choice import choose_endpoints

OUTLIERS, BALANCER, LOCALITIES = "outlierDetection", "loadBalancer", "localityLbSetting"


def about_endpoints(case: CaseBuilder, hop: Hop) -> None:
    """What the endpoint stage decided about localities, and the settings behind it."""
    cluster, placement = hop.cluster, hop.placement
    if cluster is None or placement is None or cluster.service is None:
        return
    case.role("endpoint", hop.endpoint.workload.object.at() if hop.endpoint and hop.endpoint.workload else None)
    ready = _ready(hop, cluster)
    places = list({e.locality: e for e in ready if e.locality}.values())
    spots = [e.workload.object.at() if e.workload else cluster.service.object.at() for e in places]
    if places:
        case.fact("endpoint.localities", "several" if len(places) > 1 else "one", *spots)
    case.detail("endpoint.localities", ", ".join(e.locality for e in places))
    case.fact("endpoint.spread", placement.spread, cluster.service.object.at())
    if placement.spread is not Spread.WEIGHTS:
        farther = [e for e in placement.endpoints if e.priority]
        behind = [e.workload.object.at() if e.workload else cluster.service.object.at() for e in farther]
        case.fact("endpoint.farther", "some" if farther else "none", *dict.fromkeys(behind))
    own = hop.party.pod.locality if hop.party.pod else ""
    case.detail("endpoint.share", _share(placement, own))
    if cluster.rule is not None:
        _settings(case, cluster.rule, cluster.port, cluster.subset)
    if placement.spread is Spread.WEIGHTS:
        place = cluster.service.object.at()
        case.fact("endpoint.weighted", "some" if placement.endpoints else "none", place)


def about_failover(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """The same for a service port, where the rule that the proxies of its namespace apply sets localities for all
    requests alike. A rule of which a subset ejects endpoints by itself is left to the walk of a request."""
    rule = mesh.destination_rules.in_force(service, service.namespace, {})
    balancer = rule.section(BALANCER, port.number) if rule else None
    if rule is None or balancer is None or LOCALITIES not in balancer[0]:
        return
    if any(OUTLIERS in subset.policy for subset in rule.subsets.values()):
        return
    hop = Hop(kind=HopKind.SENDER, party=Party(namespace=service.namespace), service=service, port=port)
    request = Request(source="", to="", scheme="http", host=service.host, port=port.number)
    found = find_cluster(mesh, request, Trail(hops=(hop,)))
    case.role("destination_rule", rule.policy.owner.at() if rule.policy else rule.object.at())
    for trail in choose_endpoints(mesh, request, found)[:1]:
        about_endpoints(case, trail.hop)


def _ready(hop: Hop, cluster: Cluster) -> Sequence[Endpoint]:
    """The endpoints that are ready (in the subset), also those to which no weight leads."""
    subset = cluster.rule.subset(cluster.subset) if cluster.rule and cluster.subset else None
    held = hop.endpoints.ready if hop.endpoints else ()
    return [e for e in held if subset is None or selects(subset.labels, placed_labels(e))]


def _share(placement: Placement, own: str) -> str:
    """How many of the requests leave the sender's locality, as far as that is known."""
    if not own or not placement.endpoints:
        return "some"
    shares = zip(placement.endpoints, placement.shares, strict=True)
    return f"{sum(share for e, share in shares if e.locality != own):.0%}"


def _settings(case: CaseBuilder, rule: DestinationRule, port: int, subset: str) -> None:
    outlier = rule.section(OUTLIERS, port, subset)
    balancer = rule.section(BALANCER, port, subset)
    spot = rule.policy.owner.at("spec.trafficPolicy") if rule.policy else rule.object.at("spec")
    setting = as_map(balancer[0].get(LOCALITIES)) if balancer else {}
    place = _inside(rule, balancer[1]) if balancer else spot
    case.fact("destination_rule.locality_lb", locality_word(setting), place)
    case.fact("destination_rule.outlier_detection", "present" if outlier else "absent", outlier[1] if outlier else spot)
    case.detail("destination_rule.failover", place.field)
    policy = balancer[1].field.removesuffix(f".{BALANCER}") if balancer else "spec.trafficPolicy"
    case.detail("destination_rule.policy_field", policy)
    if outlier:
        beside = balancer[1].field if balancer else f"{outlier[1].field.removesuffix(f'.{OUTLIERS}')}.{BALANCER}"
        case.detail("destination_rule.locality_field", f"{beside}.{LOCALITIES}")


def _inside(rule: DestinationRule, balancer: Resource) -> Resource:
    """The place of the locality settings in a load balancer."""
    owner = next(o for o in rule.objects if o.key == balancer.key)
    return owner.at(f"{balancer.field}.{LOCALITIES}")


def locality_word(setting: Raw) -> str:
    """What a localityLbSetting asks for; a rule's and the mesh's have the same form."""
    if not setting:
        return "none"
    if setting.get("enabled") is False:
        return "off"
    if as_list(setting.get("distribute")):
        return "distribute"
    if as_list(setting.get("failoverPriority")):
        return "failover-priority"
    return "failover" if as_list(setting.get("failover")) else "on"
