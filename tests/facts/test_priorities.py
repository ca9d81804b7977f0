"""How requests are shared out over priorities, by the health of their endpoints, and what follows for a request."""

from __future__ import annotations

import pytest

from tests.facts.proxy_pages import PAYMENTS, V2, case_of, cluster, dump, line, told
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus, Counter, Host, Stats
from troubleshooter.facts.of_evidence.priorities import levels
from troubleshooter.facts.of_evidence.priorities import told as in_words

SICK, EJECTED = "failed_eds_health", "failed_outlier_check"
FAILED = line("UF", upstream_cluster=PAYMENTS, upstream_host="10.0.0.0:8080")
QUIET = dump(cluster(PAYMENTS, panic=0.0))


def hosts(*groups: tuple[int, int, int], flag: str = SICK, place: str = "eu/{}") -> tuple[Host, ...]:
    """So many hosts of a priority, of which so many are healthy: (priority, hosts, healthy)."""
    return tuple(
        Host(
            address=f"10.0.{priority}.{number}",
            port=8080,
            priority=priority,
            flags=frozenset() if number < healthy else frozenset([flag]),
            locality=place.format(priority),
        )
        for priority, count, healthy in groups
        for number in range(count)
    )


def page(*held: Host, name: str = PAYMENTS) -> Clusters:
    """`/clusters` with one cluster."""
    return Clusters(by_name={name: ClusterStatus(name=name, hosts=held)})


@pytest.mark.parametrize(
    ("groups", "loads"),
    [
        ([(0, 4, 4), (1, 4, 4)], [100, 0]),
        ([(0, 4, 3), (1, 4, 4)], [100, 0]),
        ([(0, 4, 2), (1, 4, 4)], [70, 30]),
        ([(0, 4, 1), (1, 4, 4)], [35, 65]),
        ([(0, 4, 0), (1, 4, 4)], [0, 100]),
        ([(0, 4, 1), (1, 4, 1)], [50, 50]),
        ([(0, 4, 0), (1, 4, 0)], [0, 0]),
        ([(0, 4, 0), (1, 4, 0), (2, 4, 1)], [0, 0, 100]),
        ([(0, 3, 1), (3, 3, 1), (9, 3, 1)], [46, 46, 8]),
    ],
)
def test_what_a_priority_cannot_take_goes_to_the_next(groups: list[tuple[int, int, int]], loads: list[int]) -> None:
    """Each takes 1.4 times its healthy share; where all together are too little, they share in proportion."""
    assert loads == [level.load for level in levels(hosts(*groups), 0)]


@pytest.mark.parametrize(
    ("groups", "threshold", "panics"),
    [
        ([(0, 3, 1)], 50, [True]),
        ([(0, 2, 1)], 50, [False]),
        ([(0, 4, 3)], 80, [False]),
        ([(0, 3, 1), (1, 3, 3)], 50, [False, False]),
        ([(0, 4, 1), (1, 4, 1)], 50, [True, True]),
        ([(0, 3, 2), (1, 3, 0)], 50, [False, True]),
        ([(0, 3, 0)], 0, [False]),
        ([(0, 3, 1)], None, [None]),
        ([(0, 3, 3)], None, [False]),
    ],
)
def test_panic_needs_a_small_share_and_too_little_of_all(
    groups: list[tuple[int, int, int]], threshold: float | None, panics: list[bool | None]
) -> None:
    """A share as large as the threshold is not below it. While all priorities together can take all requests, none
    panics."""
    assert panics == [level.panic for level in levels(hosts(*groups), threshold)]


@pytest.mark.parametrize("flag", ["eds_status_draining", "degraded_eds_health", "pending_active_hc"])
def test_hosts_that_versions_count_differently_are_not_judged(flag: str) -> None:
    """Then nothing is said at all."""
    assert () == levels(hosts((0, 2, 1), (1, 2, 2), flag=flag), 0)


def test_words_name_the_first_priorities_with_their_places() -> None:
    """The rest is counted."""
    found = levels(hosts(*((number, 1, 1) for number in range(6))), 0)

    assert in_words(found[:1]) == "priority 0: 1 of 1 healthy (eu/0)"
    assert in_words(found).endswith("priority 3: 1 of 1 healthy (eu/3); 2 priorities more")


