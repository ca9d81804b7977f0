"""The program about a live cluster: what it looks at by itself, and what it says of that."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Run, RunCommand
from tests.inventories import SHOP
from tests.kube_api.server import ApiServer

POD = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: {app}, version: v1}}}}
spec:
  nodeName: n1
  containers: [{{name: {app}, ports: [{{name: web, containerPort: 8080}}]}}, {{name: istio-proxy}}]
status: {{phase: Running, podIP: {address}, conditions: [{{type: Ready, status: "True"}}]}}
"""
PODS = (("web-1", "web", "10.0.0.4"), ("payments-1", "payments", "10.0.0.5"))
MESH = "---".join((SHOP, *(POD.format(name=name, app=app, address=address) for name, app, address in PODS)))
LINE = (
    '[{time}] "GET /api/x HTTP/1.1" 503 UF upstream_reset_before_response_started{{remote_connection_failure,'
    'delayed_connect_error:_111}} - "delayed_connect_error:_111" 0 0 3 - "-" "curl/8" "1" "payments.shop:8080" '
    '"10.0.0.5:8080" outbound|8080||payments.shop.svc.cluster.local 10.0.0.4:5000 10.96.0.1:8080 10.0.0.4:4000 - '
    "default\n"
)
HERE = ("--kubeconfig", "config")
REQUEST = (*HERE, "--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x")
LOGS = (("*", "", "pods/log", "*"), ("*", "", "pods/exec", "*"), ("*", "", "pods/portforward", "*"))


def _objects() -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(MESH) if one]


def _log(minutes: int = 1) -> str:
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    return LINE.format(time=at.strftime("%Y-%m-%dT%H:%M:%S.000Z"))


@pytest.fixture
def kubeconfig(here: Path) -> Path:
    """What --kubeconfig names."""
    return here / "config"


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator[ApiServer]:
    """A healthy mesh in which the caller's proxy has logged a connection that was refused."""
    with ApiServer(_objects(), logs={("shop", "web-1", "istio-proxy"): _log()}) as api:
        api.kubeconfig(kubeconfig)
        yield api


