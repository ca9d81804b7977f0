"""Which Kubernetes clusters istiod reads, as it tells itself, for those who may not read the Secrets that say so.

Decides: what istiod's list tells of Secrets, and which cluster is meant by an id. Must not know how the list was had.

Source: `clusterz` in istio/istio pilot/pkg/xds/debug.go: every cluster with its id, the Secret from which it is known
(none for istiod's own) and whether it could be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from troubleshooter.evidence.istiod.values import RemoteClusters
from troubleshooter.mesh.gateway.credentials import REMOTE
from troubleshooter.mesh.multicluster.clusters import ANNOTATION
from troubleshooter.model import Inventory, Object


def with_remote_clusters(inventory: Inventory, told: Mapping[str, RemoteClusters]) -> Inventory:
    """The inventory with what the istiod of each of these Kubernetes clusters tells: what Istio calls the cluster, and
    the Secrets for others, of which nothing but name, place and cluster is known. A Secret that was read stays."""
    ids = {one.id: cluster for cluster, page in told.items() for one in page.all if not one.secret}
    held = {thing.key for thing in inventory.objects}
    fresh = [thing for cluster, page in told.items() for thing in _secrets(cluster, page, ids) if thing.key not in held]
    return replace(
        inventory,
        objects=(*inventory.objects, *fresh),
        cluster_ids={**inventory.cluster_ids, **{cluster: name for name, cluster in ids.items()}},
        remotes_told=inventory.remotes_told | frozenset(told),
    )


def _secrets(cluster: str, page: RemoteClusters, ids: Mapping[str, str]) -> Iterator[Object]:
    for one in page.all:
        namespace, slash, name = one.secret.partition("/")
        if slash:
            metadata = {
                "name": name,
                "namespace": namespace,
                "labels": {REMOTE: "true"},
                "annotations": {ANNOTATION: ids.get(one.id, one.id)},
            }
            yield Object(raw={"apiVersion": "v1", "kind": "Secret", "metadata": metadata}, cluster=cluster)
