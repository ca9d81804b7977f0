"""Pods that stop: what objects and a log line tell of them."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, service, thing, walked
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.facts import observe
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case, Stage

HOST = "payments.shop.svc.cluster.local"
REMOTE = thing(
    "Secret", "east", namespace="istio-system", meta='labels: {istio/multiCluster: "true"}, annotations: {}'
)  # fmt: skip


def pod(name: str, address: str, *, app: str = "payments", more: str = "") -> str:
    """A running pod of a Deployment."""
    owner = f"{{kind: ReplicaSet, name: {app}-6c9f7d5b4, controller: true}}"
    meta = f"labels: {{app: {app}, pod-template-hash: 6c9f7d5b4}}, ownerReferences: [{owner}]{more}"
    status = f"""
        status: {{phase: Running, podIP: {address}, conditions: [{{type: Ready, status: "True"}}]}}
        """
    spec = "containers: [{name: app}, {name: istio-proxy}]"
    return thing("Pod", f"{app}-6c9f7d5b4-{name}", spec, meta=meta, rest=status)


def workload(name: str, *, container: str = "", pod_spec: str = "", notes: str = "") -> str:
    """A Deployment; `container` is more of its one container, `pod_spec` of its pods, `notes` are their annotations."""
    spec = f"""
        template:
          metadata: {{labels: {{app: {name}}}, annotations: {{{notes}}}}}
          spec: {{containers: [{{name: app{container}}}]{pod_spec}}}
        """
    return thing("Deployment", name, spec)


LIVE = [service("payments"), workload("payments"), workload("web"), pod("a", "10.244.1.21")]
CALLER = pod("w", "10.244.0.5", app="web")


def case(*texts: str, address: str = "10.244.1.7", side: str = "outbound|8080||" + HOST) -> Case:
    """The case of a connection to an address that failed."""
    held = mesh(*texts, CALLER)
    entry = AccessLogEntry(
        start_time="",
        method="GET",
        response_code=503,
        flags=("UF",),
        upstream_cluster=side,
        upstream_host=f"{address}:8080",
    )
    seen, observation = observe(walked(held, "http://payments:8080/"), entry, {"UF": Stage.APPLICATION})
    return walk_cases(held, seen, observation)[0]


def word(found: Case, fact: str) -> str:
    """The word of a fact, "" where it is not known."""
    return found.facts[fact].word if fact in found.facts else ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: case(*LIVE), "gone"),
        (lambda: case(*LIVE, address="10.244.1.21"), "there"),
        (lambda: case(*LIVE, pod("b", "10.244.1.7", more=', deletionTimestamp: "2026-11-21"')), "stopping"),
        (lambda: case(*LIVE, address="10.244.0.5"), ""),
        (lambda: case(*LIVE, REMOTE), "remote"),
        (lambda: case(*LIVE[:3]), ""),
        (lambda: case(*LIVE, side="inbound|8080||"), ""),
    ],
    ids=["gone", "there", "stopping", "somebody-else", "other-cluster", "no-pods", "inbound"],
)
def test_whether_the_endpoint_is_there_still(found: object, expected: str) -> None:
    """An address without a pod is gone, unless another cluster may have it, or pods were not seen."""
    assert callable(found)
    assert expected == word(found(), "failure.endpoint")


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("", "absent"),
        (", lifecycle: {postStart: {}}", "absent"),
        (", lifecycle: {preStop: {sleep: {seconds: 5}}}", "present"),
    ],
)
def test_whether_the_application_waits(container: str, expected: str) -> None:
    """Only a preStop hook is a wait that an object tells."""
    texts = [service("payments"), workload("payments", container=container), workload("web"), pod("a", "10.244.1.21")]

    assert expected == word(case(*texts), "target.stop_hook")


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("", '{"terminationDrainDuration": "15s"}'),
        ("""proxy.istio.io/config: '{"concurrency": 2}'""", '{"concurrency": 2, "terminationDrainDuration": "15s"}'),
        ("proxy.istio.io/config: 'concurrency: 2'", "concurrency: 2\nterminationDrainDuration: 15s\n"),
        ("proxy.istio.io/config: 'terminationDrainDuration: 60s'", "terminationDrainDuration: 60s"),
    ],
)
def test_settings_of_the_proxy_are_kept(notes: str, expected: str) -> None:
    """The longer time to drain is added to what the annotation says."""
    texts = [service("payments"), workload("payments", notes=notes), workload("web"), pod("a", "10.244.1.21")]

    assert expected == case(*texts).details["target.config_drained"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [("", 30), (", terminationGracePeriodSeconds: 5", 30), (", terminationGracePeriodSeconds: 90", 90)],
)
def test_the_time_to_stop_is_never_made_shorter(spec: str, expected: int) -> None:
    """It is the one that is set, or Kubernetes' default where that is longer."""
    texts = [service("payments"), workload("payments", pod_spec=spec), workload("web"), pod("a", "10.244.1.21")]

    assert expected == case(*texts).details["target.grace"]
