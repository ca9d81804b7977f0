"""Calls to the address of one pod."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, death, mesh, service, step, thing, walked
from troubleshooter.mesh import Mesh

STRICT = thing("PeerAuthentication", "default", "mtls: {mode: STRICT}")
SIDECAR = thing("Sidecar", "default", "egress: [{hosts: ['istio-system/*']}]")


def pod(name: str, address: str, *, ready: str = "True", proxy: str = ", {name: istio-proxy}") -> str:
    """A pod of the StatefulSet cache."""
    owners = "ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: cache, controller: true}]"
    labels = "labels: {app: cache, security.istio.io/tlsMode: istio}"
    return thing(
        "Pod",
        name,
        f"containers: [{{name: redis}}{proxy}]",
        meta=f"{labels}, {owners}",
        rest=f"status: {{podIP: {address}, phase: Running, conditions: [{{type: Ready, status: '{ready}'}}]}}",
    )


def cache(ports: str, *texts: str, more: str = "clusterIP: None", ready: str = "True", proxy: str = "x") -> Mesh:
    """Two pods of cache, of which each may call the other, behind a Service."""
    first = pod("cache-0", "10.1.0.5") if proxy else pod("cache-0", "10.1.0.5", proxy="")
    whole = thing("StatefulSet", "cache", "replicas: 2\ntemplate: {metadata: {labels: {app: cache}}}")
    return mesh(
        SPACES,
        service("cache", ports, more=more),
        whole,
        first,
        pod("cache-1", "10.1.0.6", ready=ready),
        STRICT,
        *texts,
    )


@pytest.mark.parametrize(
    ("ports", "url", "mode"),
    [
        ("{name: tcp-redis, port: 6379}", "tcp://10.1.0.6:6379", "mtls"),
        ("{name: redis, port: 6379}", "tcp://10.1.0.6:6379", "mtls"),
        ("{name: peers, port: 6379}", "tcp://10.1.0.6:6379", "mtls"),
        ("{name: peers, port: 6379}", "http://10.1.0.6:6379", "mtls"),
        ("{name: http, port: 6379}", "http://10.1.0.6:6379", "plaintext"),
        ("{name: tcp-redis, port: 6380}", "tcp://10.1.0.6:6379", "plaintext"),
    ],
)
def test_what_is_sent_to_a_pod_of_a_headless_service(ports: str, url: str, mode: str) -> None:
    """Its ports make a listener for each pod, but for those that are declared HTTP."""
    found = walked(cache(ports), url, "shop/pod/cache-0")

    assert mode == step(found, "transport").result["mode"]


@pytest.mark.parametrize(
    "held",
    [
        cache("{name: tcp, port: 6379}", more="clusterIP: 10.96.0.7"),
        cache("{name: tcp, port: 6379}", ready="False"),
        cache("{name: tcp, port: 6379}", SIDECAR),
        cache("{name: tcp, port: 6379}", proxy=""),
    ],
)
def test_where_no_listener_is_for_a_pod(held: Mesh) -> None:
    """A Service with an address of its own, a pod that is not ready, a Service that is not imported, or no proxy."""
    assert "plaintext" == step(walked(held, "tcp://10.1.0.6:6379", "shop/pod/cache-0"), "transport").result["mode"]


def test_name_of_the_listener() -> None:
    """It is for the address of the pod."""
    found = walked(cache("{name: tcp, port: 6379}"), "tcp://10.1.0.6:6379", "shop/pod/cache-0")

    assert "10.1.0.6_6379" == step(found, "listener").result["name"]


def test_pod_that_calls_itself() -> None:
    """By its own address it reaches itself past its proxy, whatever that accepts."""
    found = walked(cache("{name: tcp, port: 6380}"), "tcp://10.1.0.5:6379", "shop/pod/cache-0")

    assert ("reachable", "", "capture") == (
        found.walk.verdict,
        death(found),
        str(found.walk.branches[0].path[-1].stage),
    )


def test_workload_that_calls_one_of_its_pods() -> None:
    """Another of its pods may be the one that calls."""
    found = walked(cache("{name: tcp, port: 6379}"), "tcp://10.1.0.5:6379", "shop/statefulset/cache")

    assert "mtls" == step(found, "transport").result["mode"]
