"""Exec, port-forward and the proxy subresource, with the websocket client that the package `kubernetes` uses."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from websocket import WebSocket, WebSocketBadStatusException, WebSocketConnectionClosedException

from tests.kube_api import faults
from tests.kube_api.asking import ask, shop
from tests.kube_api.backends import Backend
from tests.kube_api.server import ApiServer

POD = "/api/v1/namespaces/shop/pods/web-1"
BIG = bytes(range(256)) * 4096
EXEC = f"{POD}/exec?container=istio-proxy&stdout=true&stderr=true"
DUMP = "&".join(f"command={word}" for word in ("pilot-agent", "request", "GET", "config_dump"))
PROTOCOLS = ["v4.channel.k8s.io"]


def double(method: str, path: str) -> tuple[int, bytes]:
    """A program behind a port."""
    return 202, f"{method} {path}".encode()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def api() -> Iterator[ApiServer]:
    """Pages on the ports of a pod, a function on one, and nobody on another."""
    pages = {"config_dump": BIG, "/stats/prometheus": b"a 1\n", "debug/syncz": b"[]"}
    ports: dict[int, Backend] = {15000: pages, 15014: pages, 15020: pages, 8080: double, 9999: closed_port()}
    with ApiServer(shop(), proxies={("shop", "web-1"): ports}) as running:
        yield running


def opened(api: ApiServer, path: str) -> Any:
    """A websocket to a path. Its class is typed in part only."""
    made: Any = WebSocket()
    made.settimeout(5)
    made.connect(f"ws{api.url.removeprefix('http')}{path}", subprotocols=PROTOCOLS)
    return made


def run(api: ApiServer, query: str, path: str = EXEC) -> dict[int, bytes]:
    """What came over each channel."""
    found: dict[int, bytes] = {}
    channel = opened(api, f"{path}&{query}")
    while data := channel.recv():
        found[data[0]] = found.get(data[0], b"") + data[1:]
    channel.shutdown()
    return found


def words(*command: str) -> str:
    """A command as a query."""
    return "&".join(f"command={word}" for word in command)


def test_exec_prints_a_page_whole(api: ApiServer) -> None:
    """Bytes of any kind, in many frames."""
    assert BIG + b"\n" == run(api, DUMP)[1]


def test_exec_says_that_all_went_well(api: ApiServer) -> None:
    """On channel 3."""
    assert "Success" == json.loads(run(api, DUMP)[3])["status"]


def test_exec_says_how_a_command_failed(api: ApiServer) -> None:
    """The exit status is among the causes."""
    causes = json.loads(run(api, words("pilot-agent", "request", "--debug-port", "8080", "GET", "x"))[3])["details"][
        "causes"
    ]
    assert [{"reason": "ExitCode", "message": "1"}] == causes


@pytest.mark.parametrize(
    "command",
    [
        ("pilot-discovery", "request", "GET", "/debug/syncz"),
        ("/usr/local/bin/pilot-discovery", "request", "GET", "debug/syncz"),
        ("curl", "-s", "http://localhost:15014/debug/syncz"),
        ("curl", "-sf", "localhost:15014/debug/syncz"),
    ],
)
def test_commands_that_fetch_a_page(api: ApiServer, command: tuple[str, ...]) -> None:
    """Each from the port that it means."""
    assert b"[]" == run(api, words(*command))[1].rstrip(b"\n")


def test_a_page_that_is_not_there_is_printed_like_any(api: ApiServer) -> None:
    """By Istio's commands, which say that all went well."""
    found = run(api, words("pilot-agent", "request", "GET", "nope"))
    assert (b"invalid path\n\n", "Success") == (found[1], json.loads(found[3])["status"])


def test_the_method_is_passed_on(api: ApiServer) -> None:
    """As curl does."""
    assert (
        b"POST /logging?level=debug"
        == run(api, words("curl", "-X", "POST", "http://localhost:8080/logging?level=debug"))[1]
    )


def test_a_port_on_which_nobody_listens(api: ApiServer) -> None:
    """The command says so on standard error."""
    assert b"connection refused" in run(api, words("curl", "http://localhost:9999/"))[2]


