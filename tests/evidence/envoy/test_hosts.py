"""The hosts of clusters, as `/clusters` has them."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence.envoy.admin_pages import REVIEWS, page, read
from troubleshooter.evidence.envoy.status import Clusters, ClusterStatus

IPV6 = """\
inbound|80||::default_priority::max_connections::7
inbound|80||::[fd00::1]:8080::cx_active::2
inbound|80||::[fd00::1]:8080::health_flags::/failed_outlier_check/failed_active_hc
"""


def _reviews(text: str) -> ClusterStatus:
    return read(text, Clusters).by_name[REVIEWS]


def test_text_says_why_a_host_is_not_healthy() -> None:
    """Flags, priority, locality and counters of each host are read, with the line of its health."""
    local, remote = _reviews(page("clusters.txt")).hosts

    assert (local.flags, local.priority, local.locality, local.line) == (
        frozenset({"failed_eds_health"}),
        0,
        "us-east-1/us-east-1a",
        42,
    )
    assert (remote.flags, remote.priority, remote.counters["rq_success"]) == (frozenset(), 1, 3)


def test_json_says_the_same_as_text() -> None:
    """Both forms of the same page give the same clusters, but for lines, which JSON has not."""
    text, json = _reviews(page("clusters.txt")), _reviews(page("clusters.json"))

    assert [replace(host, line=None) for host in text.hosts] == list(json.hosts)
    assert text.limits == json.limits


def test_addresses_of_ipv6_are_read() -> None:
    """The colons of an address do not end it."""
    (host,) = read(IPV6, Clusters).by_name["inbound|80||"].hosts

    assert (host.address, host.port, host.counters) == ("fd00::1", 8080, {"cx_active": 2})
    assert host.flags == {"failed_outlier_check", "failed_active_hc"}


def test_a_cluster_without_hosts_is_there() -> None:
    """An EDS cluster to which no endpoint came has lines and no host."""
    assert read(page("clusters.txt"), Clusters).by_name["BlackHoleCluster"].hosts == ()
