"""Many log lines, a few failures."""

from __future__ import annotations

import random

import pytest

from tests.evidence.log_texts import captured, entry, log_line, tcp_line
from troubleshooter.evidence import (
    AccessLogEntry,
    FailureGroup,
    LogSummary,
    SkipReason,
    group_failures,
    parse_lines,
    summarise,
)
from troubleshooter.evidence.access.failure_groups import MAX_KINDS, MAX_PLACES
from troubleshooter.evidence.access.places import general_path

OK = log_line(status="200 -", details="via_upstream")
UUID = "762640cb-d1b9-4ff7-88fa-567cd0d240fd"


def groups(*lines: str) -> tuple[FailureGroup, ...]:
    """The groups of these lines."""
    return group_failures(parse_lines(lines))


def at(second: int, **words: str) -> str:
    """A line with this time."""
    return log_line(time=f"2026-11-21T00:00:{second:02}.000Z", **words)


def test_a_group_counts_its_failure_among_all_requests() -> None:
    """Count and share are of all access log lines; the other lines of the log do not count."""
    (group,) = groups(OK, log_line(), "", log_line(), "istio-proxy says something", OK)

    assert (2, 4, 0.5) == (group.count, group.lines, group.share)


def test_a_group_knows_its_first_and_last_time_and_an_example() -> None:
    """Times are the earliest and latest as logged, whatever the order; the example is what was read first."""
    (group,) = groups(at(7), at(3), at(9))

    assert ("2026-11-21T00:00:03.000Z", "2026-11-21T00:00:09.000Z") == (group.first, group.last)
    assert "2026-11-21T00:00:07.000Z" == group.example.start_time


def test_the_biggest_group_stands_first() -> None:
    """Groups are sorted by their count, and those of equal count by their first time."""
    found = groups(at(5, authority="c"), at(4, authority="b"), at(6, authority="a"), at(7, authority="a"))

    assert ["a", "b", "c"] == [group.authority for group in found]


def test_clients_that_left_stand_behind_failures() -> None:
    """Whoever left when they liked says less than one failure of another kind."""
    left = [log_line(status="0 DC", details="downstream_remote_disconnect")] * 2
    found = groups(*left, log_line(status="503 UF"))

    assert [("UF",), ("DC",)] == [group.flags for group in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "503 URX,UF"}, {"status": "503 UF,URX"}),
        ({"request": "GET /a HTTP/1.1"}, {"request": "POST /a?b=1 HTTP/2"}),
        ({"request": "GET /a/12 HTTP/1.1"}, {"request": f"GET /a/{UUID} HTTP/1.1"}),
        ({"host": "10.244.0.7:8080"}, {"host": "10.244.0.8:8080"}),
        ({"transport_failure": "TLS_error:_a"}, {"transport_failure": "TLS_error:_b"}),
    ],
    ids=["order-of-flags", "method-and-query", "ids", "endpoint", "text"],
)
def test_the_same_failure_is_one_group(one: dict[str, str], other: dict[str, str]) -> None:
    """What varies from request to request does not part groups."""
    assert [2] == [group.count for group in groups(log_line(**one), log_line(**other))]


RESET = "upstream_reset_before_response_started"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "503 UF"}, {"status": "503 UC"}),
        ({"status": "404 -"}, {"status": "503 -"}),
        ({"authority": "a"}, {"authority": "b"}),
        ({"request": "GET /a HTTP/1.1"}, {"request": "GET /b HTTP/1.1"}),
        ({"cluster": "outbound|80||a.b"}, {"cluster": "outbound|80|v2|a.b"}),
        ({"details": f"{RESET}{{connection_timeout}}"}, {"details": f"{RESET}{{remote_connection_failure}}"}),
        ({"transport_failure": "delayed_connect_error:_111"}, {"transport_failure": "TLS_error:_UNKNOWN_CA"}),
        (
            {"details": "jwt_authn_access_denied{Jwt_is_expired}"},
            {"details": "jwt_authn_access_denied{Jwt_is_missing}"},
        ),
    ],
    ids=["flag", "status", "authority", "path", "cluster", "reason", "transport-failure", "filter's-reason"],
)
def test_different_failures_are_different_groups(one: dict[str, str], other: dict[str, str]) -> None:
    """What may have another cause is another group."""
    assert [1, 1] == [group.count for group in groups(log_line(**one), log_line(**other))]


