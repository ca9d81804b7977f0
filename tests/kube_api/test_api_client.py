"""The package `kubernetes` accepts the API server for tests."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kube_api.asking import shop
from tests.kube_api.server import ApiServer


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """The core API of a small cluster with one page and one log."""
    from kubernetes import client, config

    pages = {"config_dump": b'{"configs": []}'}
    log = {("shop", "web-1", "istio-proxy"): "a line\n"}
    with ApiServer(shop(), proxies={("shop", "web-1"): pages}, logs=log) as api:
        made = config.new_client_from_config(config_file=str(api.kubeconfig(tmp_path / "config")))
        with made:
            yield client.CoreV1Api(made)


def test_typed_lists(client: Any) -> None:
    """Its models can be filled."""
    assert ["bank-1", "web-1", "web-2"] == [p.metadata.name for p in client.list_pod_for_all_namespaces().items]


def test_a_log(client: Any) -> None:
    """The text comes."""
    assert "a line\n" == client.read_namespaced_pod_log("web-1", "shop", container="istio-proxy")


def test_stream(client: Any) -> None:
    """Its exec reads what a command prints."""
    from kubernetes.stream import stream

    channel = stream(
        client.connect_get_namespaced_pod_exec,
        "web-1",
        "shop",
        container="istio-proxy",
        command=["pilot-agent", "request", "GET", "config_dump"],
        stdout=True,
        stderr=True,
        stdin=False,
        tty=False,
        _preload_content=False,
    )
    channel.run_forever(timeout=5)
    found = channel.read_stdout(), channel.returncode
    # Its `close` forgets the socket of a websocket that the other side has ended.
    channel.sock.shutdown()
    assert ('{"configs": []}\n', 0) == found


def test_portforward(client: Any) -> None:
    """Two requests over one connection of its port-forward."""
    from kubernetes.stream import portforward

    forward = portforward(client.connect_get_namespaced_pod_portforward, "web-1", "shop", ports="15000")
    wire = http.client.HTTPConnection("127.0.0.1", 15000)
    wire.sock = forward.socket(15000)
    pages = []
    for _ in range(2):
        wire.request("GET", "/config_dump")
        pages.append(wire.getresponse().read())
    wire.close()
    forward.close()
    while forward.connected:
        time.sleep(0.01)
    assert [b'{"configs": []}'] * 2 == pages
