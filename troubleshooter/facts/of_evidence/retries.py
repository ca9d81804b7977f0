"""What a proxy counts of requests that it sent again, or its log has of them.

A request that fails at its first try and arrives at the second leaves one line in the caller's log, of the second. The
counters tell, and the log only where somebody chose a format with the number of tries. Decides: how many are many. Must
not know why they failed.

Source: Envoy docs, configuration/upstream/cluster_manager/cluster_stats: upstream_rq_retry, upstream_rq_retry_success,
and upstream_rq_total, which counts every try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troubleshooter.evidence import Evidence, LateAnswers, Side, parse_cluster
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
    """A case for each destination to which a proxy sent requests again, by its counters or its log."""
    for reading in evidence.of(LateAnswers):
        told = reading.value
        if parse_cluster(told.cluster) is not None:
            yield _case_of_log(mesh, told)
    for number, proxy in enumerate(proxies_of(evidence)):
        for stats in proxy.of(Stats):
            for cluster, counters in stats.value.scopes.get("cluster", {}).items():
                case = CaseBuilder(f"evidence/retries/{number}/{cluster}", CaseKind.PIECE)
                if _about_cluster(case, mesh, cluster, (stats.name, counters)):
                    about_whose(case, proxy)
                    yield case.build()


def _case_of_log(mesh: Mesh, told: LateAnswers) -> Case:
    line = told.example
    case = CaseBuilder(f"evidence/retries/{line.file}/{told.cluster}", CaseKind.PIECE)
    source = Source(file=line.file, line=line.line, text=line.text)
    _tell(case, mesh, told.cluster, source, (told.late, told.requests))
    case.seen("evidence.retries_counted", "log", source)
    case.detail("evidence.counting_pod", line.pod or "POD")
    case.detail("evidence.counting_namespace", "NAMESPACE")
    return case.build()


def about_whose(case: CaseBuilder, proxy: Proxy) -> None:
    """Whose proxy counted, in words that a command can have."""
    case.detail("evidence.counting_pod", proxy.node.pod or "POD")
    case.detail("evidence.counting_namespace", proxy.node.namespace or "NAMESPACE")


def _about_cluster(case: CaseBuilder, mesh: Mesh, cluster: str, told: tuple[str, Mapping[str, Counter]]) -> bool:
    """Whether anything is known of it."""
    file, counters = told
    helped, total = counters.get(HELPED), counters.get(TOTAL)
    if (
        parse_cluster(cluster) is None
        or helped is None
        or total is None
        or cluster.startswith(Side.INBOUND)
        or not helped.value
    ):
        return False
    retried = counters.get(RETRIED)
    requests = max(total.value - (retried.value if retried else 0), helped.value)
    source = Source(file=file, line=helped.line, text=f"cluster.{cluster}.{HELPED}: {helped.value}")
    _tell(case, mesh, cluster, source, (helped.value, requests))
    case.seen("evidence.retries_counted", "counters", source)
    return True


def _tell(case: CaseBuilder, mesh: Mesh, cluster: str, source: Source, counted: tuple[int, int]) -> None:
    """How many requests arrived only at a later try, and how many there were."""
    name = parse_cluster(cluster)
    if name is None:
        return
    helped, requests = counted
    often = helped >= OFTEN and helped * PART >= requests
    service = mesh.registry.get(name.host)
    place = service.object.at() if service else service_of(name)
    case.seen("evidence.retries_helped", "often" if often else "seldom", source, *([place] if place else []))
    case.detail("evidence.retry_host", name.host)
    case.detail("evidence.retries_helped", helped)
    case.detail("evidence.requests", requests)
