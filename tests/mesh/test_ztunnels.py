"""Nodes on which no ztunnel runs, and the pods that suffer from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.workload.ztunnels import Lost
from troubleshooter.model import Inventory

SET = thing(
    "DaemonSet", "ztunnel", "template: {metadata: {labels: {app: ztunnel}}, spec: {}}", namespace="istio-system"
)  # fmt: skip
RUNS = "ready: true, state: {running: {}}"
FAILS = "ready: false, state: {waiting: {reason: CrashLoopBackOff}}"


def ztunnel(node: str, state: str = RUNS, *, more: str = "") -> str:
    """The ztunnel of a node."""
    ready = "True" if "true" in state else "False"
    status = f"""
        status:
          conditions: [{{type: Ready, status: "{ready}"}}]
          containerStatuses: [{{name: istio-proxy, {state}}}]
        """
    meta = f"labels: {{app: ztunnel}}, ownerReferences: [{{kind: DaemonSet, name: ztunnel, controller: true}}]{more}"
    spec = f"{{nodeName: {node}, containers: [{{name: istio-proxy}}]}}"
    name = f"ztunnel-{node}{'-old' if more else ''}"
    return thing("Pod", name, spec, meta=meta, rest=status, namespace="istio-system")


def pod(node: str = "east-1", *, notes: str = "ambient.istio.io/redirection: enabled") -> str:
    """A pod of the application."""
    return thing("Pod", "web", f"{{nodeName: {node}, containers: [{{name: app}}]}}", meta=f"annotations: {{{notes}}}")


def lost(*texts: str, listed: bool = False) -> Lost | None:
    """What becomes of the connections of the pod; `listed` where all pods were asked for."""
    held = mesh(SET, *texts)
    if listed:
        held = Mesh(replace(held.inventory, listed=frozenset({("", CORE, "Pod", "")})))
    found = held.workloads.pod("shop", "web")
    assert found is not None
    return held.ztunnels.lost(found[1])


def test_ztunnel_that_does_not_run() -> None:
    """The node is named, with the state of the container."""
    found = lost(pod(), ztunnel("east-1", FAILS), ztunnel("east-2"))

    assert found is not None
    assert ("down", "east-1", "status.containerStatuses[0]") == (found.why, found.node, found.place.field)


def test_node_without_one() -> None:
    """Where all pods were listed and none is of the node, the DaemonSet is named."""
    found = lost(pod(), ztunnel("east-2"), listed=True)

    assert found is not None
    assert ("absent", "DaemonSet") == (found.why, found.place.kind)


@pytest.mark.parametrize(
    "texts",
    [
        [pod(), ztunnel("east-1")],
        [pod("east-2"), ztunnel("east-1", FAILS), ztunnel("east-2")],
        [pod(notes="x: y"), ztunnel("east-1", FAILS)],
        [pod(), ztunnel("east-1", FAILS, more=", deletionTimestamp: now"), ztunnel("east-1")],
        [pod(), ztunnel("east-1", "ready: false, state: {running: {}}")],
        [pod(), ztunnel("east-1", "ready: false, state: {waiting: {reason: ContainerCreating}}")],
        [pod(), ztunnel("east-2")],
    ],
    ids=["runs", "other-node", "not-redirected", "replaced", "not-ready", "starting", "not-listed"],
)
def test_nothing_is_said(texts: list[str]) -> None:
    """Of pods that are served, or may be."""
    assert lost(*texts) is None


def test_daemon_set_whose_pods_nobody_needs() -> None:
    """A node without pods of ambient mode is no trouble yet."""
    held = mesh(SET, pod("east-2"), ztunnel("east-1", FAILS), ztunnel("east-2"))

    assert held.ztunnels.without(held.ztunnels.sets[0]) is None


def test_daemon_set_of_another_cluster() -> None:
    """Each is told of its own nodes alone."""
    well = mesh(SET, ztunnel("east-1"), pod()).inventory.objects
    ill = mesh(SET, ztunnel("west-1", FAILS), pod("west-1")).inventory.objects
    both = [replace(thing, cluster="east") for thing in well] + [replace(thing, cluster="west") for thing in ill]
    held = Mesh(Inventory(objects=tuple(both)))
    found = {made.object.cluster: held.ztunnels.without(made) for made in held.ztunnels.sets}

    assert found["east"] is None
    assert found["west"] is not None
    assert "west-1" == found["west"].node
