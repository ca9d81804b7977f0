"""What istiod's own list of clusters says of a mesh of several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.evidence.istiod.values import RemoteCluster, RemoteClusters
from troubleshooter.facts.of_evidence.remote_clusters import with_remote_clusters
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.gateway.credentials import missing
from troubleshooter.model import Inventory

OWN = RemoteCluster(id="east-id", status="synced")
WEST = RemoteCluster(id="west-id", status="synced", secret="istio-system/istio-remote-secret-west-id")  # noqa: S106
OTHER = RemoteCluster(id="other", status="synced", secret="istio-system/istio-remote-secret-other")  # noqa: S106


def two_clusters() -> Inventory:
    """The shop in east and in west."""
    objects = inventory(SHOP).objects
    both = tuple(replace(thing, cluster=cluster) for cluster in ("east", "west") for thing in objects)
    return Inventory(objects=both)


def told(*east: RemoteCluster) -> Inventory:
    """The same with what the istiod of each says."""
    west = replace(OWN, id="west-id")
    pages = {"east": RemoteClusters(all=(OWN, *east)), "west": RemoteClusters(all=(west,))}
    return with_remote_clusters(two_clusters(), pages)


@pytest.mark.parametrize(("remotes", "expected"), [((WEST,), {"east", "west"}), ((), {"east"})])
def test_whose_services_are_read(remotes: tuple[RemoteCluster, ...], expected: set[str]) -> None:
    """Those of the clusters in the list, and no others."""
    seen = Mesh(told(*remotes)).seen_from("east")

    assert expected == {thing.cluster for thing in seen.inventory.objects if thing.kind == "Service"}


def test_without_a_list() -> None:
    """Nothing is known, so every cluster is taken to be read."""
    seen = Mesh(two_clusters()).seen_from("east")

    assert {"east", "west"} == {thing.cluster for thing in seen.inventory.objects if thing.kind == "Service"}


def test_cluster_that_nobody_looked_at() -> None:
    """It may have endpoints of any service, and is named by the Secret from which istiod knows it."""
    assert ["istio-remote-secret-other"] == [one.name for one in Mesh(told(OTHER)).clusters_not_read]
    assert () == Mesh(told(WEST)).clusters_not_read


def test_names_of_istio() -> None:
    """MeshNetworks calls clusters by Istio's ids, whatever a kubeconfig calls them."""
    assert {"east": "east-id", "west": "west-id"} == told(WEST).cluster_ids


def test_secrets_of_gateways() -> None:
    """That istiod told of remote secrets does not mean that the others of that namespace were looked at."""
    gateway = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec:
  selector: {istio: ingress}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: shop-cert}
    hosts: [shop.example.com]
"""
    objects = tuple(replace(thing, cluster="east") for thing in inventory(gateway).objects)
    mesh = Mesh(with_remote_clusters(Inventory(objects=objects), {"east": RemoteClusters(all=(OWN, WEST))}))

    (thing,) = (one for one in mesh.inventory.objects if one.kind == "Gateway")
    (server,) = mesh.gateways.servers(thing)

    assert missing(mesh.index, server, "istio-system") is None
