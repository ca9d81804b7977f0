"""After a change Kubernetes does its part: pods are made, and EndpointSlices follow."""

from __future__ import annotations

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory
from troubleshooter.remedy.settle import settled

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: wb}, ports: [{name: http, port: 80}]}
"""
SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-abc, namespace: shop, labels: {kubernetes.io/service-name: web}}
endpoints: []
"""
BY_HAND = SLICE.replace("web-abc", "web-hand").replace(
    "{kubernetes", "{endpointslice.kubernetes.io/managed-by: me, kubernetes"
)
STOPPED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: idle, namespace: shop}
spec: {replicas: 0, template: {metadata: {labels: {app: idle}}, spec: {containers: [{name: app}]}}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: shop}
spec: {containers: [{name: app}]}
status: {phase: Running}
"""


def changed(before: Inventory, name: str, **spec: object) -> Inventory:
    """The inventory with fields of one object's spec set."""
    (old,) = [thing for thing in before.objects if thing.name == name and thing.spec]
    return before.changed(put=[old.with_raw({**old.raw, "spec": {**old.spec, **spec}})])


def names(held: Inventory, kind: str) -> list[str]:
    """The names of all objects of a kind."""
    return [thing.name for thing in held.objects if thing.kind == kind]


def test_endpoints_follow_a_selector() -> None:
    """EndpointSlices of a Service that was changed are written anew, but for those that somebody else keeps."""
    before = inventory(SERVICE, SLICE, BY_HAND)
    after = changed(before, "web", selector={"app": "web"})

    assert ["web-hand"] == names(settled(before, after, ()), "EndpointSlice")


def test_endpoints_follow_the_pods() -> None:
    """EndpointSlices of a Service that selects a changed workload are written anew."""
    before = inventory(SERVICE.replace("wb", "idle"), SLICE, STOPPED)

    assert [] == names(settled(before, changed(before, "idle", replicas=2), ()), "EndpointSlice")


def test_other_endpoints_stay() -> None:
    """EndpointSlices of a Service that has nothing to do with a change stay."""
    before = inventory(SERVICE, SLICE, STOPPED)

    assert ["web-abc"] == names(settled(before, changed(before, "idle", replicas=2), ()), "EndpointSlice")


def test_first_pod_is_made() -> None:
    """A workload that had none gets a pod that is ready, also where pods were seen."""
    before = inventory(STOPPED, POD)
    workload = Mesh(settled(before, changed(before, "idle", replicas=2), ())).workloads.get(
        "Deployment", "shop", "idle"
    )

    assert workload is not None
    assert [("idle-0", True)] == [(p.name, p.ready) for p in workload.pods]


def test_pods_go_with_their_number() -> None:
    """A workload that is scaled to zero loses its pods."""
    before = inventory(STOPPED, POD)
    grown = settled(before, changed(before, "idle", replicas=2), ())

    assert ["other"] == names(settled(grown, changed(grown, "idle", replicas=0), ()), "Pod")


def test_nothing_changed() -> None:
    """Where nothing changed, nothing is done."""
    before = inventory(SHOP, SERVICE, SLICE)

    assert before.objects == settled(before, before, ()).objects
