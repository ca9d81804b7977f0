"""What a proxy counts of requests that it sent again.

A request that fails at its first try and arrives at the second leaves one line in the caller's log, of the second. Only
the counters tell. Decides: how many are many. Must not know why they failed.

Source: Envoy docs, configuration/upstream/cluster_manager/cluster_stats: upstream_rq_retry, upstream_rq_retry_success,
and upstream_rq_total, which counts every try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.evidence import Evidence, Side, parse_cluster
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.evidence.envoy.status import Counter, Stats
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import service_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Source

TOTAL, RETRIED, HELPED = "upstream_rq_total", "upstream_rq_retry", "upstream_rq_retry_success"
OFTEN = 20
PART = 100
"""From OFTEN requests on, and one of PART, that arrived only at a later try, it is said: a pod that is replaced costs
fewer."""


def cases_of_retries(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each destination to which a proxy sent requests again."""
    for number, proxy in enumerate(proxies_of(evidence)):
        for stats in proxy.of(Stats):
            for cluster, counters in stats.value.scopes.get("cluster", {}).items():
                case = CaseBuilder(f"evidence/retries/{number}/{cluster}", CaseKind.PIECE)
                if _about_cluster(case, mesh, cluster, (stats.name, counters)):
                    about_whose(case, proxy)
                    yield case.build()


def about_whose(case: CaseBuilder, proxy: Proxy) -> None:
    """Whose proxy counted, in words that a command can have."""
    case.detail("evidence.counting_pod", proxy.node.pod or "POD")
    case.detail("evidence.counting_namespace", proxy.node.namespace or "NAMESPACE")


def _about_cluster(case: CaseBuilder, mesh: Mesh, cluster: str, told: tuple[str, Mapping[str, Counter]]) -> bool:
    """Whether anything is known of it."""
    file, counters = told
    name = parse_cluster(cluster)
    helped, total = counters.get(HELPED), counters.get(TOTAL)
    if name is None or helped is None or total is None or cluster.startswith(Side.INBOUND) or not helped.value:
        return False
    retried = counters.get(RETRIED)
    requests = max(total.value - (retried.value if retried else 0), helped.value)
    often = helped.value >= OFTEN and helped.value * PART >= requests
    service = mesh.registry.get(name.host)
    place = service.object.at() if service else service_of(name)
    text = f"cluster.{cluster}.{HELPED}: {helped.value}"
    source = Source(file=file, line=helped.line, text=text)
    case.seen("evidence.retries_helped", "often" if often else "seldom", source, *([place] if place else []))
    case.detail("evidence.retry_host", name.host)
    case.detail("evidence.retries_helped", helped.value)
    case.detail("evidence.requests", requests)
    return True
