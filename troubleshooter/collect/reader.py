"""One input after another.

Decides: which input must be readable and which may be damaged. Input that somebody named and that cannot be read at all
is an error; in a folder or archive, and in a file with other things in it, what is damaged is named and the rest is
used. Must not know what any object or text means.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from troubleshooter.collect.archives import logs
from troubleshooter.collect.archives.containers import LOOKED_AT, is_container, members_of, other_container
from troubleshooter.collect.archives.layouts import Use, place_of
from troubleshooter.collect.archives.members import Member
from troubleshooter.collect.archives.sorting import Sorter
from troubleshooter.collect.contents import Contents, read_contents
from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.inputs import MAX_BYTES, STDIN, InputFile, opened, placed, read_bytes, within_bounds
from troubleshooter.collect.taken import Taken
from troubleshooter.collect.text import SourceText, decode, shown
from troubleshooter.model import Exhibit, Inventory, Listing, NotChecked


class Reader:
    """Takes up one input after another; `exhibits` are the texts so far, `logs` the access logs of bundles."""

    def __init__(self, stdin: Callable[[], bytes], namespace: str) -> None:
        self.exhibits: list[Exhibit] = []
        self.logs: list[Exhibit] = []
        self._observed: int | None = None
        self._stdin = stdin
        self._stdin_data: bytes | None = None
        self._taken = Taken(namespace)
        self._answered = False
        self._listed: set[Listing] = set()
        self._unseen: set[Listing] = set()
        self._cluster_ids: dict[str, str] = {}
        self._remotes_told: set[str] = set()
        self._folder: Sorter | None = None

    def read(self, file: InputFile | NotChecked) -> None:
        """Take up what a file holds. Raises InputError only if somebody named this very file."""
        if isinstance(file, NotChecked):
            self._taken.say(file)
        elif file.folder:
            self._of_folder(file)
        else:
            self._close_folder()
            with self._opened(file) as content:
                self._named(file, content)

    def inventory(self, paths: Sequence[str]) -> Inventory:
        """All objects that were taken up. Raises InputError if there is nothing at all."""
        self._close_folder()
        found = self._taken.inventory(paths, answered=self._answered or bool(self.exhibits or self.logs))
        return replace(
            found,
            listed=frozenset(self._listed),
            unseen=frozenset(self._unseen),
            observed=self._observed,
            cluster_ids=self._cluster_ids,
            remotes_told=frozenset(self._remotes_told),
        )

    @contextmanager
    def _opened(self, file: InputFile) -> Iterator[BinaryIO]:
        if file.name != STDIN:
            with opened(file.name) as content:
                yield content
            return
        if self._stdin_data is None:
            self._stdin_data = within_bounds(shown(STDIN), self._stdin())
        yield io.BytesIO(self._stdin_data)

    def _named(self, file: InputFile, content: BinaryIO) -> None:
        begin = content.read(LOOKED_AT)
        content.seek(0)
        if is_container(begin):
            self._archive(file, content)
            return
        packing = other_container(begin)
        if packing:
            raise InputError(
                note(shown(file.name), f"it is packed with {packing}, which is not read", "Unpack it first")
            )
        self._plain(file, decode(file.name, within_bounds(shown(file.name), content.read(MAX_BYTES + 1))))

    def _plain(self, file: InputFile, source: SourceText) -> None:
        self.exhibits += logs.exhibits(source.name, source.text)
        contents = read_contents(logs.without_logs(source), file.cluster)
        if contents.damaged and not contents.usable:
            raise InputError(contents.damaged[0], others=len(contents.damaged) - 1)
        if not (contents.usable or contents.doubtful):
            unlock = "If a command wrote it, run that alone to see its error"
            self._taken.say(note(shown(file.name), "there is nothing in it", unlock))
        if logs.MARK in source.text and contents.objects:
            for missing in logs.no_configuration(source.name, contents.objects):
                self._taken.say(missing)
        self._take([contents])

    def _archive(self, file: InputFile, content: BinaryIO) -> None:
        sorter = Sorter(name=file.name, cluster=file.cluster)
        for found in members_of(content, shown(file.name), _of_use):
            if isinstance(found, Member):
                sorter.add(f"{file.name}!{found.path}", found.path, found.data, found.changed)
            else:
                sorter.notes.append(found)
        self._take_sorted(sorter)

    def _of_folder(self, file: InputFile) -> None:
        if self._folder is None or (self._folder.name, self._folder.cluster) != (file.folder, file.cluster):
            self._close_folder()
            self._folder = Sorter(name=file.folder, cluster=file.cluster)
        try:
            self._folder.add(file.name, placed(file.name), read_bytes(file.name))
        except InputError as error:
            self._folder.notes.append(error.note)

    def _close_folder(self) -> None:
        if self._folder is not None:
            self._take_sorted(self._folder)
            self._folder = None

    def _take_sorted(self, sorter: Sorter) -> None:
        found = sorter.close(int(time.time()))
        self.exhibits += sorter.exhibits
        self._listed |= sorter.listed
        self._unseen |= sorter.unseen
        self._cluster_ids |= sorter.cluster_ids
        self._remotes_told |= sorter.remotes_told
        self.logs += sorter.logs
        self._observed = sorter.observed if self._observed is None else self._observed
        self._take(found)
        for missing in sorter.notes:
            self._taken.say(missing)

    def _take(self, found: Iterable[Contents]) -> None:
        for contents in found:
            self._answered = self._answered or contents.answered
            for missing in (*contents.damaged, *contents.doubtful):
                self._taken.say(missing)
            for thing in contents.objects:
                self._taken.take(thing)


def _of_use(path: str) -> bool:
    place = place_of(path)
    return place is None or place.use is not Use.NOTHING
