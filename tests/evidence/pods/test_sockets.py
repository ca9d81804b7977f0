"""Listening sockets, as three tools show them."""

from __future__ import annotations

import pytest

from tests.evidence.pods.pod_texts import read, taken, text_of
from troubleshooter.evidence.pods.sockets import Listening

ALL = "0.0.0.0"  # noqa: S104 - it is read, and nothing is bound
ENVOY = [("127.0.0.1", 15000, "envoy"), (ALL, 15006, "envoy"), (ALL, 15020, "pilot-agent")]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("ss.txt", [("127.0.0.1", 8080, "java"), *ENVOY]),
        ("netstat.txt", [(ALL, 15021, "envoy"), ("::1", 8080, "java"), ("::", 9090, "")]),
        ("proc-net-tcp.txt", [("127.0.0.1", 8080, ""), ("::", 9090, ""), ("127.0.0.1", 9091, "")]),
    ],
)  # fmt: skip
def test_who_listens_where(file: str, found: list[tuple[str, int, str]]) -> None:
    """Addresses, ports and processes come out alike; connections are left out."""
    sockets = read(text_of(file), Listening).sockets

    assert found == [(one.address, one.port, one.process) for one in sockets]


def test_loopback() -> None:
    """127.0.0.1 is the pod's own, 0.0.0.0 is not."""
    listening = read(text_of("ss.txt"), Listening)

    assert [True] == [one.loopback for one in listening.at(8080)]
    assert [False] == [one.loopback for one in listening.at(15006)]


def test_a_list_without_a_listener_is_not_used() -> None:
    """Where no socket is printed, nothing is said of any port."""
    assert taken(text_of("ss.txt").split("\n", 1)[0]) == []
