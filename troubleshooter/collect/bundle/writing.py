"""Objects and texts to the bytes of a bundle.

Decides: the layout. Of the same input the same bytes come out: members are sorted, and have no time and no owner. Must
not know secrets or names: what comes in is written.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from troubleshooter.collect.objects import CLUSTER
from troubleshooter.model import Exhibit, Object

ROOT = "troubleshoot-bundle"
MANIFEST = f"{ROOT}/manifest.json"
OBJECTS, EVIDENCE, LOGS = f"{ROOT}/objects", f"{ROOT}/evidence", f"{ROOT}/logs"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def bundle_bytes(
    manifest: str, objects: Iterable[Object], exhibits: Sequence[Exhibit], logs: Sequence[Exhibit]
) -> bytes:
    """A tar.gz. Objects stand in one file a namespace, in the order in which they came."""
    members = {MANIFEST: manifest, **dict(_objects(objects)), **dict(_exhibits(exhibits))}
    members |= {f"{LOGS}/{number:03}.log": log.text for number, log in enumerate(logs, 1)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, text in sorted(members.items()):
            data = text.encode("utf-8", errors="replace")
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)


def _objects(objects: Iterable[Object]) -> Iterator[tuple[str, str]]:
    """Every object in one List a file. Their order counts where two compete, so all of one run stand together."""
    held: dict[str, list[object]] = defaultdict(list)
    for thing in objects:
        held["objects"].append(_named(thing))
    for name, items in held.items():
        whole = {"apiVersion": "v1", "kind": "List", "items": items}
        yield f"{OBJECTS}/{name}.json", json.dumps(whole, indent=1, ensure_ascii=False, default=str) + "\n"


def _named(thing: Object) -> object:
    """The object, which says itself of which Kubernetes cluster it is."""
    if not thing.cluster:
        return thing.raw
    metadata = {**thing.metadata, "annotations": {**thing.annotations, CLUSTER: thing.cluster}}
    return {**thing.raw, "metadata": metadata}


def _exhibits(exhibits: Sequence[Exhibit]) -> Iterator[tuple[str, str]]:
    """Texts that came from one place stand in one folder; those of a pod in one that names it."""
    places: dict[tuple[str, str], int] = {}
    for number, one in enumerate(exhibits, 1):
        place = places.setdefault((one.origin, one.pod), len(places) + 1)
        folder = f"{place:03}/{one.pod}" if one.pod else f"{place:03}"
        name = _UNSAFE.sub("_", re.split(r"[/!]", one.name)[-1]).strip("_.") or "text"
        yield f"{EVIDENCE}/{folder}/{number:03}-{name}", one.text
