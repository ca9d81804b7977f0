"""What a proxy's clusters show by themselves: endpoints that are all put aside, and requests refused for want of room.

Decides: which clusters cannot take a request now, and how many refusals are many. That outlier detection put aside all
that were ready holds for the moment of the page; one refusal among many requests is the limit at its work. Must not
know causes, or requests.

Sources: Envoy docs, operations/admin (`/clusters`, health flags); intro/arch_overview/upstream/outlier;
configuration/upstream/cluster_manager/cluster_stats (`upstream_rq_pending_overflow`: refused;
`upstream_cx_overflow`: the limit of connections was met; requests of HTTP then wait, and source/common/tcp_proxy ends
the connections of what is no HTTP).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from troubleshooter.evidence import ClusterName, Evidence, Side, parse_cluster
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.evidence.envoy.status import Clusters, Counter, Stats
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import service_of
from troubleshooter.facts.of_evidence.held import Held
from troubleshooter.facts.of_evidence.of_hosts import EJECTED, word_for
from troubleshooter.facts.of_evidence.retries import about_whose
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Resource, Source

REFUSED, MET = "upstream_rq_pending_overflow", "upstream_cx_overflow"
REQUESTS, CONNECTIONS = "upstream_rq_total", "upstream_cx_total"
OF_HTTP = ("upstream_cx_http1_total", "upstream_cx_http2_total", "upstream_cx_http3_total")
FEW = 5
PART = 1000
"""From FEW refusals on, and one of PART, they are said."""
MOST = 5
"""So many clusters of a proxy are told."""


def cluster_status_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each cluster of a proxy that could not take requests."""
    for number, proxy in enumerate(proxies_of(evidence)):
        told = [*islice(_ejected(mesh, proxy, number), MOST), *islice(_overflown(mesh, proxy, number), MOST)]
        for case in told:
            about_whose(case, proxy)
            yield case.build()


def _ejected(mesh: Mesh, proxy: Proxy, number: int) -> Iterator[CaseBuilder]:
    held = Held(proxy)
    for name in {name: None for page in proxy.of(Clusters) for name in page.value.by_name}:
        wanted, hosts = _outbound(name), held.hosts(name)
        if wanted is None or hosts is None or word_for(hosts.value) != "ejected":
            continue
        config = held.cluster(name)
        if config is not None and config.value.panic:
            continue  # with hardly any left, all are used again
        case = _case(mesh, wanted, name, f"ejected/{number}")
        case.detail("evidence.turned_away", sum(1 for host in hosts.value if host.flags & EJECTED))
        case.seen("evidence.turned_away", "ejected", hosts.source, *_places(case))
        yield case


def _overflown(mesh: Mesh, proxy: Proxy, number: int) -> Iterator[CaseBuilder]:
    for stats in proxy.of(Stats):
        for name, counters in stats.value.scopes.get("cluster", {}).items():
            wanted, told = _outbound(name), _often(counters)
            if wanted is not None and told is not None:
                counter, refused, of = told
                text = f"cluster.{name}.{counter}: {refused}"
                source = Source(file=stats.name, line=counters[counter].line, text=text)
                case = _case(mesh, wanted, name, f"overflow/{number}")
                case.seen("evidence.turned_away", "overflow", source, *_places(case))
                case.detail("evidence.turned_away", refused)
                case.detail("evidence.requests", of)
                yield case


def _often(counters: Mapping[str, Counter]) -> tuple[str, int, int] | None:
    """The counter that tells of refusals, its value, and of how many requests; None where they are few."""
    kinds = [counters[name].value for name in OF_HTTP if name in counters]
    tcp = bool(kinds) and not any(kinds)
    for counter, total in ((REFUSED, REQUESTS), *([(MET, CONNECTIONS)] if tcp else [])):
        refused = _value(counters, counter)
        requests = _value(counters, total) + refused
        if refused >= FEW and refused * PART >= requests:
            return counter, refused, requests
    return None


def _outbound(name: str) -> ClusterName | None:
    return parse_cluster(name) if name.startswith(Side.OUTBOUND) else None


def _case(mesh: Mesh, wanted: ClusterName, cluster: str, why: str) -> CaseBuilder:
    case = CaseBuilder(f"evidence/{why}/{cluster}", CaseKind.PIECE)
    service = mesh.registry.get(wanted.host)
    case.role("service", service.object.at() if service else service_of(wanted))
    case.detail("destination.host", wanted.host)
    case.detail("destination.envoy_name", cluster)
    return case


def _places(case: CaseBuilder) -> list[Resource]:
    return [case.roles["service"]] if "service" in case.roles else []


def _value(counters: Mapping[str, Counter], name: str) -> int:
    return counters[name].value if name in counters else 0
