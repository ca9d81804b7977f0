"""What lines tell of clients that went away before they had an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.evidence.log_texts import MESH_SNI, entry, log_line
from troubleshooter.evidence import ONCE, AccessLogEntry, Recurrence
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_departures import about_departure, ends_as_meant
from troubleshooter.model import Case, CaseKind, Source

LEFT = "downstream_remote_disconnect"
GATEWAY = "10.244.0.3:8080"
ALIKE = Recurrence(lasted=3001, lengths=(2990, 3100))
MINUTE = Recurrence(lasted=60_002, lengths=(60_002, 60_010))


def line(status: str = "0 DC", **words: str) -> AccessLogEntry:
    """A line of a client that left after three seconds."""
    found = entry(log_line(**{"status": status, "details": LEFT, "host": "10.244.1.7:8080", **words}))
    return replace(found, duration_ms=3001, upstream_local="10.244.0.5:51234")


def at_gateway() -> AccessLogEntry:
    """The same, where a gateway wrote it: it sends on from the address at which it was asked."""
    return replace(line(local=GATEWAY), upstream_local="10.244.0.3:38112")


def told(of: AccessLogEntry, recurrence: Recurrence = ONCE) -> Case:
    """What is told of a line."""
    case = CaseBuilder("told", CaseKind.WALK)
    about_departure(case, of, recurrence, Source(file="access.log", line=1))
    return case.build()


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        (ONCE, ("once", "3.0 s")),
        (ALIKE, ("alike", "3.0 s")),
        (MINUTE, ("alike", "60.0 s")),
        (Recurrence(lengths=(250, 12_000)), ("spread", "250 ms to 12.0 s")),
    ],
    ids=["once", "alike", "a-minute-at-a-sidecar", "spread"],
)
def test_when_it_left(recurrence: Recurrence, expected: tuple[str, str]) -> None:
    """After the same time, after different ones, or nobody knows."""
    case = told(line(), recurrence)

    assert expected == (case.facts["failure.client_left"].word, case.details["failure.waited"])


def test_a_usual_limit_in_front_of_a_gateway() -> None:
    """A minute each time, at a gateway, is what load balancers have."""
    assert "front-limit" == told(at_gateway(), MINUTE).facts["failure.client_left"].word


def test_a_usual_limit_that_began_earlier() -> None:
    """What stands in front began to count before the gateway did."""
    earlier = Recurrence(lasted=59_998, lengths=(59_998, 60_010))

    assert "front-limit" == told(at_gateway(), earlier).facts["failure.client_left"].word


def test_a_network_load_balancer_closes_nothing() -> None:
    """After 350 s it forgets the connection; who leaves then has a limit of its own."""
    left = Recurrence(lasted=350_002, lengths=(350_002, 350_010))

    assert "alike" == told(at_gateway(), left).facts["failure.client_left"].word


def test_a_usual_limit_inside_the_mesh() -> None:
    """No load balancer stands between a proxy of the mesh and a gateway."""
    assert "alike" == told(replace(at_gateway(), sni=MESH_SNI), MINUTE).facts["failure.client_left"].word


def test_another_limit_in_front_of_a_gateway() -> None:
    """Three seconds are no usual limit of a load balancer."""
    assert "alike" == told(at_gateway(), ALIKE).facts["failure.client_left"].word


def test_a_request_that_was_not_sent_on() -> None:
    """Without an end of its own in the line the proxy was not connected."""
    assert "unsent" == told(replace(line(), upstream_local=""), ALIKE).facts["failure.client_left"].word


def test_formats_without_the_addresses_of_the_proxy() -> None:
    """They do not tell whether it was connected: the endpoint alone counts."""
    bare = replace(line(), upstream_local="", downstream_local="")

    assert "once" == told(bare).facts["failure.client_left"].word


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (line(), "application"),
        (line(cluster="inbound|8080||", sni=MESH_SNI), "proxy"),
        (at_gateway(), "outside"),
        (replace(at_gateway(), sni=MESH_SNI), "proxy"),
    ],
    ids=["sender", "target", "gateway", "gateway-of-the-mesh"],
)
def test_who_left(left: AccessLogEntry, expected: str) -> None:
    """The application beside the sender, the sender's proxy seen from the target, or somebody outside."""
    assert expected == told(left).facts["failure.client"].word


@pytest.mark.parametrize(
    "other",
    [
        line("0 DC", details="downstream_local_disconnect(on_idle_timeout)"),
        line("200 DC"),
        line("101 DC"),
        line("0 DC,DI", host="-"),
        line("503 UC"),
    ],
    ids=["closed-by-the-proxy", "answer-begun", "upgraded", "held-back-by-a-fault", "no-departure"],
)
def test_what_is_no_departure(other: AccessLogEntry) -> None:
    """Nothing is told."""
    assert {} == told(other, ALIKE).facts


CALL = "POST /shop.Payments/Watch HTTP/2"


@pytest.mark.parametrize(
    ("left", "recurrence", "meant"),
    [
        (line("0 DR", request=CALL, details="http2.remote_reset"), ONCE, True),
        (line("0 DR", request=CALL, details="http2.remote_reset"), ALIKE, False),
        (line("0 DR", request=CALL, details="http2.remote_reset"), Recurrence(lasted=1_800_000), True),
        (line(request="POST /shop.Payments/Watch HTTP/1.1"), ONCE, True),
        (line(), ONCE, False),
        (line(), Recurrence(rare=True), True),
        (line(), replace(ALIKE, rare=True), False),
        (replace(line(), upstream_local=""), Recurrence(rare=True), False),
        (line("503 UC", request=CALL), ONCE, False),
        (line("503 UC"), Recurrence(rare=True), False),
    ],
    ids=[
        "stream",
        "deadline",
        "stream-begun-anew",
        "stream-of-a-browser",
        "request",
        "now-and-then",
        "now-and-then-by-a-timeout",
        "now-and-then-unsent",
        "failure",
        "failure-now-and-then",
    ],
)
def test_what_ends_as_meant(left: AccessLogEntry, recurrence: Recurrence, *, meant: bool) -> None:
    """A call of gRPC that a client ends is no failure, but for deadlines; nor is one that left among many."""
    assert meant is ends_as_meant(left, recurrence)
