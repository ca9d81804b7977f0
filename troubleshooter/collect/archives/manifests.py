"""What of a folder of manifests, or of an archive, is never applied, or is the same object at two moments.

Decides: which objects of one archive or folder count. Must not know what any object means.

Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ (patches have the head of the
object that they change), https://helm.sh/docs/topics/chart_tests/ (a test is made by `helm test` alone).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from troubleshooter.collect.archives.members import folder_of
from troubleshooter.collect.documents import read_documents
from troubleshooter.collect.parsed import Document
from troubleshooter.model import Key, Object, as_list, as_map

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_HOOK = "helm.sh/hook"


def is_kustomization(name: str) -> bool:
    """Whether a file says what kustomize is to do in its folder."""
    return name.removeprefix(folder_of(name)) in _KUSTOMIZATIONS


def patches(name: str, text: str) -> Iterator[str]:
    """The names of the files that a kustomization takes for patches, as they are named beside it."""
    folder = folder_of(name)
    for document in read_documents(text):
        raw = as_map(document.raw) if isinstance(document, Document) else {}
        named = [as_map(one).get("path") for key in ("patches", "patchesJson6902") for one in as_list(raw.get(key))]
        for path in [*named, *as_list(raw.get("patchesStrategicMerge"))]:
            if isinstance(path, str) and "\n" not in path:
                yield posixpath.normpath(f"{folder}{path}")


def is_no_part(thing: Object) -> bool:
    """Whether an object is never in a cluster's mesh: Helm makes it for a test alone, or it tells how a support bundle
    was made."""
    hooks = {hook.strip() for hook in thing.annotations.get(_HOOK, "").split(",")}
    return bool(hooks & {"test", "test-success", "test-failure"}) or thing.group == "troubleshoot.sh"


def latest(objects: Iterable[Object]) -> list[Object]:
    """The objects, of which each that was fetched twice, at two moments, counts as it was last."""
    kept: dict[tuple[Key, str, int], Object] = {}
    for number, thing in enumerate(objects):
        uid = str(thing.metadata.get("uid") or "")
        key = (thing.key, uid, 0 if uid else number)
        earlier = kept.get(key)
        if earlier is None or _version(thing) > _version(earlier):
            kept[key] = thing
    return list(kept.values())


def _version(thing: Object) -> int:
    version = str(thing.metadata.get("resourceVersion") or "")
    return int(version) if version.isascii() and version.isdigit() and len(version) <= 20 else 0
