"""Files and standard input to an inventory.

Decides: which input must be readable and which may be damaged, and what becomes of an object that comes twice. Input
that somebody named and that cannot be read at all is an error; in a folder, and in a file with other things in it, what
is damaged is named and the rest is used. Must not know what any object means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from troubleshooter.collect.contents import Contents, read_contents
from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.garbage import collection_paused
from troubleshooter.collect.inputs import STDIN, InputFile, find_files, read_bytes, within_bounds
from troubleshooter.collect.objects import put_into
from troubleshooter.collect.scope import DEFAULT_NAMESPACE
from troubleshooter.collect.text import decode, shown
from troubleshooter.model import Inventory, Key, NotChecked, Object

MAX_NOTES = 100
"""So many things that are damaged, doubled or doubtful are named one by one; the others are counted."""


def read_inventory(
    paths: Sequence[str], *, stdin: Callable[[], bytes], namespace: str = DEFAULT_NAMESPACE
) -> Inventory:
    """What `-f` names: files, folders, `-` (standard input), each also as `NAME=PATH` for a Kubernetes cluster NAME.

    `stdin` is called once at most. An object that names no namespace and must have one is put into `namespace`, as
    kubectl does. The result's `not_checked` holds what was damaged, doubled, doubtful or assumed, in the order of
    reading.

    Raises InputError where something named directly cannot be read at all, or where nothing usable is left.
    """
    reader = _Reader(stdin, namespace)
    with collection_paused():
        for file in find_files(paths):
            if isinstance(file, NotChecked):
                reader.say(file)
            else:
                reader.read(file)
    return reader.inventory(paths)


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


class _Reader:
    """Takes up one file after another."""

    def __init__(self, stdin: Callable[[], bytes], namespace: str) -> None:
        self._stdin = stdin
        self._stdin_data: bytes | None = None
        self._namespace = namespace
        self._objects: dict[Key, Object] = {}
        self._moved: list[Object] = []
        self._notes: list[NotChecked] = []
        self._more = 0
        self._answered = False

    def say(self, missing: NotChecked) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(missing)
        else:
            self._more += 1

    def read(self, file: InputFile) -> None:
        """Take up the objects of a file. Raises InputError only if somebody named this very file."""
        try:
            contents = read_contents(decode(file.name, self._bytes(file)), file.cluster)
        except InputError as error:
            if file.direct:
                raise
            self.say(error.note)
            return
        if file.direct:
            self._demand(contents, file)
        self._answered = self._answered or contents.answered
        for missing in (*contents.damaged, *contents.doubtful):
            self.say(missing)
        for thing in contents.objects:
            self._take(thing)

    def _demand(self, contents: Contents, file: InputFile) -> None:
        """What somebody named must be readable. An empty file is; but as nobody names one on purpose, it is
        mentioned."""
        if contents.damaged and not contents.usable:
            raise InputError(contents.damaged[0], others=len(contents.damaged) - 1)
        if not (contents.usable or contents.doubtful):
            unlock = "If a command wrote it, run that alone to see its error"
            self.say(note(shown(file.name), "there is nothing in it", unlock))

    def _bytes(self, file: InputFile) -> bytes:
        if file.name != STDIN:
            return read_bytes(file.name)
        if self._stdin_data is None:
            self._stdin_data = within_bounds(shown(STDIN), self._stdin())
        return self._stdin_data

    def _take(self, given: Object) -> None:
        moved = put_into(given, self._namespace)
        if moved:
            self._moved.append(given)
        thing = moved or given
        earlier = self._objects.get(thing.key)
        if earlier and earlier.raw == thing.raw:
            return
        if earlier:
            why = f"it is there twice: in {_place(earlier)}, and with other content, which counts, in {_place(thing)}"
            self.say(note(str(thing), why, "Leave one of them out"))
        self._objects[thing.key] = thing

    def inventory(self, paths: Sequence[str]) -> Inventory:
        """All that was taken up. Raises InputError if that is nothing."""
        if paths and not self._objects and not self._answered:
            nothing = note(", ".join(map(shown, paths)), "there is no Kubernetes object in it", "Name other files")
            first, *others = self._notes or [nothing]
            raise InputError(first, others=len(others) + self._more)
        if self._moved:
            self._notes.append(self._assumed())
        if self._more:
            self._notes.append(note(f"{self._more} more of these", "too many to name", "Mend the ones named first"))
        return Inventory(objects=tuple(self._objects.values()), not_checked=tuple(self._notes))

    def _assumed(self) -> NotChecked:
        first = self._moved[0]
        others = len(self._moved) - 1
        what = f"the namespace of {first} in {_place(first)}" + (f", and of {others} more" if others else "")
        return note(what, f"assumed: none is named, so {self._namespace} is taken", "Say which it is: `-n NAMESPACE`")


def _place(thing: Object) -> str:
    return f"{shown(thing.file)}, line {thing.line_of('')}"
