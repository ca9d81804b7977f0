"""One request in the logs of several proxies: where it died is told by the last of them that logged a failure."""

from __future__ import annotations

import pytest

from tests.evidence.log_texts import MESH_SNI, log_line
from troubleshooter.evidence import LogSummary, parse_lines, summarise
from troubleshooter.evidence.access.hops import MAX_LINES

INBOUND = "inbound|8080||"
VIA = "via_upstream"
RBAC = "rbac_access_denied_matched_policy[none]"
POD = "10.244.0.7:8080"
GATEWAY = log_line(status="403 -", details=VIA, host=POD)
SIDECAR = log_line(status="403 -", details=RBAC, host="-", cluster=INBOUND, local=POD)


def told(*lines: str) -> LogSummary:
    """What these lines come to."""
    return summarise(parse_lines(lines))


@pytest.mark.parametrize("lines", [(GATEWAY, SIDECAR), (SIDECAR, GATEWAY)], ids=["in-order", "the-other-way"])
def test_the_last_proxy_that_logged_a_failure_tells(lines: tuple[str, ...]) -> None:
    """The gateway repeats what the target's sidecar decided; the request is one failure, and died there."""
    summary = told(*lines)
    (group,) = summary.groups

    assert (INBOUND, RBAC) == (group.cluster, group.example.details)
    assert (1, 2, 1) == (group.count, summary.failed, summary.repeated)


def test_three_tries_of_one_request() -> None:
    """Each try that the target logged counts; the sender's line about all of them does not."""
    sender = log_line(status="503 URX", details=VIA, host=POD)
    reset = (
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"
    )
    target = log_line(status="503 UF", details=reset, host="127.0.0.1:8080", cluster=INBOUND, local=POD)
    (group,) = told(target, target, target, sender).groups

    assert (3, INBOUND) == (group.count, group.cluster)


def test_an_application_that_failed_by_a_call_of_its_own() -> None:
    """What the application asked another service, and that failed as badly, is where the request died."""
    first = log_line(status="500 -", details=VIA, host="127.0.0.1:8080", cluster=INBOUND, local="10.244.0.5:8080")
    next_call = log_line(status="503 UH", details="no_healthy_upstream", host="-")
    harmless = log_line(status="404 -", details=VIA, host="10.244.0.9:8080")

    assert ["no_healthy_upstream"] == [group.example.details for group in told(first, next_call).groups]
    assert {500, 404} == {group.response_code for group in told(first, harmless).groups}


@pytest.mark.parametrize(
    ("sender", "target"),
    [
        (log_line(status="504 UT", details="response_timeout", host=POD), SIDECAR),
        (log_line(status="503 UF", details="upstream_reset_before_response_started{x}", host=POD), SIDECAR),
        (GATEWAY, SIDECAR.replace("403 -", "0 DC")),
        (GATEWAY.replace("d6f061b5", "00000000"), SIDECAR),
        (GATEWAY.replace("d6f061b5-8d51-4c4f-9bcd-a446381627a3", "-"), SIDECAR.replace("d6f061b5", "00000000")),
        (GATEWAY.replace(POD, "10.244.0.8:8080"), SIDECAR),
    ],
    ids=["timeout", "never-connected", "client-left", "other-request", "no-id", "other-pod"],
)
def test_failures_of_their_own(sender: str, target: str) -> None:
    """A proxy's own timeout, a connection that was never made, another request or another pod are failures each."""
    assert (2, 0) == (len(told(sender, target).groups), told(sender, target).repeated)


def test_an_id_that_many_lines_share() -> None:
    """An id that clients set to the same names no request, so its lines are not held against each other."""
    summary = told(*[GATEWAY] * MAX_LINES, SIDECAR)

    assert (MAX_LINES + 1, 0) == (sum(group.count for group in summary.groups), summary.repeated)


def test_lines_that_would_explain_each_other_in_a_ring() -> None:
    """Whatever is forged, no failure vanishes."""
    one = log_line(status="503 -", details=VIA, host="10.0.0.1:1", local="10.0.0.2:2")
    other = log_line(status="503 -", details=VIA, host="10.0.0.2:2", local="10.0.0.1:1")

    assert 2 == sum(group.count for group in told(one, other).groups)


LEFT = "downstream_remote_disconnect"


def test_the_caller_whose_time_was_over_tells() -> None:
    """The target's proxy sees only that the caller's proxy hung up, though it logs that it was left."""
    sender = log_line(status="504 UT", details="response_timeout", host=POD)
    target = log_line(status="0 DC", details=LEFT, cluster=INBOUND, local=POD)
    (group,) = told(target, sender).groups

    assert ("response_timeout", 1) == (group.example.details, group.count)


def test_tries_that_the_caller_gave_up() -> None:
    """Each try at another endpoint is known by the name in its hello."""
    sender = log_line(status="504 URX,UT", details="upstream_per_try_timeout", host=POD)
    tries = [log_line(status="0 DC", details=LEFT, cluster=INBOUND, local=f"{n}:8080", sni=MESH_SNI) for n in (1, 2)]
    (group,) = told(*tries, sender).groups

    assert "upstream_per_try_timeout" == group.example.details


def test_of_several_proxies_that_were_left_the_first_tells() -> None:
    """A gateway whose client left leaves the target's proxy in its turn."""
    gateway = log_line(status="0 DC", details=LEFT, host=POD)
    (group,) = told(log_line(status="0 DC", details=LEFT, cluster=INBOUND, local=POD), gateway).groups

    assert (1, POD) == (group.count, group.example.upstream_host)
