"""Remote secrets name the other Kubernetes clusters of a mesh."""

from __future__ import annotations

from dataclasses import replace

from tests.inventories import inventory
from troubleshooter.mesh import Mesh

SECRET = """
apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-west
  namespace: istio-system
  labels: {istio/multiCluster: "true"}
  annotations: {networking.istio.io/cluster: west}
"""
OTHER_SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: istio-system}
"""
SPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""


def not_read(*texts: str, cluster: str = "") -> list[str]:
    """The names of the secrets whose clusters were not read, where all objects come from one cluster."""
    held = inventory(*texts)
    placed = replace(held, objects=tuple(replace(thing, cluster=cluster) for thing in held.objects))
    return [place.name for place in Mesh(placed).clusters_not_read]


def test_cluster_of_which_nothing_was_read() -> None:
    """A remote secret names a cluster, and no object of it is there."""
    assert ["istio-remote-secret-west"] == not_read(SECRET, SPACE)


def test_cluster_that_was_read() -> None:
    """Objects of the cluster that a remote secret names are there."""
    assert [] == not_read(SECRET, SPACE, cluster="west")


def test_keys_name_the_cluster() -> None:
    """The keys of a remote secret are the names of its clusters."""
    named = SECRET.replace("  annotations: {networking.istio.io/cluster: west}\n", "") + 'data: {east: ""}\n'

    assert [] == not_read(named, cluster="east")


def test_other_secrets_name_none() -> None:
    """Only secrets with istiod's label count."""
    assert [] == not_read(OTHER_SECRET, SPACE)
