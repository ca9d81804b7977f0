"""--publish: an audit that is kept in the cluster."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import RunCommand
from tests.cli.test_live import cluster
from tests.inventories import EXACT, SHOP
from tests.kube_api import faults
from tests.kube_api.server import ApiServer

KUBECTL = shutil.which("kubectl") or ""
ROLES = Path(__file__).parents[2] / "deploy" / "rbac"
REPORTS = {"PolicyReport", "ClusterPolicyReport"}
ANOTHER = """
apiVersion: wgpolicyk8s.io/v1alpha2
kind: PolicyReport
metadata: {name: cpol-limits, namespace: shop, labels: {app.kubernetes.io/managed-by: kyverno}}
"""
OLD = """
apiVersion: wgpolicyk8s.io/v1alpha2
kind: PolicyReport
metadata:
  name: istio-troubleshooter
  namespace: istio-system
  labels: {app.kubernetes.io/managed-by: istio-troubleshooter}
results: [{policy: gone}]
"""
WRONG_PORT = EXACT.replace("host: payments}", "host: payments, port: {number: 9}}")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[ApiServer]:
    """A cluster with a fault, a report of another program, and one of an older run."""
    with ApiServer(cluster(SHOP, WRONG_PORT, ANOTHER, OLD)) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config")))
        yield running


def reports(api: ApiServer) -> dict[tuple[str, str], Any]:
    """The reports in a cluster, by namespace and name."""
    found = (one for one in api.objects if one["kind"] in REPORTS)
    return {(one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in found}


def test_findings_are_kept(run: RunCommand, api: ApiServer) -> None:
    """Findings stand in the report of their namespace, what was not checked in that of the cluster."""
    done = run("diagnose", "--publish", "-o", "json")
    found = {one["cause"] for one in json.loads(done.out)["findings"]}

    assert 1 == done.status
    assert found
    assert found == {one["policy"] for one in reports(api)["shop", "istio-troubleshooter"]["results"]}
    assert {"skip"} == {one["result"] for one in reports(api)["", "istio-troubleshooter"]["results"]}


def test_older_report_goes(run: RunCommand, api: ApiServer) -> None:
    """A namespace without findings keeps no old report of ours; those of others are none of our business."""
    run("diagnose", "--publish")

    assert {("shop", "istio-troubleshooter"), ("", "istio-troubleshooter"), ("shop", "cpol-limits")} == set(
        reports(api)
    )


def test_second_run_replaces_the_first(run: RunCommand, api: ApiServer) -> None:
    """The same findings twice are the same reports."""
    run("diagnose", "--publish")
    first = deepcopy(reports(api))
    run("diagnose", "--publish")

    assert {key: one.get("summary") for key, one in first.items()} == {
        key: one.get("summary") for key, one in reports(api).items()
    }


def test_one_namespace(run: RunCommand, api: ApiServer) -> None:
    """With -n only the reports of that namespace are touched."""
    run("diagnose", "--publish", "-n", "shop")

    assert {("shop", "istio-troubleshooter"), ("istio-system", "istio-troubleshooter"), ("shop", "cpol-limits")} == set(
        reports(api)
    )


def test_nothing_else_is_written(run: RunCommand, api: ApiServer) -> None:
    """Every request that writes is about a report, but for questions about one's own rights."""
    run("diagnose", "--publish")
    written = [path for method, path, _ in api.requests if method != "GET" and "review" not in path]

    assert written
    assert all("/wgpolicyk8s.io/v1alpha2/" in path for path in written)


def test_cluster_without_the_kinds(run: RunCommand, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """It is said what to install; nothing goes to standard output."""
    with ApiServer(cluster(SHOP), served={"wgpolicyk8s.io": ()}) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config")))
        done = run("diagnose", "--publish")

    assert (2, "") == (done.status, done.out)
    assert "this cluster has no PolicyReports; install the CRDs of wgpolicyk8s.io" in done.err


def test_namespace_that_is_deleted_meanwhile(run: RunCommand, api: ApiServer) -> None:
    """Nobody misses its report."""
    api.fail(faults.refused("*/namespaces/shop/policyreports/istio-troubleshooter*", 404, method="PATCH"))
    done = run("diagnose", "--publish")

    assert 1 == done.status
    assert "1 PolicyReport written" in done.err


@pytest.mark.skipif(not KUBECTL, reason="kubectl is not installed")
def test_kubectl_takes_what_is_printed(run: RunCommand, api: ApiServer) -> None:
    """`-o policyreport` can be piped into `kubectl apply`."""
    printed = run("diagnose", "-o", "policyreport").out
    words = [KUBECTL, "apply", "--validate=false", "-f", "-"]
    subprocess.run(words, input=printed, text=True, check=True, capture_output=True)

    assert {("shop", "istio-troubleshooter"), ("", "istio-troubleshooter")} <= set(reports(api))


def roles(*names: str) -> list[Any]:
    """The roles of deploy/rbac/."""
    return [yaml.safe_load((ROLES / f"{name}.yaml").read_text(encoding="utf-8")) for name in names]


@pytest.mark.parametrize("publish", [(), ("--publish",)])
def test_roles_are_enough(run: RunCommand, monkeypatch: pytest.MonkeyPatch, here: Path, publish: tuple[str]) -> None:
    """With the role for configuration an audit sees everything, and with that for reports it can keep it."""
    names = ("configuration", *(("reports",) if publish else ()))
    with ApiServer(cluster(SHOP, WRONG_PORT), roles=roles(*names)) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config")))
        done = run("diagnose", *publish, "-o", "json")
    missing = [one["what"] for one in json.loads(done.out)["not_checked"] if "forbidden" in one["why"]]

    assert (1, []) == (done.status, missing)


def test_role_is_named_that_is_missing(run: RunCommand, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Whoever may not write reports is told which role to bind."""
    with ApiServer(cluster(SHOP), roles=roles("configuration")) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config")))
        done = run("diagnose", "--publish")

    assert 2 == done.status
    assert "deploy/rbac/reports.yaml" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "http://payments.shop/"), "about one request"),
        (("-f", "bad.yaml"), "leave out -f"),
        (("--context", "a", "--context", "b"), "once for each"),
        (("--offline",), "there is none"),
    ],
)
def test_refusals(run: RunCommand, api: ApiServer, words: tuple[str, ...], told: str) -> None:
    """What --publish does not go with is said before anything is read."""
    done = run("diagnose", "--publish", *words)

    assert (2, []) == (done.status, api.requests)
    assert told in done.err
