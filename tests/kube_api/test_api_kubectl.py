"""kubectl accepts the API server for tests: so that it is not only agreed with itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kube_api.asking import shop
from tests.kube_api.server import ApiServer

KUBECTL = shutil.which("kubectl")

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

LOG = "first\nsecond\nthird\n"
DUMP = b'{"configs": []}' + b" " * 300_000

CHANGED = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec: {hosts: [other], http: [{route: [{destination: {host: payments}}]}]}
"""
NEW = """
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
"""

Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A server with a log, and with pages behind a pod."""
    pages = {"config_dump?include_eds": DUMP, "clusters": b"a::b\n"}
    logs = {("shop", "web-1", "istio-proxy"): LOG}
    with ApiServer(shop(), logs=logs, proxies={("shop", "web-1"): pages}) as running:
        yield running


@pytest.fixture
def environment(api: ApiServer, tmp_path: Path) -> dict[str, str]:
    """One in which kubectl knows this server alone, and keeps its caches to itself."""
    return {**os.environ, "HOME": str(tmp_path), "KUBECONFIG": str(api.kubeconfig(tmp_path / "config"))}


@pytest.fixture
def kubectl(environment: dict[str, str], tmp_path: Path) -> Kubectl:
    """Runs kubectl; `text` goes to its standard input."""

    def run(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(KUBECTL), "--cache-dir", str(tmp_path / "cache"), *words]
        return subprocess.run(
            command, env=environment, input=text, capture_output=True, text=True, timeout=30, check=False
        )

    return run


def test_get_yaml(kubectl: Kubectl) -> None:
    """All pods of all namespaces."""
    found = json.loads(kubectl("get", "pods", "-A", "-o", "json").stdout)
    assert ["bank-1", "web-1", "web-2"] == [item["metadata"]["name"] for item in found["items"]]


def test_get_pages(kubectl: Kubectl, api: ApiServer) -> None:
    """Our tokens are followed."""
    kubectl("get", "pods", "-A", "--chunk-size=1", "-o", "name")
    assert 3 == sum(1 for _, path, _ in api.requests if path.startswith("/api/v1/pods"))


def test_get_wide(kubectl: Kubectl) -> None:
    """The table is printed."""
    first = kubectl("get", "pods", "-n", "shop", "-o", "wide").stdout.splitlines()[1]
    assert ["web-1", "1/2", "Running", "3", "<unknown>", "10.0.0.1", "one"] == first.split()


def test_get_by_short_name(kubectl: Kubectl) -> None:
    """`vs` is a VirtualService."""
    assert "virtualservice.networking.istio.io/payments\n" == kubectl("get", "vs", "-n", "shop", "-o", "name").stdout


def test_get_by_label(kubectl: Kubectl) -> None:
    """A selector is sent and understood."""
    assert "pod/web-2\n" == kubectl("get", "pods", "-A", "-l", "version in (v2)", "-o", "name").stdout


def test_logs(kubectl: Kubectl) -> None:
    """The last line of a container."""
    assert "third\n" == kubectl("logs", "-n", "shop", "web-1", "-c", "istio-proxy", "--tail=1").stdout


def test_exec(kubectl: Kubectl) -> None:
    """A page of the proxy comes through whole."""
    words = ("pilot-agent", "request", "GET", "config_dump?include_eds")
    found = kubectl("exec", "-n", "shop", "web-1", "-c", "istio-proxy", "--", *words)
    assert f"{DUMP.decode()}\n" == found.stdout


def test_exec_tells_the_exit_status(kubectl: Kubectl) -> None:
    """A port that pilot-agent does not ask ends the command with 1."""
    words = ("pilot-agent", "request", "--debug-port", "80", "GET", "nothing")
    found = kubectl("exec", "-n", "shop", "web-1", "-c", "istio-proxy", "--", *words)
    assert "command terminated with exit code 1" in found.stderr


def test_exec_of_what_is_not_there(kubectl: Kubectl) -> None:
    """No shell in this container."""
    found = kubectl("exec", "-n", "shop", "web-1", "-c", "istio-proxy", "--", "sh")
    assert "executable file not found in $PATH" in found.stderr


def test_exec_in_no_container(kubectl: Kubectl) -> None:
    """The refusal is the server's own."""
    found = kubectl("exec", "-n", "shop", "web-1", "-c", "nope", "--", "sh")
    assert "container nope is not valid for pod web-1" in found.stderr


def test_port_forward(environment: dict[str, str], tmp_path: Path) -> None:
    """Two requests over one forwarded port."""
    command = [str(KUBECTL), "--cache-dir", str(tmp_path / "cache"), "port-forward", "-n", "shop", "web-1", ":15000"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pages = []
        try:
            port = process.stdout.readline().split(" -> ")[0].rpartition(":")[2]
            for path in ("clusters", "config_dump?include_eds"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                    pages.append(answer.read())
        finally:
            process.terminate()
    assert [b"a::b\n", DUMP] == pages


def test_a_dry_run_changes_nothing(kubectl: Kubectl, api: ApiServer) -> None:
    """What would be is told, and it is not."""
    before = api.objects
    found = kubectl("apply", "--dry-run=server", "-f", "-", text=CHANGED)
    assert ("virtualservice.networking.istio.io/payments configured (server dry run)\n", before) == (
        found.stdout,
        api.objects,
    )


def test_apply_creates(kubectl: Kubectl, api: ApiServer) -> None:
    """What is new is there afterwards."""
    kubectl("apply", "-f", "-", text=NEW)
    assert ["Service"] == [each["kind"] for each in api.objects if each["kind"] == "Service"]


def test_apply_changes_what_it_made(kubectl: Kubectl, api: ApiServer) -> None:
    """The second apply patches."""
    kubectl("apply", "-f", "-", text=NEW)
    kubectl("apply", "-f", "-", text=NEW.replace("80", "81"))
    assert [[81]] == [[p["port"] for p in o["spec"]["ports"]] for o in api.objects if o["kind"] == "Service"]


def test_server_side_apply_tells_conflicts(kubectl: Kubectl) -> None:
    """What somebody else set is not overwritten."""
    found = kubectl("apply", "--server-side", "-f", "-", text=CHANGED)
    assert 'conflict with "before-first-apply" using networking.istio.io/v1: .spec.hosts' in found.stderr


def test_server_side_apply_by_force(kubectl: Kubectl, api: ApiServer) -> None:
    """Unless it is asked for."""
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=CHANGED)
    assert [["other"]] == [o["spec"]["hosts"] for o in api.objects if o["kind"] == "VirtualService"]


def test_delete(kubectl: Kubectl, api: ApiServer) -> None:
    """It is gone, and that is seen."""
    found = kubectl("delete", "vs", "-n", "shop", "payments")
    assert (0, []) == (found.returncode, [o for o in api.objects if o["kind"] == "VirtualService"])


def test_what_one_may_do(kubectl: Kubectl) -> None:
    """The list of rules is read."""
    assert "*.*" in kubectl("auth", "can-i", "--list", "-n", "shop").stdout


def test_whether_one_may(kubectl: Kubectl) -> None:
    """One question."""
    assert "yes\n" == kubectl("auth", "can-i", "get", "pods", "--subresource=log", "-n", "shop").stdout


def test_the_versions_are_told(kubectl: Kubectl) -> None:
    """Client and server."""
    assert "Server Version: v1.32.0" in kubectl("version").stdout


def test_who_one_is(kubectl: Kubectl) -> None:
    """The name of the user."""
    assert "tester" in kubectl("auth", "whoami").stdout
