"""Edits, done on copies: from parsed objects to parsed objects.

Decides: how `set`, `remove`, `insert`, `create` and `delete` change an object. Must not know causes, or whether a
change helps. The objects that come in are never changed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from troubleshooter.model import Change, Inventory, Key, Object, Raw, Roles
from troubleshooter.model.paths import Parts, parse_path
from troubleshooter.remedy.home import home_of
from troubleshooter.rulebook import Edit, Scope, fill, missing, render

SERVER_SET = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
    "deletionTimestamp",
)
NEVER_SHOWN = frozenset({"Secret"})


class CannotEdit(Exception):
    """An edit does not fit the objects at hand; the text says why in one sentence."""


def unknown_names(edits: tuple[Edit, ...], scope: Scope) -> tuple[str, ...]:
    """The placeholders of the edits for which nothing is known."""
    names = [name for e in edits for part in (e.value, e.at) for name in missing(part, scope)]
    return tuple(dict.fromkeys(names))


def make(edits: tuple[Edit, ...], inventory: Inventory, roles: Roles, scope: Scope) -> Change:
    """Fill and do the edits of one fix.

    Raises:
        CannotEdit: a role has no object, an object is not in the inventory, or a path does not fit it.
    """
    objects = {thing.key: thing for thing in inventory.objects}
    put: dict[Key, Object] = {}
    before: dict[Key, Object | None] = {}
    drop: list[Key] = []
    restart: list[Key] = []
    for edit in edits:
        if edit.verb == "create":
            raw = fill(edit.value, scope)
            made = Object(raw=raw, cluster=home_of(raw, roles, inventory.objects))
            before[made.key] = objects.get(made.key)
            put[made.key] = made
            continue
        key = _key(edit.role, roles)
        thing = put.get(key) or objects.get(key)
        if thing is None or thing.kind in NEVER_SHOWN:
            raise CannotEdit(f"{roles[edit.role]} is not among the objects that were read")
        if edit.verb == "restart":
            restart.append(key)
            continue
        before.setdefault(key, objects.get(key))
        if edit.verb == "delete":
            drop.append(key)
        else:
            put[key] = thing.with_raw(changed(thing.raw, edit.verb, render(edit.at, scope), fill(edit.value, scope)))
    return Change(put=put, before=before, drop=tuple(drop), restart=tuple(restart))


def _key(role: str, roles: Roles) -> Key:
    if role not in roles:
        raise CannotEdit(f"which object is the {role.replace('_', ' ')} is not known")
    return roles[role].key


def changed(raw: Raw, verb: str, at: str, value: Any) -> dict[str, Any]:
    """A copy of `raw` with one field set, removed or (`insert`) put into a list: before the item that the path names,
    or at the end of the list that it names. Maps that a `set` needs on the way are made.

    Raises:
        CannotEdit: the path leads through something that is no map or list.
    """
    copy: dict[str, Any] = deepcopy(dict(raw))
    parts = _parts(at)
    holder = _walk_to(copy, parts[:-1], make_maps=verb != "remove", at=at)
    last = parts[-1]
    try:
        if verb == "remove":
            _remove(holder, last)
        elif verb == "insert":
            _insert(holder, last, value)
        else:
            holder[last] = value
    except (TypeError, IndexError, KeyError) as error:
        raise CannotEdit(f"there is no {at} to {verb}") from error
    return copy


def _parts(at: str) -> Parts:
    try:
        parts = parse_path(at)
    except ValueError as error:
        raise CannotEdit(str(error)) from error
    if not parts:
        raise CannotEdit("an edit needs a field path")
    return parts


def _walk_to(copy: Any, parts: Parts, *, make_maps: bool, at: str) -> Any:
    here = copy
    for part in parts:
        if isinstance(part, str) and isinstance(here, dict):
            if here.get(part) is None and make_maps:
                here[part] = {}
            here = here.get(part)
        elif isinstance(part, int) and isinstance(here, list) and part < len(here):
            here = here[part]
        else:
            raise CannotEdit(f"there is no {at} to edit")
    return here


def _remove(holder: Any, last: str | int) -> None:
    """Removing what is not there is done already."""
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int):
        del holder[last]
    else:
        raise TypeError


def _insert(holder: Any, last: str | int, value: Any) -> None:
    if isinstance(last, int) and isinstance(holder, list):
        holder.insert(last, value)
        return
    if holder.get(last) is None:
        holder[last] = []
    holder[last].append(value)


def shown(raw: Raw) -> dict[str, Any]:
    """An object as it is applied: without status and without what the server sets."""
    copy: dict[str, Any] = deepcopy({k: v for k, v in raw.items() if k != "status"})
    metadata = copy.get("metadata")
    if isinstance(metadata, dict):
        copy["metadata"] = {k: v for k, v in metadata.items() if k not in SERVER_SET}
    return copy
