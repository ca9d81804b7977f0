"""Workloads that are taken away: which ones a name means, and what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import SHOP, inventory
from tests.meshes import thing
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory
from troubleshooter.walk import RequestError
from troubleshooter.walk.request.without import take_away

POD = thing("Pod", "payments-0", "containers: [{name: app}]", meta="labels: {app: payments}")


def clusters(**texts: str) -> Inventory:
    """Objects of several Kubernetes clusters."""
    held = [replace(o, cluster=name) for name, text in texts.items() for o in inventory(text).objects]
    return Inventory(objects=tuple(held))


def gone(held: Inventory, *names: str, source: str = "") -> list[str]:
    """What is taken away: cluster, kind and name of each."""
    return [f"{c} {kind}/{name}" for c, _, kind, _, name in sorted(take_away(held, names, "shop", source).without)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop/deployment/web", " Deployment/web"),
        ("deployment/web", " Deployment/web"),
        ("web", " Deployment/web"),
        ("payments-0", " Pod/payments-0"),
        ("shop/pod/payments-0", " Pod/payments-0"),
    ],
)
def test_names_are_those_of_callers(name: str, expected: str) -> None:
    """Kind and namespace may be left out, as with --from."""
    assert [expected] == gone(inventory(SHOP, POD), name)


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("web@west", "", "west Deployment/web"),
        ("web", "shop/deployment/web@west", "west Deployment/web"),
        ("web", "", "east Deployment/web"),
    ],
)
def test_cluster_of_a_name(name: str, source: str, expected: str) -> None:
    """Without one it is that of the caller, else the first that has it."""
    assert [expected] == gone(clusters(east=SHOP, west=SHOP), name, source=source)


def test_namespace_of_a_name() -> None:
    """Without one, and with no namespace for all such names, it is that of the caller."""
    held = take_away(inventory(SHOP), ["web"], source="shop/deployment/web")
    assert [("shop", "web")] == [(namespace, name) for _, _, _, namespace, name in held.without]


def test_pods_are_not_ready() -> None:
    """Pods of a workload, and what stands for them, count as not ready."""
    held = Mesh(take_away(inventory(SHOP), ["web"], "shop"))
    found = held.workloads.get("Deployment", "shop", "web")

    assert found is not None
    assert [False] == [pod.ready for pod in found.pods]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wbe", "--without wbe: there is no pod/wbe in namespace shop; there is "),
        ("web@north", "--without web@north: no Kubernetes cluster is called north; there is east, west"),
        ("void/web", "--without void/web: nothing runs in namespace void, as far as the input shows"),
        ("shop/thing/web", "--without shop/thing/web: thing is no kind of workload"),
        ("a/b/c/d", "--without a/b/c/d: write [NAMESPACE/][KIND/]NAME"),
    ],
)
def test_wrong_names_are_refused(name: str, said: str) -> None:
    """What is there is said."""
    with pytest.raises(RequestError) as error:
        gone(clusters(east=SHOP, west=SHOP), name)

    assert str(error.value).startswith(said)
