"""Callers of a named Kubernetes cluster."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Object
from troubleshooter.walk import RequestError, parse_request, walk

POD = """
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop}
spec: {containers: [{name: job}]}
"""


def _mesh(**clusters: str) -> Mesh:
    """A mesh of several clusters, each of its own text."""
    held = [(name, o) for name, text in clusters.items() for o in inventory(text).objects]
    return Mesh(Inventory(objects=tuple(Object(raw=o.raw, file=o.file, cluster=name) for name, o in held)))


def _caller(mesh: Mesh, source: str) -> str:
    """The cluster of the caller that a walk sets out from."""
    found = walk(mesh, parse_request("http://payments.shop:8080/", source=source))
    workload = found.trails[0].hops[0].party.workload
    return workload.object.cluster if workload else ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("shop/deployment/web@west", "west"),
        ("shop/deployment/web@east", "east"),
        ("shop/deployment/web", "east"),
        ("shop/web@west", "west"),
        ("shop/job@west", "west"),
    ],
)
def test_caller_of_a_cluster(source: str, expected: str) -> None:
    """The cluster after `@` is the caller's; without one the first that has it counts."""
    assert expected == _caller(_mesh(east=SHOP, west=f"{SHOP}---{POD}"), source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("shop/deployment/web@north", "--from: no Kubernetes cluster is called north; there is east, west"),
        ("shop/job@east", "--from: there is no pod/job in namespace shop of cluster east; there is "),
    ],
)
def test_no_such_caller(source: str, said: str) -> None:
    """A cluster that is not there, and a caller that it does not have, are wrong usage."""
    with pytest.raises(RequestError) as error:
        _caller(_mesh(east=SHOP, west=f"{SHOP}---{POD}"), source)

    assert str(error.value).startswith(said)


def test_no_cluster_was_named() -> None:
    """Where no cluster has a name, how to give one is said."""
    with pytest.raises(RequestError, match=r"name one with -f east=PATH"):
        _caller(Mesh(inventory(SHOP)), "shop/deployment/web@east")
