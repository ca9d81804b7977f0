"""What proxies on the way have, held against what the walk says that they should have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.facts.proxy_pages import (
    NODE,
    PAYMENTS,
    cluster,
    dump,
    evidence,
    line,
    listener,
    payments,
    status,
)
from tests.facts.test_stops import pod
from tests.meshes import deployment, mesh, service, walked
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.evidence.envoy.dump import ConfigState
from troubleshooter.facts import observe
from troubleshooter.facts.of_walks import walk_cases

SHOP = (deployment("web"), service("payments"), deployment("payments"))
WHOLE = dump(cluster(PAYMENTS), hosts=(payments(),))
TO = "http://payments.shop:8080/pay"


def words(*pages: Any, shop: tuple[str, ...] = SHOP, entry: AccessLogEntry | None = None) -> dict[str, str]:
    """The facts of the request from web to payments, by the objects and these pages."""
    held = mesh(*shop)
    found, seen = walked(held, TO), None
    if entry is not None:
        found, seen = observe(found, entry, {"UF": None})
    (case,) = walk_cases(held, found, seen, evidence(*pages))
    return {name: fact.word for name, fact in case.facts.items()}


def test_a_proxy_with_all_pieces_has_what_it_should() -> None:
    """Listener, virtual host and cluster are there."""
    assert words(WHOLE)["evidence.proxy_config"] == "as-walked"


def test_a_missing_cluster_is_a_difference() -> None:
    """Nothing says that it was refused, so it never came."""
    found = words(replace(WHOLE, clusters=(cluster("PassthroughCluster"),)))

    assert (found["evidence.proxy_config"], found["evidence.config_lost"]) == ("differs", "not-received")


def test_a_refused_listener_is_where_a_difference_comes_from() -> None:
    """An older one of its name is in use."""
    refused = listener(state=ConfigState.REJECTED, error="why")
    found = words(replace(WHOLE, listeners=(listener(), refused)))

    assert (found["evidence.proxy_config"], found["evidence.config_lost"]) == ("differs", "rejected")


def test_a_missing_virtual_host_is_a_difference() -> None:
    """The routes are there, and not for this host."""
    assert words(dump(cluster(PAYMENTS), hosts=()))["evidence.proxy_config"] == "differs"


def test_a_part_that_a_dump_does_not_have_tells_nothing() -> None:
    """What was not seen is not absent."""
    assert words(replace(WHOLE, clusters=None))["evidence.proxy_config"] == "as-walked"


def test_the_dump_of_another_workload_tells_nothing() -> None:
    """It may be limited to other hosts."""
    other = replace(NODE, pod="batch-1")

    assert "evidence.proxy_config" not in words(dump(node=other))


def test_an_endpoint_that_no_pod_is_any_more_and_that_is_listed_is_stale() -> None:
    """The pods that are there have other addresses."""
    shop = (*SHOP[:2], pod("a", "10.0.0.9"), pod("w", "10.0.0.5", app="web"))
    entry = line("UF", upstream_cluster=PAYMENTS, upstream_host="10.0.0.0:8080")

    assert words(status(PAYMENTS, ""), shop=shop, entry=entry)["evidence.config_lost"] == "stale"


def test_a_list_that_was_asked_for_in_part_lacks_nothing() -> None:
    """Without the proxy's bootstrap it may be what somebody filtered."""
    part = replace(WHOLE, node=replace(NODE, id=""), clusters=(cluster("PassthroughCluster"),))

    assert "evidence.config_lost" not in words(part)


@pytest.mark.parametrize(("flags", "word"), [(("failed_outlier_check",), "ejected"), (("",), "usable")])
def test_endpoints_of_a_request_that_nobody_logged(flags: tuple[str, ...], word: str) -> None:
    """How the sender's endpoints stand is told without a line of a log, too."""
    assert words(status(PAYMENTS, *flags))["evidence.hosts"] == word
