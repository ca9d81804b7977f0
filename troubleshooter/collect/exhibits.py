"""Files and folders of evidence to texts.

Decides: which files are read, what counts as text, and which texts come from the same place. Must not know what any of
them is: that shows in the text. In a folder every file is read that is not hidden, whatever its name; pages of a proxy
have no suffix in most archives.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from troubleshooter.collect.archives.containers import is_container
from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.inputs import STDIN, read_bytes, unreadable, within_bounds
from troubleshooter.collect.text import shown
from troubleshooter.model import Exhibit, NotChecked

_LOOKED_AT = 4_096
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_exhibits(paths: Sequence[str], *, stdin: Callable[[], bytes]) -> Iterator[Exhibit | NotChecked]:
    """The texts of files, of folders, and of `-` (standard input), in a fixed order, and what cannot be read.

    Raises InputError where something named directly cannot be read at all.
    """
    for path in paths:
        if path == STDIN:
            yield exhibit(STDIN, within_bounds(shown(STDIN), stdin()))
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where one may not look
            yield from _folder(path)
        else:
            yield exhibit(path, read_bytes(path))


def exhibit(name: str, data: bytes, origin: str = "", pod: str = "") -> Exhibit:
    """A file's bytes as a text; what is no UTF-8 in it is replaced. Raises InputError if it is no text."""
    if data.startswith(_WIDE):
        return Exhibit(name=name, text=data.decode("utf-16", errors="replace"), origin=origin, pod=pod)
    if is_container(data[:_LOOKED_AT]):
        raise InputError(note(shown(name), "it is an archive, or packed", f"Name it as a whole: `-f {name}`"))
    if b"\0" in data[:_LOOKED_AT]:
        raise InputError(note(shown(name), "it is a binary file", "Name what a proxy or a command printed, as text"))
    return Exhibit(name=name, text=data.decode("utf-8-sig", errors="replace"), origin=origin, pod=pod)


def _folder(root: str) -> Iterator[Exhibit | NotChecked]:
    denied: list[OSError] = []
    for folder, below, names in os.walk(root, onerror=denied.append):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = os.path.join(folder, name)  # noqa: PTH118 - Path would drop the ./ of a path as given
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
                yield note(path, "this link leads out of the folder and was not followed", "Name it by itself")
                continue
            try:
                yield exhibit(path, read_bytes(path), origin=folder)
            except InputError as wrong:
                yield wrong.note
    for error in denied:
        yield unreadable(str(error.filename), error)
