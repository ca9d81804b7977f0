"""Facts about how long a proxy keeps the idle connection on which a request failed, as DestinationRules say it.

Must not know why the other end closed it.
Sources: https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings;
`buildInboundCluster` in istio/istio pilot/pkg/networking/core/cluster_builder.go, which takes the connection pool of
the rule that the server's own proxy finds.
"""

from __future__ import annotations

from troubleshooter.evidence import Side
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation, about_pattern
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.durations import seconds
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.model import Resource, as_map
from troubleshooter.walk import Cluster, Hop

POOL, PATH = "connectionPool", "http.idleTimeout"


def about_idle_timeout(case: CaseBuilder, mesh: Mesh, hop: Hop, observation: Observation) -> None:
    """What the rule says that holds where the line was written; nothing where that is another rule than the one that
    the case is about, or where it sets a time and the log does not tell how long the connection was idle."""
    cluster = hop.cluster
    if cluster is None or cluster.service is None:
        return
    workload = hop.endpoint.workload if hop.endpoint else None
    about_pattern(case, observation, (workload or cluster.service).object.at())
    inbound = observation.entry.side is Side.INBOUND
    rule = _of_server(mesh, hop, cluster) if inbound else cluster.rule
    if observation.recurrence.idle is not None:
        case.detail("destination_rule.idle_below", f"{max(1, int(observation.recurrence.idle / 2))}s")
    if rule is None:
        if "destination_rule" not in case.roles:
            case.fact("destination_rule.idle_timeout", "no-rule", cluster.service.object.at())
        return
    place, written = _written(rule, cluster.port, "" if inbound else cluster.subset)
    known = case.roles.get("destination_rule")
    if known is not None and known.key != place.key:
        return
    case.role("destination_rule", place)
    case.detail("destination_rule.idle_field", place.field)
    timeout = seconds(written)
    if timeout is None:
        case.fact("destination_rule.idle_timeout", "none", place)
    elif observation.recurrence.idle is not None:
        case.fact(
            "destination_rule.idle_timeout", "shorter" if timeout <= observation.recurrence.idle else "longer", place
        )


def _of_server(mesh: Mesh, hop: Hop, cluster: Cluster) -> DestinationRule | None:
    """The rule that the proxy in front of the application finds for its own service."""
    service = cluster.service
    assert service is not None  # noqa: S101 - the caller looked
    pod = hop.endpoint.pod if hop.endpoint else None
    return mesh.destination_rules.in_force(service, service.namespace, pod.labels if pod else {})


def _written(rule: DestinationRule, port: int, subset: str) -> tuple[Resource, object]:
    """Where the idle timeout stands, or would have to, and what stands there."""
    found = rule.section(POOL, port, subset)
    if found is not None:
        raw, place = found
        owner = next(o for o in rule.objects if o.key == place.key)
        return owner.at(f"{place.field}.{PATH}"), as_map(raw.get("http")).get("idleTimeout")
    return (rule.policy.owner if rule.policy else rule.object).at(f"spec.trafficPolicy.{POOL}.{PATH}"), None
