"""The hosts of clusters, as `/clusters` has them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


HOST = {"address": {"socketAddress": {"address": "10.0.0.9", "portValue": 8080}}}


def _printed(**more: Any) -> str:
    """What istioctl proxy-config endpoints -o json prints of a cluster with one host."""
    return json.dumps([{"name": REVIEWS, "addedViaApi": True, "hostStatuses": [HOST | more]}])


def test_what_istioctl_prints_is_read() -> None:
    """The bare list, in the other spelling."""
    place = {"region": "eu", "zone": "eu-1", "subZone": "rack-3"}
    found = _printed(healthStatus={"edsHealthStatus": "UNHEALTHY"}, priority=1, locality=place, weight=7)
    (host,) = _reviews(found).hosts

    assert ("10.0.0.9", 8080, 1, "eu/eu-1/rack-3", 7) == (
        host.address,
        host.port,
        host.priority,
        host.locality,
        host.weight,
    )
    assert host.flags == {"failed_eds_health"}


@pytest.mark.parametrize(
    "priority", [-1, 129, 10**30, "-1", "9" * 40, 1.5, True, None, [], {"value": 1}], ids=lambda value: str(value)[:9]
)
def test_what_cannot_be_a_priority_is_as_if_it_were_not_there(priority: Any) -> None:
    """Envoy takes 0 to 128."""
    (host,) = _reviews(_printed(priority=priority)).hosts

    assert host.priority == 0


@pytest.mark.parametrize("weight", [-1, 2**32, "nobody", None])
def test_what_cannot_be_a_weight_is_none(weight: Any) -> None:
    """Envoy's weights have 32 bits."""
    (host,) = _reviews(_printed(weight=weight)).hosts

    assert host.weight == 0


@pytest.mark.parametrize(
    ("place", "locality"),
    [
        ({}, ""),
        ({"region": "eu"}, "eu"),
        ({"zone": "eu-1"}, "/eu-1"),
        ({"region": "eu", "subZone": "r"}, "eu//r"),
        ("eu", ""),
        ({"region": 7}, ""),
    ],
)
def test_a_locality_has_the_parts_that_are_there(place: Any, locality: str) -> None:
    """As Istio writes it."""
    (host,) = _reviews(_printed(locality=place)).hosts

    assert host.locality == locality


KEYS = st.sampled_from(["address", "priority", "locality", "region", "weight", "stats", "healthStatus", "value"])
PLAIN = st.none() | st.integers() | st.text(max_size=9)


@given(st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(KEYS, one)))
def test_no_host_raises(host: Any) -> None:
    """Whatever stands in the place of one."""
    text = json.dumps([{"name": REVIEWS, "hostStatuses": [host]}])

    assert REVIEWS in read(text, Clusters).by_name


@given(st.data())
def test_no_piece_of_a_line_raises(data: st.DataObject) -> None:
    """Lines in any order, cut anywhere, with other values."""
    lines = page("clusters.txt").splitlines()
    kept = data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=30))
    changed = [line[: data.draw(st.integers(0, len(line)))] + data.draw(st.text(max_size=5)) for line in kept]

    assert isinstance(read("\n".join([lines[0], *changed]), Clusters), Clusters)
