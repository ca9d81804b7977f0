"""Connections that are used again, as an access log shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from troubleshooter.evidence import AccessLogEntry, group_failures, parse_lines
from troubleshooter.evidence.access import reuse
from troubleshooter.evidence.access.reuse import Connections

ENDPOINT = "10.244.1.7:8080"


def use(
    time: str, *, duration: int = 0, local: str = "127.0.0.6:48231", host: str = ENDPOINT, pod: str = ""
) -> AccessLogEntry:
    """A request over a connection."""
    return AccessLogEntry(
        start_time=time, method="GET", duration_ms=duration, upstream_local=local, upstream_host=host, pod=pod
    )


def idle(*uses: AccessLogEntry) -> float | None:
    """For how long the connection of the last use had been idle."""
    held = Connections()
    return [held.idle_before(entry) for entry in uses][-1]


FIRST = use("2026-11-21T09:14:02.000Z", duration=500)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (use("2026-11-21T09:14:07.500Z"), 5.0),
        (use("2026-11-21T10:14:07.500+01:00"), 5.0),
        (use("2026-11-21T09:14:07.500"), 5.0),
        (use("2026-11-21T09:14:07.500Z", local="127.0.0.6:48232"), None),
        (use("2026-11-21T09:14:07.500Z", host="10.244.1.8:8080"), None),
        (use("2026-11-21T09:14:07.500Z", pod="other"), None),
        (use("2026-11-21T09:14:02.200Z"), None),
        (use("2026-11-21T09:14:07.500Z", local=""), None),
        (use("-"), None),
        (use("2026-11-21T10:14:02.500Z"), 3600.0),
        (use("2026-11-21T10:14:02.501Z"), None),
        (replace(use("2026-11-21T09:14:07.500Z"), method=""), None),
    ],
    ids=[
        "idle",
        "zone",
        "no-zone",
        "other-port",
        "other-host",
        "other-proxy",
        "overlapping",
        "no-port",
        "no-time",
        "as-long-as-it-is-kept",
        "longer-than-it-is-kept",
        "no-http",
    ],
)
def test_how_long_a_connection_was_idle(then: AccessLogEntry, expected: float | None) -> None:
    """From the end of the request before on the same connection; not told of another one, or where requests overlap.
    One that a proxy no longer kept is another one with the same port, and so is one without HTTP."""
    assert expected == idle(FIRST, then)


def test_of_very_many_connections_the_longest_unused_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, and what is forgotten is not known."""
    monkeypatch.setattr(reuse, "MAX_CONNECTIONS", 2)
    others = [use("2026-11-21T09:14:03.000Z", local=f"127.0.0.6:{port}") for port in (1, 2)]

    assert idle(FIRST, *others, use("2026-11-21T09:14:07.500Z")) is None


LINE = (
    '[{time}Z] "GET / HTTP/1.1" {status} - "-" 0 0 0 - "-" "-" "-" "a.b" "{host}" inbound|8080|| {local} {host}'
    " 10.0.0.5:1 - default"
)
OK, UC = "200 - via_upstream", "503 UC upstream_reset_before_response_started{connection_termination}"


def line(second: int, status: str, port: int) -> str:
    """A line of the proxy beside an application."""
    time = f"2026-11-21T09:14:{second:02}.000"
    return LINE.format(time=time, status=status, host=ENDPOINT, local=f"127.0.0.6:{port}")


def test_a_group_knows_the_shortest_idle_time_of_its_failures() -> None:
    """Failures on connections that are new say nothing; of the others the shortest counts."""
    lines = [line(1, OK, 1), line(2, OK, 2), line(9, UC, 1), line(7, UC, 2), line(8, UC, 3)]
    (group,) = group_failures(parse_lines(lines))

    assert (3, 5.0) == (group.count, group.recurrence.idle)


@pytest.mark.parametrize(
    "entry",
    [use("2026-11-21T09:14:02.000Z", duration=3 * 10**14), use("9999-12-31T23:59:59.000Z", duration=5000)],
    ids=["no-duration", "no-time"],
)
def test_times_that_there_are_not(entry: AccessLogEntry) -> None:
    """What ends after all time was in no use that anybody could tell of."""
    assert idle(entry, use("2026-11-21T09:14:07.500Z")) is None
