"""The program on a live cluster, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import RunCommand
from tests.inventories import EXACT, SHOP
from tests.kube_api import faults
from tests.kube_api.server import ApiServer

FAILING = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x")
PROXY = {"name": "istio-proxy", "image": "proxyv2"}


def pod(name: str, app: str, address: str) -> dict[str, Any]:
    """A pod of the shop, with a proxy, that runs."""
    ready = {"conditions": [{"type": "Ready", "status": "True"}], "podIP": address, "phase": "Running"}
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{app}-5d8f", "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": {"app": app, "version": "v1", "pod-template-hash": "5d8f"},
            "ownerReferences": [owner],
        },
        "spec": {"containers": [{"name": app}, PROXY]},
        "status": ready,
    }


RUNNING = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system"}},
    pod("web-5d8f-a", "web", "10.0.0.4"),
    pod("payments-5d8f-a", "payments", "10.0.0.5"),
    {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "payments-x",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": "payments"},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080}],
        "endpoints": [
            {
                "addresses": ["10.0.0.5"],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": "payments-5d8f-a", "namespace": "shop"},
            }
        ],
    },
]


def cluster(*texts: str) -> list[dict[str, Any]]:
    """The objects of a running shop."""
    return [*RUNNING, *(one for text in texts for one in yaml.safe_load_all(text))]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    """A cluster in which no route takes the request; it is the one of the current kubeconfig."""
    with ApiServer(cluster(SHOP, EXACT)) as api:
        monkeypatch.setenv("KUBECONFIG", str(api.kubeconfig(tmp_path / "config", namespace="shop")))
        yield api


def test_root_cause_of_a_request(run: RunCommand, broken: ApiServer) -> None:
    """Without files the cluster of the kubeconfig is looked at; its objects stand in no file."""
    found = run("diagnose", *FAILING, "-o", "json")
    result = json.loads(found.out)
    root = next(one for one in result["findings"] if one["root"])

    assert 1 == found.status
    assert "vs-no-match-no-default" == root["cause"]
    assert ("", None) == (root["resource"]["file"], root["resource"]["line"])
    assert "" == found.err
    assert broken.requests


def test_reading_changes_nothing(run: RunCommand, broken: ApiServer) -> None:
    """Everything is a GET, or a question about one's own rights."""
    run("diagnose")

    assert {"GET"} == {method for method, path, _ in broken.requests if "review" not in path}


def test_own_namespace_only(run: RunCommand, tmp_path: Path) -> None:
    """Who may look into one namespace is told what most likely is wrong there, and that more may be out of sight."""
    elsewhere = [("list", "*", "*", "!shop"), ("get", "*", "*", "!shop")]
    with ApiServer(cluster(SHOP, EXACT), forbidden=elsewhere) as api:
        config = str(api.kubeconfig(tmp_path / "config"))
        found = run("diagnose", "--kubeconfig", config, "-n", "shop", *FAILING, "-o", "json")
    result = json.loads(found.out)
    root = next(one for one in result["findings"] if one["root"])

    assert (1, "undetermined") == (found.status, result["verdict"])
    assert ("vs-no-match-no-default", "likely") == (root["cause"], root["certainty"])
    assert "what lies out of sight" == result["not_checked"][0]["what"]


@pytest.mark.usefixtures("broken", "here")
def test_bundle_says_the_same(run: RunCommand) -> None:
    """What was collected from the cluster is diagnosed later as it was then."""
    live = json.loads(run("diagnose", *FAILING, "-o", "json").out)
    assert 0 == run("collect", "mesh.tgz").status
    kept = json.loads(run("diagnose", "-f", "mesh.tgz", *FAILING, "-o", "json").out)

    assert without_places(live) == without_places(kept)


@pytest.mark.usefixtures("here")
def test_bundle_of_what_was_forbidden(run: RunCommand, tmp_path: Path) -> None:
    """What could not be seen is not seen later either."""
    forbidden = [("list", "networking.istio.io", "virtualservices", "*")]
    with ApiServer(cluster(SHOP, EXACT), forbidden=forbidden) as api:
        config = str(api.kubeconfig(tmp_path / "config"))
        live = json.loads(run("diagnose", "--no-looks", "--kubeconfig", config, *FAILING, "-o", "json").out)
        run("collect", "mesh.tgz", "--kubeconfig", config)
    kept = json.loads(run("diagnose", "-f", "mesh.tgz", *FAILING, "-o", "json").out)

    of_looks = [one for one in live["not_checked"] if one["what"].startswith("the log of")]
    live["not_checked"] = [one for one in live["not_checked"] if one not in of_looks]

    assert any(one["why"] == "forbidden" for one in kept["not_checked"])
    assert without_places(live) == without_places(kept)


