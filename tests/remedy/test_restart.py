"""A restarted workload's pods come from its template, through injection."""

from __future__ import annotations

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
