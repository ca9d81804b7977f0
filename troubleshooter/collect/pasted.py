"""Objects in a pasted text.

Decides: that they keep the lines on which they stand in the whole text. Must not know where the text comes from.
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.collect.contents import read_contents
from troubleshooter.collect.errors import InputError
from troubleshooter.collect.objects import put_into
from troubleshooter.collect.scope import DEFAULT_NAMESPACE
from troubleshooter.collect.text import SourceText
from troubleshooter.model import Inventory, NotChecked, Object


def read_pasted_objects(name: str, texts: Iterable[tuple[int, str]], namespace: str = DEFAULT_NAMESPACE) -> Inventory:
    """The objects of texts, each with its first line in the whole, which is called `name`; those that name no
    namespace and must have one are put into `namespace`.

    Raises InputError if there is no object in any of them.
    """
    objects: list[Object] = []
    notes: list[NotChecked] = []
    for line, text in texts:
        contents = read_contents(SourceText(name, "\n" * (line - 1) + text), "")
        objects += (put_into(thing, namespace) or thing for thing in contents.objects)
        notes += (*contents.damaged, *contents.doubtful)
    if not objects and notes:
        raise InputError(notes[0], others=len(notes) - 1)
    return Inventory(not_checked=tuple(notes)).changed(put=objects)
