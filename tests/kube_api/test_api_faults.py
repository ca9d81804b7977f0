"""The faults of the API server for tests: each does what it says, and as often as it says."""

from __future__ import annotations

import http.client
import json
import socket
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.kube_api import faults
from tests.kube_api.asking import ask, connection, shop
from tests.kube_api.messages import Reply
from tests.kube_api.server import ApiServer

PODS = "/api/v1/pods"


@pytest.mark.parametrize("code", [401, 403, 404, 409, 429, 500, 502, 503, 504])
def test_a_status(code: int) -> None:
    """A Status of that code, once."""
    with ApiServer(shop(), faults=[faults.refused(PODS, code)]) as api:
        found = ask(api, PODS)
        assert (code, code, 200) == (found.status, found.json["code"], ask(api, PODS).status)


def test_too_many_requests_say_when_to_come_again() -> None:
    """429 with Retry-After, in the header and in the Status."""
    with ApiServer(shop(), faults=[faults.refused(PODS, 429, seconds=2)]) as api:
        found = ask(api, PODS)
    assert ("2", 2) == (found.headers["Retry-After"], found.json["details"]["retryAfterSeconds"])


def test_a_fault_comes_so_many_times() -> None:
    """Twice, then no more."""
    with ApiServer(shop(), faults=[faults.refused(PODS, 503, times=2)]) as api:
        assert [503, 503, 200] == [ask(api, PODS).status for _ in range(3)]


def test_a_fault_may_come_later() -> None:
    """The first request passes."""
    with ApiServer(shop(), faults=[faults.refused(PODS, 500, after=1)]) as api:
        assert [200, 500, 200] == [ask(api, PODS).status for _ in range(3)]


def test_a_fault_may_come_always() -> None:
    """Without an end."""
    with ApiServer(shop(), faults=[faults.refused(PODS, 500, times=faults.ALWAYS)]) as api:
        assert [500] * 5 == [ask(api, PODS).status for _ in range(5)]


def test_a_fault_hits_its_paths_alone() -> None:
    """A pattern with a star."""
    with ApiServer(shop(), faults=[faults.refused("*/virtualservices", 500, times=faults.ALWAYS)]) as api:
        paths = ["/apis/networking.istio.io/v1/virtualservices", PODS]
        assert [500, 200] == [ask(api, path).status for path in paths]


def test_a_fault_can_be_added_later() -> None:
    """In the middle of a test."""
    with ApiServer(shop()) as api:
        before = ask(api, PODS).status
        api.fail(faults.refused(PODS, 500))
        assert (200, 500) == (before, ask(api, PODS).status)


def test_an_expired_token_leaves_a_way_on() -> None:
    """410 on the second page, with a token for the rest."""
    with ApiServer(shop(), faults=[faults.expired(PODS)]) as api:
        first = ask(api, f"{PODS}?limit=2").json
        gone = ask(api, f"{PODS}?limit=2&continue={first['metadata']['continue']}")
        rest = ask(api, f"{PODS}?limit=2&continue={gone.json['metadata']['continue']}")
    assert (410, "Expired", ["web-2"]) == (gone.status, gone.json["reason"], rest.names)


def test_silence_lasts_until_somebody_hangs_up() -> None:
    """Nothing comes, and the next connection is served."""
    with ApiServer(shop(), faults=[faults.silent(PODS)]) as api:
        wire = connection(api)
        wire.timeout = 0.2
        wire.request("GET", PODS)
        with pytest.raises(TimeoutError):
            wire.getresponse()
        wire.close()
        assert 200 == ask(api, PODS).status


def test_silence_does_not_keep_the_server_from_ending() -> None:
    """Whoever still waits is cut off."""
    with ApiServer(shop(), faults=[faults.silent(PODS)]) as api:
        wire = connection(api)
        wire.request("GET", PODS)
        while not api.requests:
            time.sleep(0.01)
        begin = time.monotonic()
    took = time.monotonic() - begin
    wire.close()
    assert took < 1


def test_a_dropped_connection() -> None:
    """Reset, without a byte."""
    with ApiServer(shop(), faults=[faults.dropped(PODS)]) as api, pytest.raises(ConnectionError):
        ask(api, PODS)


def test_half_an_answer() -> None:
    """The body ends in the middle."""
    with ApiServer(shop(), faults=[faults.half(PODS)]) as api, pytest.raises(http.client.IncompleteRead):
        ask(api, PODS)


def test_a_slow_answer() -> None:
    """So many bytes per second, and all of them."""
    with ApiServer(shop(), faults=[faults.slow(PODS, 5000)]) as api:
        begin = time.monotonic()
        found = ask(api, PODS)
        took = time.monotonic() - begin
    assert (3, True) == (len(found.names), took >= len(found.body) / 5000)


def test_garbage() -> None:
    """The body is no JSON, and as long as it should be."""
    with ApiServer(shop(), faults=[faults.garbage(PODS)]) as api:
        spoilt = ask(api, PODS).body
        assert len(ask(api, PODS).body) == len(spoilt)
    with pytest.raises(ValueError, match="char"):
        json.loads(spoilt)


def test_the_page_of_a_gateway_on_the_way() -> None:
    """200, and HTML."""
    with ApiServer(shop(), faults=[faults.mistyped(PODS)]) as api:
        assert "text/html; charset=utf-8" == ask(api, PODS).headers["Content-Type"]


def test_any_answer() -> None:
    """For what has no name of its own."""
    with ApiServer(shop(), faults=[faults.answered(PODS, Reply(status=418, body=b"{}"))]) as api:
        assert 418 == ask(api, PODS).status


def test_a_clock_that_is_wrong() -> None:
    """The Date header is an hour ahead."""
    with ApiServer(shop(), faults=[faults.skewed("*", 3600)]) as api:
        told = parsedate_to_datetime(ask(api, PODS).headers["Date"])
    assert 3590 < (told - datetime.now(UTC)).total_seconds() < 3610


def test_latency() -> None:
    """Each answer takes so long."""
    with ApiServer(shop(), latency=0.1) as api:
        begin = time.monotonic()
        ask(api, PODS)
        assert time.monotonic() - begin >= 0.1


def test_a_token_that_is_wrong() -> None:
    """401 with a Status."""
    with ApiServer(shop(), token="right") as api:  # noqa: S106 - of the test alone
        told = [ask(api, PODS, headers={"Authorization": f"Bearer {t}"}).status for t in ("wrong", "right")]
    assert [401, 200] == told


def test_idle_connections_do_not_keep_the_server_from_ending() -> None:
    """A client that holds its connection is cut off."""
    with ApiServer(shop()) as api:
        idle = socket.create_connection(("127.0.0.1", int(api.url.rpartition(":")[2])))
        begin = time.monotonic()
    took = time.monotonic() - begin
    idle.close()
    assert took < 1


def test_a_mistake_of_the_server_is_told() -> None:
    """A bug in here does not pass for a fault of the cluster."""

    def broken(_: object) -> str:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"), ApiServer(shop(), refuse=broken) as api:
        ask(api, "/api/v1/namespaces/shop/services", "POST", {"metadata": {"name": "a"}})