@pytest.mark.parametrize(
    ("groups", "word"),
    [
        ([(0, 2, 2), (1, 2, 2)], "first"),
        ([(0, 2, 1), (1, 2, 2)], "shared"),
        ([(0, 2, 0), (1, 2, 2)], "farther"),
        ([(0, 2, 0), (1, 2, 0)], "none"),
        ([(0, 2, 2)], None),
    ],
)
def test_where_requests_go(groups: list[tuple[int, int, int]], word: str | None) -> None:
    """To the first priority, as far as it can take them."""
    assert word == told(FAILED, QUIET, page(*hosts(*groups))).get("evidence.priority")


def test_one_priority_for_several_localities_is_alike() -> None:
    """Nothing is near, and nothing far."""
    both = (*hosts((0, 1, 1), place="eu/a"), *hosts((0, 1, 1), place="us/b"))

    assert told(FAILED, QUIET, page(*both))["evidence.priority"] == "alike"


def test_hosts_without_localities_are_not_told_apart() -> None:
    """An unknown place is no other place."""
    assert "evidence.priority" not in told(FAILED, QUIET, page(*hosts((0, 2, 2), place="")))


def test_another_cluster_tells_nothing() -> None:
    """Only that which was chosen counts."""
    other = page(*hosts((0, 2, 0), (1, 2, 2)), name=V2)

    assert "evidence.priority" not in told(FAILED, QUIET, other)


@pytest.mark.parametrize(
    ("panic", "groups", "word"),
    [
        (50.0, [(0, 3, 1)], "panic"),
        (50.0, [(0, 2, 1)], "calm"),
        (0.0, [(0, 3, 1)], "calm"),
        (None, [(0, 3, 1)], "panic"),
        (50.0, [(0, 3, 2), (1, 3, 0)], "calm"),
        (50.0, [(0, 3, 0), (1, 3, 1)], "panic"),
        (50.0, [(0, 3, 1), (1, 3, 3)], "calm"),
    ],
)
def test_panic_is_told_of_priorities_that_get_requests(
    panic: float | None, groups: list[tuple[int, int, int]], word: str
) -> None:
    """By the threshold of the proxy's own cluster, which is 50 where it says nothing."""
    assert word == told(FAILED, dump(cluster(PAYMENTS, panic=panic)), page(*hosts(*groups)))["evidence.panic"]


def test_without_a_threshold_too_few_healthy_ones_tell_nothing() -> None:
    """The cluster is in no dump, and there is no mesh."""
    assert "evidence.panic" not in told(FAILED, page(*hosts((0, 3, 1))))


@pytest.mark.parametrize(("count", "word"), [(0, "calm"), (3, None)])
def test_the_counter_tells_what_was_before(count: int, word: str | None) -> None:
    """Panic that is over leaves a number; without one it never was."""
    counted = Stats(scopes={"cluster": {PAYMENTS: {"lb_healthy_panic": Counter(value=count)}}})

    assert word == told(FAILED, QUIET, page(*hosts((0, 2, 2))), counted).get("evidence.panic")


def test_the_page_and_its_line_are_the_source() -> None:
    """The list itself, with what it says."""
    held = page(*hosts((0, 1, 0), (1, 1, 1)))
    (source,) = case_of(FAILED, QUIET, held).facts["evidence.priority"].sources

    assert (source.file, source.text) == (
        "pod.json",
        "priority 0: 0 of 1 healthy (eu/0); priority 1: 1 of 1 healthy (eu/1)",
    )


def test_those_that_are_ready_and_put_aside_are_ejected() -> None:
    """Beside one that is not ready no other is left: outlier detection took it away."""
    both = (*hosts((0, 1, 0)), *hosts((1, 1, 0), flag=EJECTED))
    found = told(line("UH", upstream_cluster=PAYMENTS), dump(cluster(PAYMENTS, outlier=True)), page(*both))

    assert (found["evidence.hosts"], found["evidence.outlier_check"]) == ("ejected", "failed")
