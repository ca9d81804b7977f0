"""All objects of one observation, and what of it could not be read.

Decides: nothing but order and identity (of two objects with one key the later counts). Must not know files, clusters
or Istio.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from troubleshooter.model.resource import Key, Object

Listing: TypeAlias = tuple[str, str, str, str]
"""(cluster, group, kind, namespace): all objects of a kind in a namespace, or with "" in the whole cluster, were
listed, so that one that is missing does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """Something that was not looked at: `what`, `why` (forbidden, absent, assumed, not modelled, damaged, timed out),
    and what would `unlock` it (a Role to apply, a command to run, a flag to pass; "" if nothing does)."""

    what: str
    why: str
    unlock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Objects in the order they were read, one per key, what of the input is missing, and when it was observed (in
    seconds since 1970, None if that is not known). `without` are the workloads and pods that are taken for not ready,
    whatever they say. `listed` is what was listed completely, as far as whoever collected recorded it; `unseen` are the
    lists that were refused or broke off, so that objects of them may exist that are not here. What is in neither was
    not asked for. `cluster_ids` are what Istio calls Kubernetes clusters, where that is another name than here;
    `remotes_told` are those whose istiod has told which others it reads."""

    objects: tuple[Object, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    observed: int | None = None
    without: frozenset[Key] = frozenset()
    listed: frozenset[Listing] = frozenset()
    unseen: frozenset[Listing] = frozenset()
    cluster_ids: Mapping[str, str] = field(default_factory=dict)
    remotes_told: frozenset[str] = frozenset()

    def changed(self, *, put: Iterable[Object] = (), drop: Iterable[Key] = ()) -> Inventory:
        """A copy in which `put` replaces the objects of the same keys (new ones go last) and `drop` are gone."""
        fresh = {o.key: o for o in put}
        gone = set(drop)
        kept = tuple(fresh.pop(o.key, o) for o in self.objects if o.key not in gone)
        return replace(self, objects=kept + tuple(fresh.values()))
