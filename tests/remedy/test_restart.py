"""A restarted workload's pods come from its template, through injection."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.remedy.restart import restarted

POD = """
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: shop
  labels: {app: web, old: label, pod-template-hash: abc}
  ownerReferences: [{kind: ReplicaSet, name: web-abc, controller: true}]
spec: {nodeName: node-1, containers: [{name: web}]}
status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}
"""
WEB = ("", "apps", "Deployment", "shop", "web")


def test_new_pod_is_injected() -> None:
    """A pod made before its namespace asked for injection has a proxy after the restart, and keeps its place."""
    mesh = Mesh(restarted(inventory(SHOP, POD), [WEB]))
    workload = mesh.workloads.get("Deployment", "shop", "web")

    assert workload is not None
    assert [(True, "10.0.0.1", "node-1")] == [(p.proxy, p.address, p.spec["nodeName"]) for p in workload.pods]


def test_new_pod_has_the_labels_of_the_template() -> None:
    """Labels that only the old pod had are gone; the controller's own stay."""
    (pod,) = [o for o in restarted(inventory(SHOP, POD), [WEB]).objects if o.kind == "Pod"]

    assert {"app": "web", "pod-template-hash": "abc"} == pod.labels


def test_nothing_to_restart() -> None:
    """Without a workload to restart the inventory is the same."""
    before = inventory(SHOP, POD)

    assert before is restarted(before, [])


def test_workload_without_pods() -> None:
    """A workload that stands for its pods needs no new ones."""
    before = inventory(SHOP)

    assert before.objects == restarted(before, [WEB]).objects


NATIVE = "initContainers: [{name: istio-proxy, restartPolicy: Always}]"
HOOK = "lifecycle: {postStart: {exec: {command: [pilot-agent, wait]}}}"
HOLD = 'proxy.istio.io/config: "holdApplicationUntilProxyStarts: true"'
TOGETHER = "containers: [{name: web}, {name: istio-proxy}]"
WAITS = f"containers: [{{name: istio-proxy, {HOOK}}}, {{name: web}}]"


def proxies(pod_spec: str, *, asked: bool = False, noted: bool = False) -> list[str]:
    """The containers of a restarted pod, before a bar those that start first."""
    shop = SHOP.replace("labels: {app: web}", f"labels: {{app: web}}, annotations: {{{HOLD}}}") if asked else SHOP
    pod = POD.replace("containers: [{name: web}]", pod_spec.replace("\n", ", "))
    pod = pod.replace("  ownerRef", f"  annotations: {{{HOLD}}}\n  ownerRef") if noted else pod
    (made,) = [o for o in restarted(inventory(shop, pod), [WEB]).objects if o.kind == "Pod"]
    return [c["name"] for key in ("initContainers", "containers") for c in made.spec.get(key, ())]


def test_new_proxy_is_of_the_same_sort() -> None:
    """A native sidecar stays one; a proxy that goes first because the installation asks for it goes first again."""
    assert ["web", "istio-proxy"] == proxies(TOGETHER)
    assert ["istio-proxy", "web"] == proxies(f"{NATIVE}, containers: [{{name: web}}]")
    assert ["istio-proxy", "web"] == proxies(WAITS)


def test_new_proxy_goes_first_where_it_is_asked_for() -> None:
    """The annotation of the template makes the application wait, and no longer where it is gone."""
    assert ["istio-proxy", "web"] == proxies(TOGETHER, asked=True)
    assert ["web", "istio-proxy"] == proxies(WAITS, noted=True)


REFUSED = """
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: shop
  labels: {app: web, pod-template-hash: abc}
  ownerReferences: [{kind: ReplicaSet, name: web-abc, controller: true}]
spec: {containers: [{name: web, readinessProbe: {httpGet: {path: /, port: 80}}}, {name: istio-proxy}]}
status: {phase: Running, conditions: [{type: Ready, status: "False"}]}
"""
PROBED = SHOP.replace("[{name: web}]", "[{name: web, readinessProbe: {httpGet: {path: /, port: 80}}}]")
MODE = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: %s}}
"""


@pytest.mark.parametrize(("mode", "ready"), [("STRICT", True), ("PERMISSIVE", False)])
def test_probe_that_was_refused(mode: str, ready: bool) -> None:  # noqa: FBT001 - the expected answer
    """Injection rewrites it, and the pod is ready if nothing else kept it from that."""
    mesh = Mesh(restarted(inventory(PROBED, REFUSED, MODE % mode), [WEB]))
    workload = mesh.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    (pod,) = workload.pods

    assert (ready, 15020) == (pod.ready, pod.containers[0]["readinessProbe"]["httpGet"]["port"])
