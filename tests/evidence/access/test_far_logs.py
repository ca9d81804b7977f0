"""What the proxies at the other end logged of requests that failed."""

from __future__ import annotations

import random

import pytest

from tests.evidence.log_texts import log_line, tcp_line
from troubleshooter.evidence import group_failures, parse_lines
from troubleshooter.evidence.access.far_logs import MAX_ADDRESSES, MAX_SAMPLE, Sample
from troubleshooter.evidence.access.lines import parse_line

OK = "200 -"
INBOUND = "inbound|8080||"
POD = "10.244.0.7:8080"
SAME = "d6f061b5-8d51-4c4f-9bcd-a446381627a3"


def at(second: int, status: str, request_id: str, **words: str) -> str:
    """A line of that second, about that request."""
    return log_line(time=f"2026-11-21T00:00:{second:02}.000Z", status=status, **words).replace(SAME, request_id)


def sent(second: int, request_id: str) -> str:
    """A request that broke off, as its sender logged it."""
    return at(second, "503 UC", request_id)


def taken(second: int, request_id: str, local: str = POD, status: str = OK) -> str:
    """A request as the proxy of that pod logged it."""
    return at(second, status, request_id, cluster=INBOUND, local=local)


AROUND = (taken(1, "before"), taken(50, "after"))


def told(*lines: str) -> str:
    """What the first group of a log says of the logs at the other end."""
    groups = group_failures(parse_lines(lines))
    return next(group for group in groups if group.cluster.startswith("outbound")).recurrence.far_log


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([sent(9, "a"), sent(10, "b"), *AROUND], "silent"),
        ([sent(9, "a"), *AROUND, taken(9, "a")], "logged"),
        ([sent(9, "a"), sent(10, "b"), *AROUND, taken(9, "a")], ""),
        ([sent(9, "a")], ""),
        ([sent(9, "a"), AROUND[0]], ""),
        ([sent(9, "a"), AROUND[1]], ""),
        ([sent(9, "a"), *(line.replace(POD, "10.244.0.9:8080") for line in AROUND)], ""),
        ([sent(9, "a"), taken(1, "x", status="500 -"), taken(50, "y", status="500 -")], ""),
        ([sent(9, "a"), *AROUND, tcp_line(cluster="-", local=POD)], ""),
        ([sent(9, "-"), *AROUND], ""),
    ],
    ids=[
        "none",
        "all",
        "some",
        "no-far-log",
        "log-ends-before",
        "log-begins-after",
        "log-of-another-pod",
        "only-failures-logged",
        "broken-connections-there",
        "no-request-id",
    ],
)
def test_the_other_end_tells_where_its_log_is_there(lines: list[str], expected: str) -> None:
    """Only a log of that very pod, over that time, with requests that succeeded, can be silent."""
    assert expected == told(*lines)


def test_order_says_nothing() -> None:
    """Whichever log is read first."""
    lines = [sent(second, f"a{second}") for second in range(2, 40)] + list(AROUND)
    orders = [random.Random(seed).sample(lines, len(lines)) for seed in range(5)]  # noqa: S311 - no secret depends on it

    assert {"silent"} == {told(*order) for order in orders}


def test_a_sample_does_not_depend_on_the_order() -> None:
    """It has the first ids in the order of letters, each once."""
    ids = [f"{number:03}" for number in range(100)]
    sample = Sample()
    for one in [*reversed(ids), *ids]:
        sample.add(parse_line(sent(9, one)))  # type: ignore[arg-type] # it is an entry

    assert ids[:MAX_SAMPLE] == sample.ids


def test_memory_is_bounded() -> None:
    """Of very many pods nothing is told."""
    others = [taken(9, "x", local=f"10.1.{n // 250}.{n % 250}:8080") for n in range(MAX_ADDRESSES + 1)]

    assert "" == told(sent(9, "a"), *AROUND, *others)
