"""What the lines of one failure have in common, beside the requests of the log that did not fail."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.log_texts import log_line, tcp_line
from troubleshooter.evidence import Recurrence, group_failures, parse_lines
from troubleshooter.evidence.access.passed import MAX_HOSTS, MAX_WAYS

OK = "200 -"
INBOUND = "inbound|8080||"


def at(second: int, status: str = "503 UF", **words: str) -> str:
    """A line of that second of a day."""
    time = f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.500Z"
    return log_line(time=time, status=status, **words)


def again(*lines: str) -> Recurrence:
    """How the first failure of a log comes again."""
    return group_failures(parse_lines(lines))[0].recurrence


def steadily(status: str, step: int = 20, **words: str) -> list[str]:
    """Lines through ten minutes."""
    return [at(second, status, **words) for second in range(0, 600, step)]


ELSEWHERE = at(1, OK, authority="elsewhere")


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ({"status": OK}, "share"),
        ({"status": OK, "request": "GET /?page=2 HTTP/2"}, "share"),
        ({"status": OK, "request": "POST / HTTP/1.1"}, "always"),
        ({"status": OK, "request": "GET /other HTTP/1.1"}, "always"),
        ({"status": OK, "authority": "ratings"}, "always"),
        ({"status": OK, "cluster": INBOUND}, "always"),
        ({"status": "403 -"}, "always"),
    ],
    ids=["same", "query", "method", "path", "host", "another-side", "failed-too"],
)
def test_failures_are_held_against_what_could_have_failed_alike(alike: dict[str, str], expected: str) -> None:
    """Same authority, method and path, on the same side of a proxy."""
    assert expected == again(ELSEWHERE, *steadily("503 UF"), *steadily(step=40, **alike)).pattern


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ([at(n, OK) for n in range(10)], True),
        ([at(n, OK) for n in range(9)], False),
        ([at(n, OK, request="GET /other HTTP/1.1") for n in range(50)], False),
        ([at(1, OK, request=f"GET /{n * 'a'} HTTP/1.1") for n in range(MAX_WAYS + 1)], True),
    ],
    ids=["ten", "nine", "others", "too-many-ways-to-tell"],
)
def test_a_failure_is_rare_among_many_that_passed(passed: list[str], *, expected: bool) -> None:
    """Ten such requests did not fail for the one that did."""
    assert expected is again(at(30), *passed).rare


def test_a_log_of_failures_alone_tells_no_pattern() -> None:
    """It may have been filtered."""
    assert "" == again(*steadily("503 UF")).pattern


def test_lines_without_a_time_tell_no_pattern() -> None:
    """A time that cannot be read is no time."""
    lines = steadily("503 UF")

    assert "" == again(ELSEWHERE, *lines[:-1], lines[-1].replace("2026-11-21T", "2026-99-99T")).pattern


def test_a_change_is_told_as_logged() -> None:
    """The moment is the time of the first failure."""
    lines = [at(second, OK if second < 300 else "503 UF") for second in range(0, 600, 5)]

    found = again(*lines)

    assert found == Recurrence(
        pattern="since-change", since="2026-11-21T00:05:00.500Z", lengths=(3, 3), last=1_795_219_795
    )


def test_an_outage_is_told_as_logged() -> None:
    """Its moments are the times of the first failure and of the last."""
    lines = [at(second, "503 UF" if 200 <= second < 500 else OK) for second in range(0, 700, 5)]

    found = again(*lines)

    assert ("outage", "2026-11-21T00:03:20.500Z", "2026-11-21T00:08:15.500Z") == (
        found.pattern,
        found.since,
        found.until,
    )


def test_requests_of_other_callers_are_not_alike_where_theirs_never_fail() -> None:
    """From one address each fails, from another none: it is always, from there."""
    good = [line.replace("10.244.0.5:41129", "10.244.0.6:41129") for line in steadily(OK, cluster=INBOUND)]

    found = again(*steadily("503 UF", cluster=INBOUND), *good)

    assert ("always", ("10.244.0.5",)) == (found.pattern, found.callers)


def test_callers_that_failed_once_each_may_fail_the_next_time() -> None:
    """Where each client asks once, those that failed have nothing in common."""
    lines = [line.replace("10.244.0.5:", f"10.244.1.{n}:") for n, line in enumerate(steadily("503 UF", step=150))]

    assert () == again(*lines, *steadily(OK)).callers


def test_where_http_was_read_at_an_address_nobody_knows_what_other_connections_were() -> None:
    """A connection that broke before any HTTP may have been any of the requests to that address."""
    broken = [tcp_line(time=f"2026-11-21T00:0{minute}:00.000Z", cluster="-") for minute in range(8)]

    assert "" == again(ELSEWHERE, *broken).pattern


def test_connections_are_held_against_connections() -> None:
    """Where no HTTP is spoken, those to the same address."""
    words = {"cluster": "outbound|9000||db.default.svc.cluster.local", "local": "10.96.0.9:9000"}
    broken = [tcp_line(time=f"2026-11-21T00:0{minute}:00.000Z", status="0 UF", **words) for minute in range(8)]
    fine = [tcp_line(time=f"2026-11-21T00:0{minute}:30.000Z", status="0 -", **words) for minute in range(8)]

    assert ("always", "share") == (again(ELSEWHERE, *broken).pattern, again(*broken, *fine).pattern)


def test_where_a_host_has_too_many_ways_none_is_told_apart() -> None:
    """Nothing is said then of a single path."""
    others = [at(n, OK, request=f"GET /page-{n} HTTP/1.1") for n in range(MAX_WAYS + 1)]

    assert "" == again(*steadily("503 UF"), *others).pattern


def test_where_there_are_too_many_hosts_nothing_is_told() -> None:
    """Memory is bounded."""
    others = [at(n, OK, authority=f"host-{n}") for n in range(MAX_HOSTS + 1)]

    assert "" == again(*steadily("503 UF"), *others).pattern


HERE, THERE = "10.244.0.7:8080", "10.244.0.8:8080"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([*steadily("503 UF", host=HERE), *steadily(OK, host=THERE)], HERE),
        ([*steadily("503 UF", host=HERE)[9:], *steadily(OK, host=THERE), at(9, OK, host=HERE)], HERE),
        ([*steadily("503 UF", host=HERE), *steadily(OK, host=THERE), at(9, OK, host=HERE)], ""),
        ([*steadily("503 UF", host=HERE), at(9, host=THERE), *steadily(OK, host=THERE)], ""),
        ([*steadily("503 UF", host=HERE), at(9, OK, host=THERE)], ""),
        ([at(9, host=HERE), *steadily(OK, host=THERE)], ""),
        ([*steadily("503 UF", step=1, host=HERE)[:50], *steadily(OK, host=THERE)], ""),
        ([*steadily("503 UH", host="-"), *steadily(OK, host=THERE)], ""),
        ([*steadily("503 UF", host=HERE), *steadily(OK, host=THERE, cluster="outbound|8080||other")], ""),
    ],
    ids=[
        "one",
        "one-that-answered-before",
        "answers-too",
        "several",
        "few-answers",
        "few-failures",
        "a-burst",
        "none-chosen",
        "another-cluster",
    ],
)
def test_a_failure_may_come_at_one_endpoint_alone(lines: list[str], expected: str) -> None:
    """Only where it failed again and again, answered nothing since, and others answered."""
    assert expected == again(*lines).endpoint


def test_clients_that_leave_do_not_do_so_for_idle_connections() -> None:
    """A connection to an endpoint that had been idle closes on its proxy, not on the client."""
    lines = [log_line(time=f"2026-11-21T00:00:0{s}.000Z", status=t) for s, t in ((1, OK), (6, "0 DC"))]
    used = [line.replace("default.svc.cluster.local - 10", "default.svc.cluster.local 10.1.1.1:5 10") for line in lines]

    assert ("", None) == (again(*used).pattern, again(*used).idle)


@pytest.mark.parametrize(("idle", "expected"), [(5, "after-idle"), (0, "")])
def test_failures_after_idle_time_are_a_pattern(idle: int, expected: str) -> None:
    """Only a connection that nobody used for a second or more was idle."""
    lines = [log_line(time=f"2026-11-21T00:00:0{s}.000Z", status=t) for s, t in ((1, OK), (1 + idle, "503 UC"))]
    used = [line.replace("default.svc.cluster.local - 10", "default.svc.cluster.local 10.1.1.1:5 10") for line in lines]

    assert expected == again(*used).pattern


MANY = [
    *(
        at(second, status, host=host, request=f"GET /{path} HTTP/1.1")
        for second in range(0, 900, 7)
        for status, host, path in (
            (OK, HERE, "a"),
            ("503 UF" if second > 400 else OK, THERE, "a"),
            ("503 UF" if second % 35 == 0 else OK, THERE, "b"),
            ("404 NR", "-", f"p{second}"),
        )
    ),
]
TOLD = {(g.flags, g.path): g.recurrence for g in group_failures(parse_lines(MANY))}


@settings(max_examples=20, deadline=None)
@given(st.randoms())
def test_order_says_nothing(chance: random.Random) -> None:
    """The same lines in another order have the same in common."""
    mixed = chance.sample(MANY, len(MANY))

    assert TOLD == {(g.flags, g.path): g.recurrence for g in group_failures(parse_lines(mixed))}


def test_several_failures_of_one_log_are_told_apart() -> None:
    """Each has a pattern of its own, beside its own kind of requests."""
    assert {(("UF",), "/b"): "share", (("NR",), ""): "share", (("UF",), "/a"): ""} == {
        name: found.pattern for name, found in TOLD.items()
    }


@pytest.mark.parametrize(
    "lines",
    [
        [at(1), at(9, OK), at(9)],
        [at(1, host="10.0.0.1:80"), at(9, OK, host="10.0.0.2:80")],
        [at(1), at(9, OK, cluster=INBOUND)],
        [at(1, host="-"), at(9, OK, host="-")],
        [at(1)],
    ],
    ids=["failed-again", "another", "other-side", "no-endpoint", "nothing-since"],
)
def test_endpoints_of_which_nothing_is_known_since(lines: list[str]) -> None:
    """They have recovered only where each that failed has answered after the last failure."""
    assert not again(*lines).recovered


def test_endpoints_that_answer_again() -> None:
    """Each endpoint that failed has answered after the last failure."""
    assert again(at(1), at(5), at(9, OK)).recovered