def test_tcp_is_grouped_by_where_it_went() -> None:
    """Without an authority the address that was asked for, with the server name if there is one, tells groups apart."""
    found = groups(tcp_line(local="10.0.0.1:3306"), tcp_line(local="10.0.0.2:3306", sni="db.example.com"))

    assert {"10.0.0.1:3306", "db.example.com 10.0.0.2:3306"} == {group.authority for group in found}


def test_what_a_group_is_about_is_told() -> None:
    """A group has the status, flags, details, cluster, authority and general path of its entries."""
    (failed,) = captured("mtls-unknown-ca")
    (group,) = group_failures([failed])

    assert (503, ("UF",), failed.upstream_cluster, "reviews:8080", "/") == (
        group.response_code,
        group.flags,
        group.cluster,
        group.authority,
        group.path,
    )
    assert ("remote_connection_failure", "tls-unknown-ca") == (group.details.reason, group.details.transport_failure)


@pytest.mark.parametrize(
    ("path", "general"),
    [
        ("/", "/"),
        ("", ""),
        ("/api/items/42", "/api/items/{id}"),
        (f"/api/{UUID}/x", "/api/{id}/x"),
        ("/blob/0123456789abcdef0123", "/blob/{id}"),
        ("/feedfacefeedfacefeed/v1", "/feedfacefeedfacefeed/v1"),
        ("/a/b?id=7", "/a/b"),
        ("/a#b", "/a"),
        ("/v2/users", "/v2/users"),
    ],
)
def test_numbers_and_ids_in_a_path_are_one(path: str, general: str) -> None:
    """A segment that is a number, a UUID, or long and hexadecimal with a digit in it stands for any such."""
    assert general == general_path(path)


def test_skipped_lines_are_counted_by_reason() -> None:
    """A summary says how many lines were read, failed, and were no access log lines, and why."""
    found = summarise(parse_lines([OK, log_line(), "", "own log", log_line()[:80]]))

    assert (2, 1, 0) == (found.entries, found.failed, found.ungrouped)
    assert {SkipReason.BLANK: 1, SkipReason.OTHER: 1, SkipReason.DAMAGED: 1} == found.skipped


def test_an_empty_log_has_no_groups() -> None:
    """Nothing read is nothing found."""
    assert LogSummary() == summarise([])


def entries(count: int, **words: str) -> list[AccessLogEntry]:
    """Entries that differ where `{}` stands in a word."""
    return [entry(log_line(**{name: word.format(number) for name, word in words.items()})) for number in range(count)]


def test_a_kind_with_many_paths_gives_them_up_and_keeps_its_count() -> None:
    """A scanner that asks for a thousand paths makes one group; another failure keeps its path."""
    scan = entries(1_000, request="GET /x{}.php HTTP/1.1", status="404 NR", cluster="-")
    (scanned, other) = group_failures([*scan, entry(log_line(request="GET /a HTTP/1.1"))])

    assert (1_000, "reviews:8080", "") == (scanned.count, scanned.authority, scanned.path)
    assert (1, "/a") == (other.count, other.path)


def test_a_kind_with_many_authorities_gives_them_up_too() -> None:
    """A scanner that asks for a thousand hosts makes one group that names none."""
    (scanned,) = group_failures(entries(1_000, authority="host{}.example", status="404 NR", cluster="-"))

    assert (1_000, "", "") == (scanned.count, scanned.authority, scanned.path)


def test_a_kind_with_few_places_keeps_them() -> None:
    """As many places as are kept stay apart."""
    assert MAX_PLACES == len(group_failures(entries(MAX_PLACES, request="GET /x{}.php HTTP/1.1")))


def test_after_many_kinds_failures_are_only_counted() -> None:
    """What no group could be made for is not lost: it is counted."""
    found = summarise(entries(MAX_KINDS + 7, cluster="outbound|80||s{}.shop.svc.cluster.local"))

    assert (MAX_KINDS, 7, MAX_KINDS + 7) == (len(found.groups), found.ungrouped, found.failed)


def test_the_order_of_lines_does_not_matter() -> None:
    """Counts, places and order of groups are those of the lines, however they are mixed."""
    lines = [
        *entries(60, request="GET /x{}.php HTTP/1.1", status="404 NR"),
        *entries(30, authority="host{}.example"),
        *entries(5, status="503 UC"),
    ]
    mixed = random.Random(7).sample(lines, len(lines))  # noqa: S311 - a shuffle, not a secret

    def told(found: tuple[FailureGroup, ...]) -> list[tuple[int, str, str, str, str]]:
        return [(group.count, group.authority, group.path, group.first, group.last) for group in found]

    assert told(group_failures(lines)) == told(group_failures(mixed))
