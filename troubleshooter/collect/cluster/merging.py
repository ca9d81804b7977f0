"""The difference between two states of an object, as a patch, and who else writes the fields that it changes.

Pure. Decides: nothing about what is wanted. Must not know how a patch is sent.

Source: RFC 7386 (JSON Merge Patch); https://kubernetes.io/docs/reference/using-api/server-side-apply/ (`managedFields`;
`f:` is a field, what begins with `k:` or `v:` an item of a list that is merged), structured-merge-diff fieldpath.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from troubleshooter.model import Raw, as_list, as_map

Path: TypeAlias = tuple[str, ...]


class Manager(NamedTuple):
    """Who wrote a field last: the name that it gave itself, and the field."""

    name: str
    field: str


def merge_patch(old: Raw, new: Raw) -> dict[str, Any]:
    """What makes `new` of `old`: changed fields with their values, gone ones with null, lists whole."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        was = old.get(key)
        if isinstance(was, Mapping) and isinstance(value, Mapping):
            patch |= {key: inner} if (inner := merge_patch(was, value)) else {}
        elif key not in old or was != value:
            patch[key] = value
    return patch


def merged(one: Raw, other: Raw) -> dict[str, Any]:
    """Two patches as one; of two values for one field the other's counts."""
    both = dict(one)
    for key, value in other.items():
        was = both.get(key)
        both[key] = merged(was, value) if isinstance(was, Mapping) and isinstance(value, Mapping) else value
    return both


def managers(raw: Raw, patch: Raw, own: str) -> tuple[Manager, ...]:
    """Who, besides `own`, wrote the fields that a patch changes, each once, in the order of the object's entries."""
    paths = [path for path in _paths(patch) if path[0] != "metadata" or path[1:2] in {("labels",), ("annotations",)}]
    found = (
        Manager(name, ".".join(path))
        for entry in map(as_map, as_list(as_map(raw.get("metadata")).get("managedFields")))
        if (name := str(entry.get("manager") or "")) not in {"", own} and not entry.get("subresource")
        for path in paths
        if _owns(as_map(entry.get("fieldsV1")), path)
    )
    return tuple(dict.fromkeys(found))


def _paths(patch: Raw, above: Path = ()) -> Iterator[Path]:
    """The fields that a patch sets or takes away."""
    for key, value in patch.items():
        if isinstance(value, Mapping) and value:
            yield from _paths(value, (*above, str(key)))
        else:
            yield (*above, str(key))


def _owns(fields: Raw, path: Path) -> bool:
    """Whether fields of an entry hold a path, something below it, or all that is above it as one value."""
    for part in path:
        inner = fields.get(f"f:{part}")
        if not isinstance(inner, Mapping):
            return False
        if not inner:
            return True
        fields = inner
    return True
