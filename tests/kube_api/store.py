"""The objects of the cluster: their order, their versions, and their bytes.

Each object is encoded once, without `apiVersion` and `kind`: lists of Kubernetes' own kinds carry neither, and those of
custom resources get them put in front, in whichever version they were asked for. Ten thousand pods are served as fast
as bytes can be joined.

Regrettable: a list that is read in pages shows what is there at each page, not what was there at the first; and an
object is the same in all versions, which holds for Istio and not for, say, HorizontalPodAutoscaler.
"""

from __future__ import annotations

import bisect
import copy
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import RLock

from tests.kube_api.kinds import Catalogue, Resource, split_api_version
from tests.kube_api.messages import Json, encoded


@dataclass(frozen=True, slots=True)
class Stored:
    """An object and its bytes from `{"metadata":` on."""

    object: Json
    bare: bytes

    def full(self, resource: Resource, version: str) -> bytes:
        """The bytes as one object of a version."""
        group = f"{resource.group}/{version}" if resource.group else version
        return b'{"apiVersion":"%b","kind":"%b",%b' % (group.encode(), resource.kind.encode(), self.bare[1:])


class Shelf:
    """The objects of one resource, in the order of etcd's keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._held: dict[str, Stored] = {}

    def put(self, key: str, stored: Stored) -> None:
        if key not in self._held:
            bisect.insort(self.keys, key)
        self._held[key] = stored

    def drop(self, key: str) -> None:
        self.keys.remove(key)
        del self._held[key]

    def get(self, key: str) -> Stored | None:
        return self._held.get(key)

    def after(self, key: str, within: str) -> Iterator[tuple[str, Stored]]:
        """Those behind a key whose key begins with `within`."""
        begin = bisect.bisect_right(self.keys, key) if key else bisect.bisect_left(self.keys, within)
        for each in self.keys[begin:]:
            if not each.startswith(within):
                return
            yield each, self._held[each]


def key_of(namespace: str, name: str) -> str:
    """Where an object stands."""
    return f"{namespace}/{name}" if namespace else name


class Store:
    """Everything that is in the cluster. `lock` is held by whoever reads and then writes."""

    def __init__(self, objects: Iterable[Json], catalogue: Catalogue) -> None:
        self.lock = RLock()
        self.catalogue = catalogue
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._hidden: list[Json] = []
        self.version = 1000
        for each in objects:
            group, _ = split_api_version(each["apiVersion"])
            resource = catalogue.of_kind(group, each["kind"])
            if resource is None:
                self._hidden.append(each)
            else:
                self.put(resource, _settled(each))

    def shelf(self, resource: Resource) -> Shelf:
        return self._shelves.setdefault((resource.group, resource.name), Shelf())

    def get(self, resource: Resource, namespace: str, name: str) -> Stored | None:
        return self.shelf(resource).get(key_of(namespace, name))

    def put(self, resource: Resource, each: Json) -> Stored:
        """Keeps an object, with the next resourceVersion where it has none, and returns what is kept."""
        with self.lock:
            metadata = each["metadata"]
            if not metadata.get("resourceVersion"):
                self.version += 1
                each = {**each, "metadata": {**metadata, "resourceVersion": str(self.version)}}
            stored = Stored(each, encoded({k: v for k, v in each.items() if k not in ("apiVersion", "kind")}))
            self.shelf(resource).put(key_of(metadata.get("namespace", ""), metadata["name"]), stored)
            return stored

    def drop(self, resource: Resource, namespace: str, name: str) -> None:
        with self.lock:
            self.version += 1
            self.shelf(resource).drop(key_of(namespace, name))

    def has_namespace(self, name: str) -> bool:
        """Whether a namespace is there: as an object, or because something lives in it."""
        namespaces = self.catalogue.named("", "namespaces")
        if namespaces and self.get(namespaces, "", name):
            return True
        return any(next(shelf.after("", f"{name}/"), None) for shelf in self._shelves.values())

    def everything(self) -> list[Json]:
        """All objects, also those whose kind is not served."""
        shelves = self._shelves.values()
        held = [stored.object for shelf in shelves for _, stored in shelf.after("", "")]
        return copy.deepcopy([*held, *self._hidden])


def _settled(each: Json) -> Json:
    """An object with what every object of a cluster has: a uid of its own, the same in every run."""
    metadata = each["metadata"]
    if metadata.get("uid"):
        return each
    name = f"{each['apiVersion']}/{each['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"
    return {**each, "metadata": {**metadata, "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, name))}}
