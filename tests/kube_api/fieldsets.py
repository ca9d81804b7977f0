"""Which fields an object has, and who owns them: the sets behind `managedFields`.

A field is a path from the root; a set holds paths of leaves. Lists that Kubernetes merges by keys are entered item by
item; all others, and the lists of custom resources but for the Gateway API's, are one value. The real server knows this
from schemas, this one from the table below, which covers pods and what holds them, services, conditions, and the
Gateway API's listeners.

Facts: https://kubernetes.io/docs/reference/using-api/server-side-apply/, `x-kubernetes-list-map-keys` in Kubernetes'
OpenAPI, `sigs.k8s.io/structured-merge-diff/fieldpath`.
"""

from __future__ import annotations

import json
from typing import Any

from tests.kube_api.messages import Json

Step = str | tuple[tuple[str, Any], ...]
"""A key of a mapping, or the keys of an item of a list."""

Path = tuple[Step, ...]

_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "volumeMounts": (("mountPath",),),
    "imagePullSecrets": (("name",),),
    "ownerReferences": (("uid",),),
    "conditions": (("type",),),
    "listeners": (("name",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "webhooks": (("name",),),
}

_NOBODYS = {
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("metadata", "uid"),
    ("metadata", "resourceVersion"),
    ("metadata", "generation"),
    ("metadata", "creationTimestamp"),
    ("metadata", "managedFields"),
    ("metadata", "selfLink"),
}


def keys_of(name: str, items: list[Any], *, atomic: bool) -> tuple[str, ...]:
    """By what the items of a list are told apart; empty where the list is one value."""
    for keys in () if atomic else _KEYS.get(name, ()):
        if items and all(isinstance(i, dict) and keys[0] in i for i in items):
            return keys
    return ()


def step_of(item: Json, keys: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """How a path names an item. The protocol of a port is TCP where it does not say."""
    return tuple((k, item.get(k, "TCP" if k == "protocol" else None)) for k in keys)


def leaves(each: Json, *, atomic: bool) -> dict[Path, Any]:
    """The fields of an object that somebody may own, with their values."""
    found: dict[Path, Any] = {}
    _collect(each, (), found, atomic=atomic)
    return {path: value for path, value in found.items() if path not in _NOBODYS and path[:2] not in _NOBODYS}


def _collect(value: Any, path: Path, found: dict[Path, Any], *, atomic: bool) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _collect(inner, (*path, key), found, atomic=atomic)
        return
    name = path[-1] if path and isinstance(path[-1], str) else ""
    keys = keys_of(name, value, atomic=atomic) if isinstance(value, list) else ()
    if not keys:
        found[path] = value
        return
    for item in value:
        _collect(item, (*path, step_of(item, keys)), found, atomic=atomic)


def without(each: Json, paths: set[Path]) -> None:
    """Takes fields away from an object, and what is empty then. An item of a list goes with its keys, when nothing else
    is left of it; so keys come last."""
    for path in sorted(paths, key=_is_key):
        _take(each, path)


def _is_key(path: Path) -> bool:
    """Whether a field is one by which the item that holds it is told apart."""
    return len(path) > 1 and not isinstance(path[-2], str) and path[-1] in dict(path[-2])


def _take(each: Any, path: Path) -> None:
    step, *rest = path
    if isinstance(each, dict) and isinstance(step, str) and step in each:
        if rest:
            _take(each[step], tuple(rest))
        if not rest or each[step] in ({}, []):
            del each[step]
    elif isinstance(each, list) and not isinstance(step, str):
        for item in [i for i in each if _is(i, step)]:
            if len(rest) > 1 or not _is_key(path):
                _take(item, tuple(rest))
            elif set(item) <= set(dict(step)):
                each.remove(item)


def _is(item: Json, step: Step) -> bool:
    return step == step_of(item, tuple(key for key, _ in step)) if not isinstance(step, str) else False


def merged(live: Any, wanted: Any, name: str = "", *, atomic: bool) -> Any:
    """What comes out when `wanted` is applied over `live`: mappings merge, keyed lists merge by item, others yield."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        both = {k: merged(live[k], v, k, atomic=atomic) if k in live else v for k, v in wanted.items()}
        return {**live, **both}
    if isinstance(live, list) and isinstance(wanted, list):
        keys = keys_of(name, [*live, *wanted], atomic=atomic)
        if keys:
            old = {step_of(i, keys): i for i in live}
            new = {step_of(i, keys): i for i in wanted}
            kept = [merged(i, new[s], atomic=atomic) if s in new else i for s, i in old.items()]
            return [*kept, *(i for s, i in new.items() if s not in old)]
    return wanted


def written(paths: set[Path]) -> Json:
    """A set in the form of `fieldsV1`."""
    tree: Json = {}
    for path in sorted(paths, key=str):
        at = tree
        for step in path:
            at = at.setdefault(_text(step), {})
            if not isinstance(step, str):
                at.setdefault(".", {})
    return tree


def _text(step: Step) -> str:
    return f"f:{step}" if isinstance(step, str) else "k:" + json.dumps(dict(step), separators=(",", ":"))


def read(fields: Json) -> set[Path]:
    """The set that a `fieldsV1` says."""
    found: set[Path] = set()

    def collect(tree: Json, path: Path) -> None:
        inner = {k: v for k, v in tree.items() if k != "."}
        if not inner and path:
            found.add(path)
        for key, below in inner.items():
            kind, _, text = key.partition(":")
            step: Step = text if kind == "f" else tuple(json.loads(text).items()) if kind == "k" else key
            collect(below, (*path, step))

    collect(fields, ())
    return found


def shown(path: Path) -> str:
    """A path as conflicts print it: `.spec.http`, `.spec.ports[port=80,protocol="TCP"].name`."""
    text = ""
    for step in path:
        text += f".{step}" if isinstance(step, str) else f"[{','.join(f'{k}={json.dumps(v)}' for k, v in step)}]"
    return text
