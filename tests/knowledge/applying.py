"""A fix as its user applies it: the manifest's text and the commands, on a copy of a mesh.

Nothing is taken from how the fix was made: what is not in the text is not applied. Nothing in the mesh was applied
before, so `kubectl apply` takes nothing away; `kubectl replace` does, and makes nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from troubleshooter.collect.contents import read_contents
from troubleshooter.collect.text import SourceText
from troubleshooter.model import Fix, Inventory, Key, Object
from troubleshooter.remedy.manifests import deletion, restart_command
from troubleshooter.remedy.settle import settled


def apply(inventory: Inventory, fix: Fix) -> Inventory:
    """A mesh after `kubectl apply` or `replace` of the manifest, and after the commands."""
    return _applied(inventory, fix.manifest, fix.commands, whole=fix.removes)


def undo(inventory: Inventory, fix: Fix) -> Inventory:
    """A mesh after the rollback, which `kubectl apply` knows for what it wrote last, and after the deletions that it
    names; what the fix restarted is restarted again."""
    named = [line.removeprefix("# ") for line in fix.rollback.splitlines() if line.startswith("# kubectl delete ")]
    return _applied(inventory, fix.rollback, (*named, *restarts(inventory, fix)), known=True)


def restarts(inventory: Inventory, fix: Fix) -> list[str]:
    """The commands of a fix that make pods anew."""
    known = {restart_command(thing.key) for thing in inventory.objects}
    return [command for command in fix.commands if command in known]


def objects_in(text: str, name: str = "manifest") -> tuple[Object, ...]:
    """The objects in a manifest's text, read as any file is."""
    return read_contents(SourceText(name, text), "").objects


def _applied(
    inventory: Inventory, manifest: str, commands: Iterable[str], *, whole: bool = False, known: bool = False
) -> Inventory:
    run = set(commands)
    drop: list[Key] = [thing.key for thing in inventory.objects if " ".join(deletion(thing)) in run]
    there = {thing.key: thing for thing in inventory.objects}
    put = objects_in(manifest)
    if whole:
        assert not [thing.key for thing in put if thing.key not in there], "kubectl replace makes no new objects"
    elif not known:
        put = tuple(
            thing.with_raw(_merged(there[thing.key].raw, thing.raw)) if thing.key in there else thing for thing in put
        )
    changed = inventory.changed(put=put, drop=drop)
    restart = [thing.key for thing in changed.objects if restart_command(thing.key) in run]
    return settled(inventory, changed, restart)


def _merged(old: Any, new: Any) -> Any:
    """Maps merged, and all else as it is in `new`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new
