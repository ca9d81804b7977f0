"""Manifests laid over a mesh.

Decides: of which Kubernetes cluster they are. Must not know what any object means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troubleshooter.collect.errors import InputError, note
from troubleshooter.model import Inventory


def overlay(inventory: Inventory, over: Inventory) -> Inventory:
    """The inventory with the objects of `over` laid over it: each replaces the whole object of its key, or is new.

    Objects that name no Kubernetes cluster are of the only one there is. Raises InputError where there are several, or
    none of the name that they give.
    """
    clusters = sorted({thing.cluster for thing in inventory.objects})
    fresh = [replace(thing, cluster=_meant(thing.cluster, clusters)) for thing in over.objects]
    changed = inventory.changed(put=fresh)
    return replace(changed, not_checked=inventory.not_checked + over.not_checked)


def _meant(cluster: str, clusters: Sequence[str]) -> str:
    if cluster in clusters or not clusters:
        return cluster
    if not cluster and len(clusters) == 1:
        return clusters[0]
    why = (
        f"the mesh has no Kubernetes cluster {cluster}"
        if cluster
        else "it is not said of which Kubernetes cluster they are"
    )
    unlock = f"Name one that the mesh has: `--with {clusters[0]}=FILE`" if clusters[0] else "Name none: `--with FILE`"
    raise InputError(note("the manifests to lay over the mesh", why, unlock))
