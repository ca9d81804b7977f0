"""Lines that look like the health checks of a load balancer which does not speak TLS."""

from __future__ import annotations

import random

import pytest

from tests.evidence.log_texts import MESH_SNI, log_line, tcp_line
from troubleshooter.evidence import FailureGroup, group_failures, parse_lines

FRONT = "10.244.2.7:8443"
CHANCE = random.Random(7)  # noqa: S311 - an uneven log is no secret


def moment(tenth: int) -> str:
    """A time of day, in tenths of a second."""
    minutes, rest = divmod(tenth, 600)
    return f"2026-11-21T{minutes // 60:02}:{minutes % 60:02}:{rest // 10:02}.{rest % 10}00Z"


def refused(tenth: int, caller: str = "10.0.0.12", **words: str) -> str:
    """A connection that no filter chain took."""
    line = tcp_line(
        time=moment(tenth), **{"details": "filter_chain_not_found", "cluster": "-", "local": FRONT, **words}
    )
    return line.replace("10.244.0.5:41129", f"{caller}:41129")


def asked(tenth: int, status: str = "503 UH", **words: str) -> str:
    """A request at the gateway."""
    return log_line(time=moment(tenth), status=status, **{"local": FRONT, "sni": "shop.example.com", **words})


REAL = [asked(tenth) for tenth in (5, 900, 2000)]
STEADY = [refused(tenth) for tenth in range(0, 6000, 100)]


def first(*lines: str) -> FailureGroup:
    """The main failure of a log."""
    return group_failures(parse_lines(lines))[0]


@pytest.mark.parametrize(
    "checks",
    [
        STEADY,
        [refused(tenth) for tenth in range(0, 6000, 101)],
        [refused(n * 100 + CHANCE.randrange(3)) for n in range(60)],
        [refused(tenth, f"10.0.0.{n}") for n in range(3) for tenth in range(n * 13, 12_000, 100)],
        [refused(tenth) for tenth in range(0, 50_000, 300)],
    ],
    ids=["steady", "slower", "nearly", "three-sources", "seldom"],
)
def test_health_checks_stand_behind_failures(checks: list[str]) -> None:
    """They come in step, with neither HTTP nor a server name, where others speak TLS."""
    groups = group_failures(parse_lines([*checks, *REAL]))

    assert [(("UH",), False), (("NR",), True)] == [(group.flags, group.recurrence.checks) for group in groups]


@pytest.mark.parametrize(
    "lines",
    [
        STEADY[:20],
        [refused(CHANCE.randrange(6000)) for _ in range(60)],
        [refused(tenth) for tenth in range(0, 6000, 100) if tenth % 3000 < 1500],
        [refused(tenth, f"10.0.{tenth}.1") for tenth in range(0, 6000, 100)],
        [refused(tenth, sni="other.example.com") for tenth in range(0, 6000, 100)],
        [refused(tenth, details="-") for tenth in range(0, 6000, 100)],
        [refused(tenth, local="10.244.2.7:8080") for tenth in range(0, 6000, 100)],
        [asked(tenth, "404 NR", details="route_not_found") for tenth in range(0, 6000, 100)],
    ],
    ids=["few", "by-chance", "with-gaps", "many-callers", "named", "no-details", "another-port", "requests"],
)
def test_what_does_not_look_like_checks(lines: list[str]) -> None:
    """Any other failure counts as one."""
    assert (("NR",), False) == (first(*lines, *REAL).flags, first(*lines, *REAL).recurrence.checks)


@pytest.mark.parametrize("words", [{"sni": "-"}, {"sni": MESH_SNI}], ids=["plaintext", "of-the-mesh"])
def test_at_a_sidecar_a_plaintext_client_is_a_failure(words: dict[str, str]) -> None:
    """Nobody names a server of the world outside there, so nothing tells of a gateway's port."""
    assert ("NR",) == first(*STEADY, *(asked(tenth, **words) for tenth in (5, 900, 2000))).flags