def _json(ran: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_failed_line_in_the_callers_log_is_found_by_itself(run: RunCommand, cluster: ApiServer) -> None:
    """The request fails where the line says so, though configuration lets it pass."""
    assert cluster.url
    found = _json(run("diagnose", *REQUEST, "--symptom", "503-uf", "-o", "json"))

    assert "unreachable" == found["verdict"]
    assert [("application", True)] == [(s["stage"], s["observed"]) for s in found["path"] if s["verdict"] == "fail"]


def test_each_look_is_said_before_it_happens(run: RunCommand, cluster: ApiServer) -> None:
    """With the command that shows the same."""
    assert cluster.url
    said = run("diagnose", *REQUEST, "--symptom", "503-uf").err

    assert "I look at the log of the proxy (pod shop/web-1):\n  kubectl logs -n shop web-1 -c istio-proxy" in said


def test_old_lines_tell_nothing(run: RunCommand, kubeconfig: Path) -> None:
    """What failed an hour ago may be mended."""
    with ApiServer(_objects(), logs={("shop", "web-1", "istio-proxy"): _log(60)}) as api:
        api.kubeconfig(kubeconfig)
        found = _json(run("diagnose", *REQUEST, "--symptom", "503-uf", "-o", "json"))

    assert "reachable" == found["verdict"]


def test_no_pod_is_looked_into_where_configuration_explains_all(run: RunCommand, cluster: ApiServer) -> None:
    """A request that arrives, and of which nobody says that it fails, needs no look."""
    run("diagnose", *REQUEST)

    assert [] == [path for _, path, _ in cluster.requests if "/log" in path or "/exec" in path or "/portf" in path]


def test_no_pod_is_looked_into_in_an_audit(run: RunCommand, cluster: ApiServer) -> None:
    """It is about all of them."""
    run("diagnose", *HERE)

    assert [] == [path for _, path, _ in cluster.requests if "/log" in path or "/exec" in path or "/portf" in path]


def test_looks_can_be_forbidden(run: RunCommand, cluster: ApiServer) -> None:
    """Then objects alone are looked at."""
    found = _json(run("diagnose", *REQUEST, "--symptom", "503-uf", "--no-looks", "-o", "json"))

    assert "reachable" == found["verdict"]
    assert [] == [path for _, path, _ in cluster.requests if "/log" in path or "/portforward" in path]


def test_what_runs_tells_nothing_of_a_mesh_that_is_supposed(run: RunCommand, cluster: ApiServer, here: Path) -> None:
    """With `--with`, proxies have another configuration than the one in question."""
    (here / "new.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: more}\n", encoding="utf-8")
    run("diagnose", *REQUEST, "--symptom", "503-uf", "--with", "new.yaml")

    assert [] == [path for _, path, _ in cluster.requests if "/log" in path or "/portforward" in path]


def test_forbidden_looks_are_named_with_the_role(run: RunCommand, kubeconfig: Path) -> None:
    """The diagnosis goes on without them, and asks for what they would tell."""
    with ApiServer(_objects(), forbidden=LOGS) as api:
        api.kubeconfig(kubeconfig)
        found = _json(run("diagnose", *REQUEST, "--symptom", "503-uf", "-o", "json"))
    missed = {note["what"]: note for note in found["not_checked"]}

    note = missed["the log of the proxy (pod shop/web-1)"]
    assert note["why"].startswith("forbidden")
    assert "--verb=get --resource=pods/log" in note["unlock"]
    assert "failure.flag" in {question["fact"] for question in found["questions"]}


def test_dry_run_prints_commands_and_reads_nothing(run: RunCommand, cluster: ApiServer) -> None:
    """Of objects, and of the pages that may be looked at; no Secret is among them."""
    ran = run("diagnose", *REQUEST, "--dry-run-collect")
    lines = ran.out.splitlines()

    assert [] == cluster.requests
    assert "export KUBECONFIG=config" == lines[0]
    assert lines[1].startswith("kubectl get pods,endpointslices.discovery.k8s.io,")
    assert "kubectl exec -n NAMESPACE POD -c istio-proxy -- pilot-agent request GET 'config_dump?include_eds'" in lines
    assert "kubectl exec -n istio-system ISTIOD -c discovery -- pilot-discovery request GET /debug/syncz" in lines
    assert "secret" not in ran.out.lower()


def test_dry_run_of_files_is_refused(run: RunCommand) -> None:
    """No cluster would be read."""
    assert 2 == run("diagnose", "-f", "good.yaml", "--dry-run-collect").status


def test_wizard_looks_instead_of_asking(
    run: RunCommand, cluster: ApiServer, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look stands between the questions, and what it told is not asked."""
    assert cluster.url
    (here / "typed").write_text("", encoding="utf-8")
    with (here / "typed").open(encoding="utf-8") as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        ran = run(*REQUEST, "--symptom", "503-uf")

    assert "I look at the log of the proxy (pod shop/web-1):\n    kubectl logs -n shop web-1" in ran.out
    assert "UF" in ran.out.partition("I look at")[2]


def test_bundle_keeps_what_was_seen(run: RunCommand, cluster: ApiServer) -> None:
    """A bundle for a request holds what a diagnosis looks at, so that it says the same later, without the cluster."""
    assert cluster.url
    live = _json(run("diagnose", *REQUEST, "--symptom", "503-uf", "-o", "json"))
    assert 0 == run("collect", "mesh.tgz", *REQUEST, "--symptom", "503-uf").status
    kept = _json(run("diagnose", "-f", "mesh.tgz", *REQUEST[2:], "--symptom", "503-uf", "-o", "json"))

    assert _told(live) == _told(kept)


def _told(found: dict[str, Any]) -> tuple[Any, ...]:
    """What a result says: verdict, outcome, stages, and causes with their certainty."""
    stages = [(step["stage"], step["verdict"], step["observed"]) for step in found["path"]]
    causes = [(one["cause"], one["root"], one["certainty"]) for one in found["findings"]]
    return found["verdict"], found["outcome"], stages, causes