def test_a_websocket_that_ends_early(api: ApiServer) -> None:
    """Without a status, and without a good-bye."""
    api.fail(faults.cut("*/exec*", 70_000))
    with pytest.raises(WebSocketConnectionClosedException):
        run(api, DUMP)


def test_a_protocol_that_nobody_speaks(api: ApiServer) -> None:
    """400 at the handshake."""
    channel: Any = WebSocket()
    with pytest.raises(WebSocketBadStatusException, match="400"):
        channel.connect(f"ws{api.url.removeprefix('http')}{EXEC}&{DUMP}", subprotocols=["v9"])
    channel.shutdown()


@pytest.mark.parametrize("what", ["exec?command=ls", "portforward?ports=80"])
def test_a_pod_that_does_not_run(what: str, api: ApiServer) -> None:
    """500 in plain text, as kubelet says it."""
    found = ask(api, f"/api/v1/namespaces/bank/pods/bank-1/{what}")
    assert (500, True) == (found.status, b" not found (" in found.body)


def forwarded(api: ApiServer, *ports: int) -> Any:
    """Channels to ports."""
    return opened(api, f"{POD}/portforward?" + "&".join(f"ports={port}" for port in ports))


def test_both_channels_begin_with_the_port(api: ApiServer) -> None:
    """16 bit, little-endian, on the data and on the error channel of each port."""
    channel = forwarded(api, 15000, 15020)
    begun = [channel.recv() for _ in range(4)]
    channel.close()
    assert [bytes([n]) + struct.pack("<H", port) for n, port in enumerate((15000, 15000, 15020, 15020))] == begun


def test_a_page_over_a_forwarded_port(api: ApiServer) -> None:
    """HTTP goes through the data channel of the second port."""
    channel = forwarded(api, 15000, 15020)
    channel.send_binary(b"\x02GET /stats/prometheus HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer = b""
    while not answer.endswith(b"a 1\n"):
        data = channel.recv()
        answer += data[1:] if data[0] == 2 else b""
    channel.close()
    assert answer.endswith(b"\r\n\r\na 1\n")


def test_a_refused_port_is_told_on_the_odd_channel(api: ApiServer) -> None:
    """And the websocket ends, as nothing is left to forward."""
    channel = forwarded(api, 9999)
    told = [channel.recv() for _ in range(4)]
    channel.shutdown()
    assert (b"\x01", True, "") == (told[2][:1], b"connection refused" in told[2], told[3])


class Quiet(BaseHTTPRequestHandler):
    """A server of its own, as Envoy would be."""

    def do_GET(self) -> None:
        """Says who it is."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a real server")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_a_real_server_behind_exec() -> None:
    """A port of loopback stands for all ports of a pod."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as behind:
        thread = Thread(target=behind.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with ApiServer(shop(), proxies={("shop", "web-1"): int(behind.server_address[1])}) as api:
            found = run(api, DUMP)
        behind.shutdown()
        thread.join()
    assert b"a real server\n" == found[1]


def test_the_proxy_subresource(api: ApiServer) -> None:
    """A page that a pod shows to everybody."""
    assert b"a 1\n" == ask(api, f"{POD}:15020/proxy/stats/prometheus").body


def test_the_proxy_subresource_passes_status_and_query_on(api: ApiServer) -> None:
    """As they are."""
    found = ask(api, f"{POD}:8080/proxy/a/b?c=d")
    assert (202, b"GET /a/b?c=d") == (found.status, found.body)


def test_the_proxy_subresource_does_not_reach_the_pods_own_loopback(api: ApiServer) -> None:
    """Envoy's administration listens there alone."""
    found = ask(api, f"{POD}:15000/proxy/config_dump")
    assert (503, "ServiceUnavailable") == (found.status, found.json["reason"])


def test_the_debug_pages_of_istiod_ask_who_comes(api: ApiServer) -> None:
    """From outside of the pod they take a token."""
    assert 401 == ask(api, f"{POD}:15014/proxy/debug/syncz").status
