"""Health probes that meet a port which takes mutual TLS only."""

from __future__ import annotations

import json

import pytest

from tests.meshes import SPACES, mesh, service, thing
from troubleshooter.mesh import Mesh

STRICT = thing("PeerAuthentication", "default", "mtls: {mode: STRICT}")
OFF = 'sidecar.istio.io/rewriteAppHTTPProbers: "false"'
READY = "readinessProbe: {httpGet: {path: /ready, port: 8080}}"


def shop(probe: str = READY, notes: str = OFF, *texts: str, policy: str = STRICT) -> Mesh:
    """A mesh with the workload web and its Service."""
    spec = f"""
    template:
      metadata: {{labels: {{app: web}}, annotations: {{{notes}}}}}
      spec: {{containers: [{{name: app, ports: [{{name: health, containerPort: 9000}}], {probe}}}]}}
    """
    return mesh(SPACES, service("web"), thing("Deployment", "web", spec), policy, *texts)


def refused(held: Mesh) -> tuple[str, int, str] | None:
    """The kind and port of the refused probe of web, and what keeps it as it is."""
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    found = held.probes.refused(workload.representative, workload)
    return (found.probe.kind, found.probe.port, found.kept_by) if found else None


def injector(text: str) -> str:
    """The injector's ConfigMap with these values."""
    return thing(
        "ConfigMap", "istio-sidecar-injector", namespace="istio-system", rest=f"data: {{values: {json.dumps(text)}}}"
    )


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (READY, ("readiness", 8080, "annotation")),
        ("livenessProbe: {httpGet: {port: health}}", ("liveness", 9000, "annotation")),
        ("startupProbe: {grpc: {port: 8080}}", ("startup", 8080, "annotation")),
        ('livenessProbe: {httpGet: {port: "8080"}}', ("liveness", 8080, "annotation")),
        ("readinessProbe: {httpGet: {port: unknown}}", None),
        ("readinessProbe: {httpGet: {port: 8080, host: example.com}}", None),
        ("readinessProbe: {httpGet: {path: /app-health/app/readyz, port: 15020}}", None),
        ("readinessProbe: {tcpSocket: {port: 8080}}", None),
        ("readinessProbe: {exec: {command: [ls]}}", None),
        (f"livenessProbe: {{httpGet: {{port: 8080}}}}, {READY}", ("readiness", 8080, "annotation")),
    ],
)
def test_which_probes_are_refused(probe: str, expected: tuple[str, int, str] | None) -> None:
    """HTTP and gRPC probes that go to a port of the application itself."""
    assert expected == refused(shop(probe))


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("", False),
        ('sidecar.istio.io/rewriteAppHTTPProbers: "true"', False),
        ('sidecar.istio.io/rewriteAppHTTPProbers: "F"', True),
        ('sidecar.istio.io/rewriteAppHTTPProbers: "no"', False),
        (f'{OFF}, traffic.sidecar.istio.io/excludeInboundPorts: "8080"', False),
    ],
)
def test_what_the_pod_says(notes: str, expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """Its annotation decides, as far as its proxy takes the probe at all."""
    assert expected is (refused(shop(READY, notes)) is not None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ('{"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": false}}', ("readiness", 8080, "injector")),
        ('{"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": true}}', None),
        ("{}", None),
        ("{", None),
    ],
)
def test_what_the_injector_says(values: str, expected: tuple[str, int, str] | None) -> None:
    """Where the pods say nothing, its values decide; what cannot be read says nothing."""
    assert expected == refused(shop(READY, "", injector(values)))


def test_where_plaintext_is_taken() -> None:
    """PERMISSIVE lets the kubelet in."""
    assert None is refused(shop(policy=thing("PeerAuthentication", "default", "mtls: {mode: PERMISSIVE}")))


@pytest.mark.parametrize(
    ("ready", "state", "expected"),
    [
        ("True", "", None),
        ("False", "", ("readiness", 8080, "pod")),
        ("False", "ImagePullBackOff", None),
    ],
)
def test_pod_that_was_seen(ready: str, state: str, expected: tuple[str, int, str] | None) -> None:
    """Its probe is refused if it is not ready, and nothing else is known to keep it from that."""
    waiting = f"containerStatuses: [{{name: app, state: {{waiting: {{reason: {state}}}}}}}], " if state else ""
    pod = thing(
        "Pod", "web-1-x", f"containers: [{{name: app, {READY}}}, {{name: istio-proxy}}]",
        meta="labels: {app: web, pod-template-hash: '1'}, ownerReferences: [{kind: ReplicaSet, name: web-1}]",
        rest=f"status: {{phase: Running, {waiting}conditions: [{{type: Ready, status: '{ready}'}}]}}",
    )  # fmt: skip

    assert expected == refused(shop(READY, "", pod))


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (READY, "pods-not-ready"),
        ("livenessProbe: {httpGet: {port: 8080}}", "none"),
        ("startupProbe: {grpc: {port: 8080}}", "pods-not-ready"),
    ],
)
def test_endpoints_of_pods_that_are_never_ready(probe: str, expected: str) -> None:
    """A pod of which the readiness or startup probe is refused takes no requests."""
    held = shop(probe)
    found = held.registry.get("web.shop.svc.cluster.local")
    assert found is not None

    assert expected == held.endpoints(found, found.ports[0]).absence


def test_service_that_publishes_pods_that_are_not_ready() -> None:
    """Its endpoints take requests whether they are ready or not."""
    held = shop(READY, OFF, service("early", more="publishNotReadyAddresses: true").replace("app: early", "app: web"))
    found = held.registry.get("early.shop.svc.cluster.local")
    assert found is not None

    assert "none" == held.endpoints(found, found.ports[0]).absence
