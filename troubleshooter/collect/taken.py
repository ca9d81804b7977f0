"""Objects as they are taken up, from whatever they were read.

Decides: what becomes of an object that comes twice, or names no namespace. Must not know files, nor what any object
means.
"""

from __future__ import annotations

from collections.abc import Sequence

from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.objects import put_into
from troubleshooter.collect.text import shown
from troubleshooter.model import Inventory, Key, NotChecked, Object

MAX_NOTES = 100
"""So many things that are damaged, doubled or doubtful are named one by one; the others are counted."""


class Taken:
    """All objects so far, and what is to be said of them."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._objects: dict[Key, Object] = {}
        self._moved: list[Object] = []
        self._notes: list[NotChecked] = []
        self._more = 0

    def say(self, missing: NotChecked) -> None:
        """Keep a note, or count it where there are too many."""
        if len(self._notes) < MAX_NOTES:
            self._notes.append(missing)
        else:
            self._more += 1

    def take(self, given: Object) -> None:
        """One object more. The same with equal content is one; with other content the later counts."""
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

    def inventory(self, paths: Sequence[str], *, answered: bool) -> Inventory:
        """All that was taken up. Raises InputError if that is nothing, unless something was `answered`."""
        if paths and not self._objects and not answered:
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
