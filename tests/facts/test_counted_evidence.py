"""What proxies count and log nowhere: requests that were sent again, clients that were refused before TLS stood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from troubleshooter.evidence import AccessLogEntry, retries_logged, summarise, take
from troubleshooter.facts.of_evidence import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Exhibit, Inventory

CLUSTER = "outbound|8080||payments.shop.svc.cluster.local"
LISTENER = "0.0.0.0_8443"
DUMP = '{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump"}]}'


def cases(owner: str, **counters: int) -> list[Case]:
    """What a page of counters of one owner tells by itself."""
    lines = [f"{owner}.{name.replace('__', '.')}: {value}" for name, value in counters.items()]
    page = Exhibit(name="stats", text="\n".join([*lines, "server.live: 1"]), origin="")
    return list(evidence_cases(Mesh(Inventory()), take([page])))


def words(fact: str, found: list[Case]) -> list[str]:
    """The words of a fact in all cases."""
    return [case.facts[fact].word for case in found if fact in case.facts]


@pytest.mark.parametrize(
    ("total", "retried", "helped", "expected"),
    [
        (1020, 20, 20, ["often"]),
        (1019, 19, 19, ["seldom"]),
        (2020, 20, 20, ["often"]),
        (2021, 20, 20, ["seldom"]),
        (1020, 20, 0, []),
        (0, 30, 30, ["often"]),
    ],
    ids=["enough", "too-few", "one-of-a-hundred", "less-than-that", "in-vain", "counted-before-a-reset"],
)
def test_many_retries_that_helped_are_told(total: int, retried: int, helped: int, expected: list[str]) -> None:
    """Twenty at least, and one request of a hundred."""
    found = cases(
        f"cluster.{CLUSTER}", upstream_rq_total=total, upstream_rq_retry=retried, upstream_rq_retry_success=helped
    )

    assert expected == words("evidence.retries_helped", found)


def test_retries_are_told_with_their_destination() -> None:
    """Its host, and how many requests there were without later tries."""
    (case,) = cases(f"cluster.{CLUSTER}", upstream_rq_total=500, upstream_rq_retry=100, upstream_rq_retry_success=90)

    assert ("payments.shop.svc.cluster.local", 400, 90) == (
        case.details["evidence.retry_host"],
        case.details["evidence.requests"],
        case.details["evidence.retries_helped"],
    )


@pytest.mark.parametrize("owner", ["inbound|8080||", "xds-grpc"])
def test_what_leads_to_no_service_is_left_out(owner: str) -> None:
    """Neither the way into the pod itself nor that to istiod is one that clients take."""
    assert [] == cases(f"cluster.{owner}", upstream_rq_total=100, upstream_rq_retry=90, upstream_rq_retry_success=90)


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        ({"ssl__fail_verify_no_cert": 5}, ["no-certificate"]),
        ({"ssl__fail_verify_error": 5}, ["not-trusted"]),
        ({"server_ssl_socket_factory__downstream_context_secrets_not_ready": 5}, ["no-secret"]),
        ({"ssl__connection_error": 0, "no_filter_chain_match": 5}, ["no-filter-chain"]),
        ({"ssl__fail_verify_no_cert": 4}, []),
        ({"ssl__fail_verify_no_cert": 500, "ssl__handshake": 1}, []),
        ({"no_filter_chain_match": 50}, []),
    ],
    ids=["none", "untrusted", "secret", "chain", "few", "others-get-in", "no-tls"],
)
def test_a_listener_that_refuses_everybody_is_told(counters: dict[str, int], expected: list[str]) -> None:
    """With the reason; one that lets some in does its work."""
    assert expected == words("evidence.gateway_refused", cases(f"listener.{LISTENER}", **counters))


@pytest.mark.parametrize("owner", ["0.0.0.0_15006", "0.0.0.0_15008", "0.0.0.0_15001"])
def test_listeners_of_every_sidecar_are_none_for_clients(owner: str) -> None:
    """What they refuse is about callers in the mesh."""
    assert [] == cases(f"listener.{owner}", ssl__fail_verify_no_cert=50)


@pytest.mark.parametrize(
    ("counter", "expected"), [("ssl.fail_verify_no_cert", []), ("ssl.fail_verify_error", ["not-trusted"])]
)
def test_where_a_dump_is_there_it_tells_more(counter: str, expected: list[str]) -> None:
    """Counters alone are used only for what a dump does not show."""
    dump = Exhibit(name="dump", text=DUMP, origin="gateway")
    stats = Exhibit(name="stats", text=f"listener.{LISTENER}.{counter}: 9\nserver.live: 1", origin="gateway")

    assert expected == words("evidence.gateway_refused", list(evidence_cases(Mesh(Inventory()), take([dump, stats]))))


@pytest.mark.parametrize(
    ("late", "in_time", "expected"),
    [(20, 1980, ["often"]), (20, 1981, ["seldom"]), (19, 0, ["seldom"])],
    ids=["one-of-a-hundred", "less-than-that", "too-few"],
)
def test_a_log_tells_of_retries_as_counters_do(late: int, in_time: int, expected: list[str]) -> None:
    """Where its format has the number of tries; the same number is many."""
    lines = [AccessLogEntry(start_time="", response_code=200, upstream_cluster=CLUSTER, attempts=2)] * late
    lines += [replace(lines[0], attempts=1)] * in_time
    found = list(evidence_cases(Mesh(Inventory()), retries_logged(summarise(lines))))

    assert (expected, ["log"]) == (words("evidence.retries_helped", found), words("evidence.retries_counted", found))


def test_a_cluster_that_istiod_did_not_name_tells_no_host() -> None:
    """So nothing is said of it."""
    line = AccessLogEntry(start_time="", response_code=200, upstream_cluster="my-cluster", attempts=2)

    assert [] == list(evidence_cases(Mesh(Inventory()), retries_logged(summarise([line] * 30))))
