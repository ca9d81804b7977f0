"""Pods that controllers should make and cannot."""

from __future__ import annotations

import json

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.workload.workloads import Workload

CALL = (
    'Internal error occurred: failed calling webhook "rev.namespace.sidecar-injector.istio.io": failed to call '
    'webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": '
)
OWNER = "ownerReferences: [{kind: Deployment, name: web, controller: true}]"


def status(text: str, told: str = "True") -> str:
    """A status in which no pods can be made."""
    condition = {"type": "ReplicaFailure", "status": told, "reason": "FailedCreate", "message": text}
    return f'status: {{conditions: [{{type: Available, status: "False"}}, {json.dumps(condition)}]}}'


def made(kind: str, name: str, rest: str = "", *, meta: str = "") -> str:
    """Something that makes pods."""
    spec = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app}]}}"
    return thing(kind, name, spec, rest=rest, meta=meta)


def event(kind: str, name: str, text: str = CALL, reason: str = "FailedCreate") -> str:
    """An event about whoever makes pods."""
    about = f"reason: {reason}\ninvolvedObject: {{kind: {kind}, name: {name}}}\nmessage: {json.dumps(text)}"
    return thing("Event", f"{name}.1", rest=about)


def refusal(*texts: str) -> str:
    """What is told of the first workload, and where it stands."""
    found = mesh(*texts)
    told = found.workloads.creation.failure(found.workloads.all[0].object)
    return f"{told.refusal} {told.place.kind} {told.place.field}" if told else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CALL + "context deadline exceeded", "webhook-timeout"),
        (CALL + "dial tcp 10.0.0.7:15017: i/o timeout", "webhook-timeout"),
        (CALL + "dial tcp 10.0.0.7:15017: connect: connection timed out", "webhook-timeout"),
        (CALL + "net/http: request canceled while waiting for connection", "webhook-timeout"),
        (CALL + "Address is not allowed", "webhook-timeout"),
        (CALL + "dial tcp 10.96.44.51:443: connect: connection refused", "webhook-refused"),
        (CALL + 'no endpoints available for service "istiod"', "webhook-no-endpoints"),
        (CALL + 'service "istiod-1-11-2" not found', "webhook-no-endpoints"),
        (CALL + "x509: certificate signed by unknown authority", "webhook-certificate"),
        (CALL + "EOF", "webhook-other"),
        ('failed calling webhook "policy.example.com": context deadline exceeded', "other"),
        ('pods "web-1" is forbidden: exceeded quota: small', "quota"),
        ("", "other"),
    ],
)
def test_what_the_api_server_says(text: str, expected: str) -> None:
    """Only calls to Istio's injector are told apart."""
    assert f"{expected} Deployment status.conditions[1]" == refusal(made("Deployment", "web", status(text)))


def test_a_condition_that_does_not_hold() -> None:
    """A condition of old is no failure."""
    assert "" == refusal(made("Deployment", "web", status(CALL, told="False")))


def test_the_replica_set_of_a_deployment() -> None:
    """What its ReplicaSet cannot make, the Deployment has not."""
    below = made("ReplicaSet", "web-abc", status(CALL), meta=OWNER)

    assert "webhook-other ReplicaSet status.conditions[1]" == refusal(made("Deployment", "web"), below)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((made("StatefulSet", "web"), event("StatefulSet", "web")), "webhook-other Event message"),
        ((made("Deployment", "web"), event("ReplicaSet", "web-7d9f8b6c5")), "webhook-other Event message"),
        (
            (made("Deployment", "web"), made("ReplicaSet", "web-abc", meta=OWNER), event("ReplicaSet", "web-abc")),
            "webhook-other Event message",
        ),
        ((made("StatefulSet", "web"), event("StatefulSet", "other")), ""),
        ((made("StatefulSet", "web"), event("StatefulSet", "web", reason="FailedScheduling")), ""),
    ],
)
def test_events(texts: tuple[str, ...], expected: str) -> None:
    """An event is about a controller; one about a ReplicaSet that was not read is about the Deployment of its name."""
    assert expected == refusal(*texts)


def pods_of(*texts: str) -> int:
    """How many pods stand for the first workload."""
    found: Workload = mesh(*texts).workloads.all[0]
    return len(found.pods)


def test_nothing_stands_for_pods_that_cannot_be_made() -> None:
    """A workload that says so has no pods; an event may be old."""
    assert 0 == pods_of(made("Deployment", "web", status(CALL)))
    assert 1 == pods_of(made("StatefulSet", "web"), event("StatefulSet", "web"))
    assert 1 == pods_of(made("Deployment", "web"))
