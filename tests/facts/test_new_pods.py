"""Pods that have just started: what has to answer before they get requests, and whether failures came in their first
minute."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, service, thing, walked
from troubleshooter.evidence import AccessLogEntry, Recurrence
from troubleshooter.facts import observe
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case, Stage

OWNER = "ownerReferences: [{kind: ReplicaSet, name: payments-6c9f7d5b4, controller: true}]"
META = f"labels: {{app: payments, pod-template-hash: 6c9f7d5b4}}, {OWNER}"
BEGAN = 1_795_252_440
"""2026-11-21T09:14:00Z in Unix time."""


def pod(started: str = "2026-11-21T09:14:00Z", *, restarts: int = 0, probe: str = "") -> str:
    """The pod of the Deployment, with the time at which its application was started."""
    state = f'{{name: app, restartCount: {restarts}, state: {{running: {{startedAt: "{started}"}}}}}}'
    status = f"""
        status:
          phase: Running
          podIP: 10.244.1.21
          conditions: [{{type: Ready, status: "True"}}]
          containerStatuses: [{state}]
        """
    spec = f"containers: [{{name: app{probe}}}, {{name: istio-proxy}}]"
    return thing("Pod", "payments-6c9f7d5b4-k8q2t", spec, meta=META, rest=status)


def workload(probe: str = "", *, gates: str = "") -> str:
    """The Deployment, with a probe of its container."""
    spec = f"""
        template:
          metadata: {{labels: {{app: payments}}}}
          spec: {{containers: [{{name: app, ports: [{{name: web, containerPort: 8080}}]{probe}}}]{gates}}}
        """
    return thing("Deployment", "payments", spec)


def case(*texts: str, at: str = "2026-11-21T09:14:05Z", inbound: bool = True, last: int | None = None) -> Case:
    """The case of a connection that was refused; `last` is how long after the start the last one was."""
    caller = thing("Deployment", "web", "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app}]}}")
    held = mesh(service("payments"), caller, *texts)
    entry = AccessLogEntry(
        start_time=at,
        method="GET",
        response_code=503,
        flags=("UF",),
        upstream_cluster="inbound|8080||" if inbound else "outbound|8080||payments.shop.svc.cluster.local",
        upstream_host="127.0.0.1:8080" if inbound else "10.244.1.21:8080",
        downstream_local="10.244.1.21:8080" if inbound else "10.96.0.7:8080",
    )
    again = Recurrence(last=None if last is None else BEGAN + last, recovered=last == 1)
    request = walked(held, "http://payments:8080/")
    seen, observation = observe(request, entry, {"UF": Stage.APPLICATION}, recurrence=again)
    return walk_cases(held, seen, observation)[0]


def word(found: Case, fact: str) -> str:
    """The word of a fact, "" where it is not known."""
    return found.facts[fact].word if fact in found.facts else ""


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ("", "none"),
        (", livenessProbe: {tcpSocket: {port: 8080}}", "none"),
        (", readinessProbe: {tcpSocket: {port: 8080}}", "asked"),
        (', readinessProbe: {httpGet: {port: "8080"}}', "asked"),
        (", startupProbe: {httpGet: {port: web}}", "asked"),
        (", readinessProbe: {grpc: {port: 8080}}", "asked"),
        (", readinessProbe: {httpGet: {port: 8080, host: example.org}}", "other-port"),
        (", readinessProbe: {httpGet: {port: 9090}}", "other-port"),
        (", readinessProbe: {exec: {command: [x]}}", "command"),
        (", readinessProbe: {exec: {command: [x]}}, startupProbe: {tcpSocket: {port: 8080}}", "asked"),
    ],
)
def test_what_has_to_answer_before_a_pod_is_ready(probe: str, expected: str) -> None:
    """Startup and readiness probes count, and whether one of them asks the port that is called."""
    assert expected == word(case(workload(probe)), "target.readiness_probe")


@pytest.mark.parametrize(
    "texts",
    [
        [workload(gates=", readinessGates: [{conditionType: balancer}]")],
        [workload(), pod(probe=", readinessProbe: {tcpSocket: {port: 15020}}")],
        [workload(", readinessProbe: {tcpSocket: {port: 8080}}"), pod()],
    ],
    ids=["readiness-gates", "pod-of-another-template", "pod-of-an-older-template"],
)
def test_more_than_probes_decides(texts: list[str]) -> None:
    """With readiness gates, or where pods are not as their template is, nothing is said."""
    assert "" == word(case(*texts), "target.readiness_probe")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: case(workload(), pod()), "new"),
        (lambda: case(workload(), pod(), inbound=False), "new"),
        (lambda: case(workload(), pod(), last=30), "new"),
        (lambda: case(workload(), pod(), last=300), "old"),
        (lambda: case(workload(), pod(), at="2026-11-21T09:16:00Z"), "old"),
        (lambda: case(workload(), pod(), at="2026-11-21T09:13:59Z"), ""),
        (lambda: case(workload(), pod(), at="yesterday"), ""),
        (lambda: case(workload(), pod(restarts=1)), ""),
        (lambda: case(workload(), pod(started="soon")), ""),
        (lambda: case(workload()), ""),
    ],
    ids=[
        "first-moments",
        "caller",
        "short",
        "for-minutes",
        "later",
        "before",
        "no-time",
        "again",
        "unclear",
        "no-pods",
    ],
)
def test_whether_a_pod_was_new(found: object, expected: str) -> None:
    """All such failures came in the first minute of the run of its application, which is its first."""
    assert callable(found)
    assert expected == word(found(), "failure.endpoint_age")


def test_pods_that_answer_later() -> None:
    """What the log tells of the time after the failures is a fact."""
    assert "answers" == word(case(workload(), pod(), last=1), "failure.endpoint_since")
    assert "" == word(case(workload(), pod(), last=2), "failure.endpoint_since")
