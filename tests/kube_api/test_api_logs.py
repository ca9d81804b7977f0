"""Logs of containers, as the API server for tests hands them out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.kube_api.asking import ask, shop
from tests.kube_api.server import ApiServer

WEB_1 = "/api/v1/namespaces/shop/pods/web-1/log?container=istio-proxy"


def stamp(ago: int) -> str:
    """So many seconds ago, as Envoy writes it."""
    return (datetime.now(UTC) - timedelta(seconds=ago)).strftime("[%Y-%m-%dT%H:%M:%S.000Z]")


LOG = f"{stamp(4000)} old\n{stamp(60)} new\n  of two lines\n"


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """One for all tests here."""
    key = ("shop", "web-1", "istio-proxy")
    with ApiServer(shop(), logs={key: LOG}, previous={key: "crashed\n"}) as running:
        yield running


def test_a_whole_log(api: ApiServer) -> None:
    """As it was written."""
    assert LOG.encode() == ask(api, WEB_1).body


def test_the_last_lines(api: ApiServer) -> None:
    """That is `tailLines`."""
    assert b"  of two lines\n" == ask(api, f"{WEB_1}&tailLines=1").body


def test_no_lines(api: ApiServer) -> None:
    """tailLines=0 is none, not all."""
    assert b"" == ask(api, f"{WEB_1}&tailLines=0").body


def test_the_young_lines(api: ApiServer) -> None:
    """sinceSeconds; a line without a time belongs to that before it."""
    assert "".join(LOG.splitlines(keepends=True)[1:]).encode() == ask(api, f"{WEB_1}&sinceSeconds=3600").body


def test_the_first_bytes(api: ApiServer) -> None:
    """That is `limitBytes`."""
    assert LOG.encode()[:10] == ask(api, f"{WEB_1}&limitBytes=10").body


def test_times_in_front(api: ApiServer) -> None:
    """With `timestamps` each line begins with its time."""
    assert ask(api, f"{WEB_1}&timestamps=true&tailLines=1").body.endswith(b"Z   of two lines\n")


def test_the_container_before(api: ApiServer) -> None:
    """That is `previous`."""
    assert b"crashed\n" == ask(api, f"{WEB_1}&previous=true").body


def test_no_container_before(api: ApiServer) -> None:
    """400, and it says which."""
    found = ask(api, "/api/v1/namespaces/shop/pods/web-1/log?container=web&previous=true")
    assert 'previous terminated container "web" in pod "web-1" not found' == found.json["message"]


def test_several_containers_and_no_name(api: ApiServer) -> None:
    """400, with the names to choose from."""
    found = ask(api, "/api/v1/namespaces/shop/pods/web-1/log")
    said = "a container name must be specified for pod web-1, choose one of: [web istio-proxy]"
    assert (400, said) == (found.status, found.json["message"])


def test_one_container_needs_no_name(api: ApiServer) -> None:
    """And has written nothing."""
    found = ask(api, "/api/v1/namespaces/shop/pods/web-2/log")
    assert (200, b"") == (found.status, found.body)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("state: {waiting: {reason: PodInitializing}}", (400, "PodInitializing")),
        ("state: {waiting: {reason: ImagePullBackOff}}", (400, "trying and failing to pull image")),
        ("state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}", (200, "")),
    ],
)
def test_a_container_that_waits(status: str, expected: tuple[int, str]) -> None:
    """400 with the reason, unless it has run before."""
    pod = f"""
apiVersion: v1
kind: Pod
metadata: {{name: late, namespace: shop}}
spec: {{containers: [{{name: app}}]}}
status: {{phase: Pending, containerStatuses: [{{name: app, {status}}}]}}
"""
    with ApiServer(shop(pod)) as api:
        found = ask(api, "/api/v1/namespaces/shop/pods/late/log")
    assert expected == (found.status, found.json["message"].rpartition(": ")[2] if found.body else "")


def test_no_such_container(api: ApiServer) -> None:
    """400."""
    found = ask(api, "/api/v1/namespaces/shop/pods/web-2/log?container=nope")
    assert "container nope is not valid for pod web-2" == found.json["message"]


def test_no_such_pod(api: ApiServer) -> None:
    """404."""
    assert 'pods "nope" not found' == ask(api, "/api/v1/namespaces/shop/pods/nope/log").json["message"]
