"""Logs to lines, one after another, however long they are.

Decides: which files of a folder are read, how bytes become lines, and how much of a compressed log is unpacked. Must
not know what a line means. Memory does not grow with the log: of a line without end, the rest is dropped.
"""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.inputs import STDIN, unreadable
from troubleshooter.collect.text import shown

CHUNK = 1 << 20
LONGEST = 1 << 18
"""Longest line that is handed over, in characters; nobody looks at one this long."""

MAX_UNPACKED = 16 << 30
"""So many bytes of one compressed log are read: it must end, and a hostile one of 16 MB could go on for this long."""

_LOOKED_AT = 4096
_GZIP = b"\x1f\x8b"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""UTF-16 is what PowerShell writes."""

Read: TypeAlias = Callable[[int], bytes]


def log_files(names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The files that are meant by names of files, folders and `-`, in a fixed order, and whether somebody named this
    very file. In a folder: every one that is not hidden, folders below it too, and no link that leads out of it."""
    for name in names:
        if name == STDIN or not os.path.isdir(name):  # noqa: PTH112 - Path.is_dir raises where one may not look
            yield name, True
            continue
        for folder, below, files in os.walk(name):
            below[:] = sorted(one for one in below if not one.startswith("."))
            for one in sorted(one for one in files if not one.startswith(".")):
                path = os.path.join(folder, one)  # noqa: PTH118 - Path would drop the ./ of a path as given
                if Path(path).is_file() and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(name)):
                    yield path, False


@contextmanager
def opened_log(name: str, stdin: Callable[[], BinaryIO]) -> Iterator[Iterator[str]]:
    """The lines of a log, without their ends; bytes that are no text of their encoding are replaced.

    Raises:
        InputError: it cannot be read, is no text, or (once its lines are read) is damaged or does not end.
    """
    try:
        if name == STDIN:
            yield _lines_of(stdin(), name)
        else:
            with Path(name).open("rb") as file:
                yield _lines_of(file, name)
    except OSError as error:
        raise InputError(unreadable(shown(name), error)) from None


def _lines_of(file: BinaryIO, name: str) -> Iterator[str]:
    begin = _beginning(file.read)
    if begin.startswith(_GZIP):
        unpacked = gzip.GzipFile(fileobj=cast("BinaryIO", _Again(begin, file.read)), mode="rb")
        yield from _decoded(_within_bounds(unpacked.read, name), name)
    else:
        yield from _decoded(_Again(begin, file.read).read, name)


def _decoded(read: Read, name: str) -> Iterator[str]:
    begin = _beginning(read)
    wide = begin.startswith(_WIDE)
    if b"\0" in begin and not wide:
        raise InputError(note(shown(name), "this is no text", "Name the log itself, as text or compressed with gzip"))
    yield from lines(_Again(begin, read).read, "utf-16" if wide else "utf-8-sig")


def lines(read: Read, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of what `read` gives piece by piece, without their ends; of one that is longer than LONGEST, its
    beginning."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    rest, dropping = "", False
    while True:
        chunk = read(CHUNK)
        head, *more = (rest + decode(chunk, not chunk)).split("\n")
        if more:
            yield head
            yield from more[:-1]
            rest, dropping = more[-1], False
        elif not dropping:
            rest = head
        if len(rest) > LONGEST:
            rest, dropping = rest[:LONGEST], True
        if not chunk:
            break
    if rest:
        yield rest


class _Again:
    """A stream whose beginning was looked at already."""

    def __init__(self, begin: bytes, read: Read) -> None:
        self._begin, self._read = begin, read

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        if not self._begin:
            return self._read(size)
        given, self._begin = self._begin[:size], self._begin[size:]
        return given


def _beginning(read: Read) -> bytes:
    """So many bytes that they tell what it is; a pipe may give them piece by piece."""
    begin = b""
    while len(begin) < _LOOKED_AT and (more := read(_LOOKED_AT - len(begin))):
        begin += more
    return begin


def _within_bounds(read: Read, name: str) -> Read:
    left = MAX_UNPACKED

    def bounded(size: int) -> bytes:
        nonlocal left
        try:
            chunk = read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(note(shown(name), f"it is damaged ({error})", "What stands before that is used")) from None
        left -= len(chunk)
        if left < 0:
            why = f"it unpacks to more than {MAX_UNPACKED >> 30} GB"
            raise InputError(
                note(shown(name), why, "What stands before that is used; unpack it to have all of it read")
            )
        return chunk

    return bounded
