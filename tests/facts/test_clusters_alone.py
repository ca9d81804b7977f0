"""What the clusters and counters of a proxy tell by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts.proxy_pages import PAYMENTS, cluster, evidence
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, Counter, Host, Stats
from troubleshooter.facts.of_evidence import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory

EJECTED = frozenset({"failed_outlier_check"})
FAR = frozenset({"failed_eds_health"})
HTTP = {"upstream_cx_http1_total": 1, "upstream_cx_http2_total": 0}
TCP = {"upstream_cx_http1_total": 0, "upstream_cx_http2_total": 0}


def told(*pages: Any) -> list[tuple[str, str, Any]]:
    """Why requests are turned away, from which cluster, and how many."""
    found = (case for case in evidence_cases(Mesh(Inventory()), evidence(*pages)) if case.facts)
    return [
        (
            case.facts["evidence.turned_away"].word,
            str(case.details["destination.envoy_name"]),
            case.details["evidence.turned_away"],
        )
        for case in found
        if "evidence.turned_away" in case.facts
    ]


def hosts(*flags: frozenset[str], name: str = PAYMENTS) -> Clusters:
    """A cluster whose hosts have these flags."""
    held = tuple(Host(address=f"10.0.0.{number}", port=80, flags=each) for number, each in enumerate(flags))
    return Clusters(by_name={name: ClusterStatus(name=name, hosts=held)})


def stats(counters: dict[str, int], name: str = PAYMENTS) -> Stats:
    """Counters of a cluster."""
    return Stats(scopes={"cluster": {name: {key: Counter(value=value) for key, value in counters.items()}}})


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (hosts(EJECTED, EJECTED), [("ejected", PAYMENTS, 2)]),
        (hosts(EJECTED, FAR), [("ejected", PAYMENTS, 1)]),
        (hosts(EJECTED, frozenset()), []),
        (hosts(FAR), []),
        (hosts(), []),
        (hosts(EJECTED, name="inbound|8080||"), []),
    ],
)
def test_all_that_are_ready_are_put_aside(page: Clusters, expected: list[tuple[str, str, int]]) -> None:
    """A cluster all of whose ready endpoints are ejected is told; one that has another left is not."""
    assert expected == told(page)


def test_a_panic_threshold_lets_them_all_be_used() -> None:
    """Where the dump shows that all are used again below a share of healthy ones, nobody is turned away."""
    dump = ConfigDump(clusters=(cluster(PAYMENTS, panic=50.0),))

    assert [] == told(hosts(EJECTED), dump)


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        ({"upstream_rq_total": 1000, "upstream_rq_pending_overflow": 40}, [("overflow", PAYMENTS, 40)]),
        ({"upstream_rq_total": 9_000_000, "upstream_rq_pending_overflow": 40}, []),
        ({"upstream_rq_total": 10, "upstream_rq_pending_overflow": 1}, []),
        ({"upstream_cx_total": 90, "upstream_cx_overflow": 40}, []),
        ({"upstream_cx_total": 90, "upstream_cx_overflow": 40, **HTTP}, []),
        ({"upstream_cx_total": 90, "upstream_cx_overflow": 40, **TCP}, [("overflow", PAYMENTS, 40)]),
    ],
)
def test_refused_for_want_of_room(counters: dict[str, int], expected: list[tuple[str, str, int]]) -> None:
    """Many refusals among few requests are told. That the limit of connections was met refuses nothing of HTTP."""
    assert expected == told(stats(counters))


def test_clusters_of_the_proxy_itself() -> None:
    """Only what goes to a service of the mesh is told."""
    assert [] == told(stats({"upstream_rq_total": 9, "upstream_rq_pending_overflow": 9}, "xds-grpc"))
