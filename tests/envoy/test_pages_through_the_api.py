"""Pages of a real Envoy, fetched as from a cluster: through the API server for tests, by port-forward and by exec.

What comes must be what Envoy itself says at its administration port.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.loopback import Places
from tests.envoy.proxies import Proxy, bootstrap
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.looks import Looker
from troubleshooter.model import RuntimePage, Sight

pytestmark = pytest.mark.envoy

ADMIN = 15000
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "shop"},
    "spec": {"containers": [{"name": "web"}, {"name": "istio-proxy"}]},
    "status": {"phase": "Running"},
}
EXEC = ("exec", "-n", "shop", "web-1", "-c", "istio-proxy", "--", "pilot-agent", "request", "GET")


def endpoint(place: tuple[str, int]) -> dict[str, Any]:
    """An address as Envoy's configuration has it."""
    return {"socket_address": {"address": place[0], "port_value": place[1]}}


def config(address: str) -> dict[str, Any]:
    """An Envoy with two hundred clusters, a listener to be waited for, and its administration port."""
    hosts = [{"endpoint": {"address": endpoint((address, port))}} for port in (8080, 8081)]
    names = [f"outbound|{port}||payments.shop.svc.cluster.local" for port in range(8000, 8200)]
    clusters = [
        {
            "name": name,
            "type": "STATIC",
            "connect_timeout": "1s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": hosts}]},
        }
        for name in names
    ]
    proxy = {
        "name": "envoy.filters.network.tcp_proxy",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
            "stat_prefix": "none",
            "cluster": names[0],
        },
    }
    listener = {"name": "any", "address": endpoint((address, 15001)), "filter_chains": [{"filters": [proxy]}]}
    return {**bootstrap(address, [listener], clusters), "admin": {"address": endpoint((address, ADMIN))}}


@pytest.fixture(scope="module")
def admin(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where an Envoy that runs is administered. Its numbers count nothing, as nobody calls it."""
    address = Places().of_host("web-1")
    proxy = Proxy(binary, tmp_path_factory.mktemp("pages") / "envoy", config(address))
    try:
        proxy.wait()
        yield address, ADMIN
    finally:
        proxy.stop()


def page(admin: tuple[str, int], path: str) -> str:
    """What Envoy itself says."""
    with urllib.request.urlopen(f"http://{admin[0]}:{admin[1]}/{path}", timeout=10) as answer:
        return bytes(answer.read()).decode()


def sorted_lines(text: str) -> list[str]:
    """The lines of a page: Envoy shows its clusters in another order each time."""
    return sorted(text.splitlines())


def in_order(text: str) -> Any:
    """A page of JSON, with its clusters in the order of their names."""
    found = json.loads(text)
    found.get("cluster_statuses", []).sort(key=lambda cluster: cluster["name"])
    return found


@pytest.mark.parametrize("forbidden", ["pods/exec", "pods/portforward"])
@pytest.mark.parametrize(
    ("wanted", "path"),
    [(RuntimePage.CONFIG_DUMP, "config_dump?include_eds"), (RuntimePage.CLUSTERS, "clusters?format=json")],
)
def test_a_look_shows_what_envoy_says(
    admin: tuple[str, int], tmp_path: Path, wanted: RuntimePage, path: str, forbidden: str
) -> None:
    """By port-forward where exec is forbidden, and by exec where port-forward is."""
    rows = [("*", "", forbidden, "*")]
    with ApiServer([POD], proxies={("shop", "web-1"): {ADMIN: admin}}, forbidden=rows) as api:
        looker = Looker(connections([], str(api.kubeconfig(tmp_path / "config")), Limits(silence=5, whole=20)))
        try:
            sight = Sight(page=wanted, namespace="shop", pods=("web-1",), container="istio-proxy")
            found = looker.look(sight).exhibits[0].text
        finally:
            looker.close()
    assert in_order(page(admin, path)) == in_order(found)


@pytest.fixture
def kubectl(admin: tuple[str, int], tmp_path: Path) -> Iterator[list[str]]:
    """The beginning of a kubectl command that knows one cluster."""
    found = shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl is not installed")
    with ApiServer([POD], proxies={("shop", "web-1"): {ADMIN: admin}}) as api:
        config = api.kubeconfig(tmp_path / "config")
        yield [found, "--kubeconfig", str(config), "--cache-dir", str(tmp_path / "cache")]


def test_kubectl_exec_shows_what_envoy_says(admin: tuple[str, int], kubectl: list[str]) -> None:
    """As pilot-agent prints it."""
    found = subprocess.run([*kubectl, *EXEC, "clusters"], capture_output=True, text=True, timeout=30, check=True)
    assert sorted_lines(page(admin, "clusters")) == sorted_lines(found.stdout.removesuffix("\n"))


def test_kubectl_exec_prints_what_envoy_does_not_have(kubectl: list[str]) -> None:
    """It ends well, and what is printed begins as the looks into pods expect of a 404."""
    found = subprocess.run([*kubectl, *EXEC, "nope"], capture_output=True, text=True, timeout=30, check=True)
    assert found.stdout.startswith("invalid path")


def test_kubectl_port_forward_shows_what_envoy_says(admin: tuple[str, int], kubectl: list[str], tmp_path: Path) -> None:
    """Over kubectl's own tunnel."""
    command = [*kubectl, "port-forward", "-n", "shop", "web-1", f":{ADMIN}"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline().split(" -> ")[0].rpartition(":")[2])
            found = page(("127.0.0.1", port), "clusters")
        finally:
            process.terminate()
    assert sorted_lines(page(admin, "clusters")) == sorted_lines(found)