def without_places(result: Any) -> Any:
    """A result without files and lines, which only a bundle has."""
    if isinstance(result, dict):
        return {key: without_places(each) for key, each in result.items() if key not in {"file", "line"}}
    return [without_places(each) for each in result] if isinstance(result, list) else result


def test_offline_reads_none(run: RunCommand, broken: ApiServer) -> None:
    """--offline, and files without --context."""
    run("diagnose", "--offline")
    run("diagnose", "-f", "bad.yaml")

    assert [] == broken.requests


def test_offline_against_a_context(run: RunCommand) -> None:
    """Both at once make no sense."""
    found = run("diagnose", "--offline", "--context", "east")

    assert 2 == found.status
    assert "--offline reads no cluster" in found.err


@pytest.mark.usefixtures("broken")
def test_manifest_over_the_cluster(run: RunCommand, here: Path) -> None:
    """--with lays a file over what runs: would it mend it?"""
    manifest = EXACT.replace("exact:", "prefix:")
    (here / "fix.yaml").write_text(manifest, encoding="utf-8")
    found = run("diagnose", *FAILING, "--with", "fix.yaml")

    assert manifest != EXACT
    assert 0 == found.status


def test_several_clusters(run: RunCommand, tmp_path: Path) -> None:
    """What is found names its context. One that does not answer is named, and the other is used."""
    config = tmp_path / "config"
    with ApiServer(cluster(SHOP, EXACT)) as east, ApiServer(cluster(SHOP)) as west:
        east.kubeconfig(config, context="east")
        west.kubeconfig(config, context="west")
        named = ("--kubeconfig", str(config), "--context", "east", "--context", "west")
        request = ("--from", "shop/deployment/web@east", *FAILING[2:])
        words = ("diagnose", *named, *request, "-o", "json")
        both = json.loads(run(*words).out)
        west.fail(faults.refused("*", 401, times=faults.ALWAYS))
        one = json.loads(run(*words).out)

    assert "east" == next(found["resource"]["cluster"] for found in both["findings"] if found["root"])
    assert any("west" in missing["what"] for missing in one["not_checked"])


def test_no_cluster_answers(run: RunCommand, tmp_path: Path) -> None:
    """One sentence: which cluster, why, and what to do."""
    with ApiServer([]) as api:
        config = api.kubeconfig(tmp_path / "config", context="east")
    found = run("diagnose", "--kubeconfig", str(config))

    assert (2, "") == (found.status, found.out)
    assert found.err.startswith("troubleshoot: the cluster east (http://127.0.0.1:")
    assert "there is no connection" in found.err


