"""Requests of a log that were answered only at a later try."""

from __future__ import annotations

from typing import Any

from troubleshooter.evidence import AccessLogEntry, LateAnswers, Reading, retries_logged, summarise
from troubleshooter.evidence.access.late_answers import MAX_CLUSTERS

CLUSTER = "outbound|8080||payments.shop.svc.cluster.local"
TIME = "2026-11-21T00:18:17.797Z"


def request(attempts: int | None, status: int = 200, cluster: str = CLUSTER, line: int = 1) -> AccessLogEntry:
    """A line whose format has the number of tries."""
    return AccessLogEntry(
        start_time=TIME,
        method="GET",
        response_code=status,
        upstream_cluster=cluster,
        attempts=attempts,
        file="a.log",
        line=line,
    )


def counted(*lines: AccessLogEntry) -> list[tuple[str, int, int]]:
    """Cluster, requests and those that were late."""
    return [(one.cluster, one.requests, one.late) for one in summarise(lines).late]


def test_late_is_what_was_answered_well_at_a_later_try() -> None:
    """A request that failed at all tries is one request, and not late."""
    assert [(CLUSTER, 4, 2)] == counted(request(1), request(2), request(3), request(3, status=503))


def test_where_nothing_was_late_nothing_is_told() -> None:
    """Nor where the format has no number of tries, or no try was made."""
    assert [] == counted(request(1), request(None), request(0, status=503))


def test_the_proxy_beside_an_application_sends_nothing_again() -> None:
    """What it counts is the one try that it made."""
    assert [] == counted(request(2, cluster="inbound|8080||"))


def test_the_first_late_line_is_the_example() -> None:
    """So that people can look it up."""
    (found,) = summarise([request(1, line=1), request(2, line=2), request(2, line=3)]).late

    assert 2 == found.example.line


def test_order_says_nothing() -> None:
    """The same lines in another order are counted the same."""
    lines = [request(n % 3, cluster=f"outbound|80||s{n % 7}.shop.svc.cluster.local") for n in range(60)]
    mixed = lines[::-1]

    assert counted(*lines) == counted(*mixed)


def test_of_very_many_destinations_nothing_is_told() -> None:
    """Memory is bounded."""
    many = [request(2, cluster=f"outbound|80||s{n}.shop.svc.cluster.local") for n in range(MAX_CLUSTERS + 1)]

    assert [] == counted(*many)


def test_what_a_log_tells_is_evidence_like_any_other() -> None:
    """Under the name of the log."""
    found: tuple[Reading[Any], ...] = retries_logged(summarise([request(2)])).of(LateAnswers)

    assert ["a.log"] == [one.name for one in found]


def test_a_log_without_late_answers_is_no_evidence_of_them() -> None:
    """Nothing is put in evidence then."""
    assert not retries_logged(summarise([request(1)]))