def test_log_where_no_cluster_answers(run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A log is enough: a cluster that nobody named may be out of reach."""
    with ApiServer([]) as api:
        monkeypatch.setenv("KUBECONFIG", str(api.kubeconfig(tmp_path / "config")))
    found = run("diagnose", "--log", "access.log", "-o", "json")

    assert 1 == found.status
    assert "the cluster" in [one["what"] for one in json.loads(found.out)["not_checked"]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--context", "nowhere"), "the context nowhere"),
        (("--kubeconfig", "nowhere"), "nowhere"),
        (("--request-timeout", "soon"), "--request-timeout"),
    ],
)
@pytest.mark.usefixtures("broken")
def test_wrong_flags(run: RunCommand, words: tuple[str, ...], sentence: str) -> None:
    """Named with what was wrong."""
    found = run("diagnose", *words)

    assert (2, "") == (found.status, found.out)
    assert sentence in found.err


@pytest.mark.usefixtures("broken")
def test_nothing_is_said_while_it_is_read(run: RunCommand) -> None:
    """Where standard error is no terminal; -v says what was read."""
    assert "" == run("diagnose").err
    assert "objects of test read in" in run("diagnose", "-v").err


@pytest.mark.usefixtures("broken")
def test_namespace_of_the_context(run: RunCommand) -> None:
    """Names without a namespace are looked up where kubectl would look them up."""
    found = run("diagnose", "--from", "deployment/web", "--to", "http://payments:8080/api/x", "-o", "json")

    assert "unreachable" == json.loads(found.out)["verdict"]


def test_forbidden_kind_leaves_the_end_open(run: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where VirtualServices may not be listed, no one says whether the request arrives, and the result says why."""
    forbidden = [("list", "networking.istio.io", "virtualservices", "*")]
    with ApiServer(cluster(SHOP, EXACT), forbidden=forbidden) as api:
        monkeypatch.setenv("KUBECONFIG", str(api.kubeconfig(tmp_path / "config", namespace="shop")))
        found = run("diagnose", *FAILING, "-o", "json")
    told = json.loads(found.out)

    assert ("undetermined", 3) == (told["verdict"], found.status)
    assert any("VirtualService" in step["detail"] for step in told["path"] if step["verdict"] == "unknown")


@pytest.mark.usefixtures("broken", "here")
def test_apply_is_offered(run: RunCommand) -> None:
    """For a fix that was proved on a live cluster, and for none of a file."""
    assert "add --apply" in run("diagnose", *FAILING).out
    assert "add --apply" not in run("diagnose", "-f", "bad.yaml", *FAILING).out


def test_pods_of_what_the_request_touches(run: RunCommand, broken: ApiServer) -> None:
    """Pods and endpoints are read of the namespaces alone that the request touches, configuration of all."""
    run("walk", *FAILING)
    lists = {path.partition("?")[0] for _, path, _ in broken.requests}

    assert "/api/v1/namespaces/shop/pods" in lists
    assert {"/api/v1/pods", "/apis/discovery.k8s.io/v1/endpointslices"}.isdisjoint(lists)
    assert "/apis/networking.istio.io/v1/virtualservices" in lists


def test_pods_of_an_audit(run: RunCommand, broken: ApiServer) -> None:
    """An audit reads all of them, at once."""
    run("diagnose")

    assert "/api/v1/pods" in {path.partition("?")[0] for _, path, _ in broken.requests}


ISTIOD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "istiod-1", "namespace": "istio-system", "labels": {"app": "istiod"}},
    "spec": {"containers": [{"name": "discovery"}]},
    "status": {"phase": "Running", "podIP": "10.0.0.9", "conditions": [{"type": "Ready", "status": "True"}]},
}


@pytest.mark.parametrize("joined", [True, False])
def test_clusters_that_istiod_reads(run: RunCommand, tmp_path: Path, *, joined: bool) -> None:
    """Only with a remote secret does istiod of east know the pods of west. It says so itself; no Secret is read."""
    config = tmp_path / "config"
    own = {"id": "east-id", "syncStatus": "synced"}
    other = {"id": "west-id", "secretName": "istio-system/istio-remote-secret-west-id", "syncStatus": "synced"}
    pages = {
        "east": {"/debug/clusterz": json.dumps([own, *([other] if joined else [])]).encode()},
        "west": {"/debug/clusterz": json.dumps([{"id": "west-id", "syncStatus": "synced"}]).encode()},
    }
    gone = [
        one for one in cluster(SHOP) if one["metadata"]["name"] != "payments-5d8f-a" and one["kind"] != "EndpointSlice"
    ]
    with (
        ApiServer([*gone, ISTIOD], proxies={("istio-system", "istiod-1"): pages["east"]}) as east,
        ApiServer([*cluster(SHOP), ISTIOD], proxies={("istio-system", "istiod-1"): pages["west"]}) as west,
    ):
        east.kubeconfig(config, context="east")
        west.kubeconfig(config, context="west")
        named = ("--kubeconfig", str(config), "--context", "east", "--context", "west")
        request = ("--from", "shop/deployment/web@east", *FAILING[2:])
        found = run("diagnose", *named, *request, "-o", "json")
        asked = [path for _, path, _ in (*east.requests, *west.requests)]
        assert run("collect", str(tmp_path / "mesh.tgz"), *named).status == 0
    result = json.loads(found.out)
    later = run("diagnose", "-f", str(tmp_path / "mesh.tgz"), *request, "-o", "json")
    assert later.err == ""

    assert "I look at the other clusters of istiod (pod istio-system/istiod-1 in east)" in found.err
    assert not [path for path in asked if "secrets" in path]
    assert ("reachable" if joined else "unreachable") == result["verdict"]
    assert result["verdict"] == json.loads(later.out)["verdict"]
