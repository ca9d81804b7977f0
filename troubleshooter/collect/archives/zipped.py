"""The members of a zip.

Decides: what is read of each. Must not know what any member is. A zip ends with a list of what is in it: one that is
cut off has lost it, and cannot be read at all.
"""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from typing import BinaryIO

from troubleshooter.collect.archives.bounds import MIB, Meter
from troubleshooter.collect.archives.members import (
    Damaged,
    Found,
    Member,
    Wanted,
    inside,
    leads_out,
    left,
    no_files,
)
from troubleshooter.model import NotChecked

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK = 2**18
_ENCRYPTED = 1
_LIST = 64 * MIB
"""The longest list of members that is read: the whole of it is held in memory."""

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 2**16

_WRONG = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""All that reading a damaged zip raises."""


def members(file: BinaryIO, name: str, wanted: Wanted, meter: Meter) -> Found:
    """The members of the zip called `name` that are wanted, and what of it is damaged or left out.

    Raises:
        Damaged: its list of members cannot be read.
        TooMuch: there is more in it than is read.
    """
    size = _demand_short_list(file)
    try:
        archive = zipfile.ZipFile(file)
    except _WRONG:
        raise Damaged("its list of members is missing or damaged; it may be cut off") from None
    links = came_out = 0
    for info in archive.infolist():
        meter.member()
        path = inside(info.filename)
        if info.is_dir():
            continue
        if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
            links += 1
        elif path is None:
            yield leads_out(name, info.filename)
        elif wanted(path):
            found = _member(archive, info, name, path, meter)
            if isinstance(found, Member):
                came_out += len(found.data)
                meter.packed(came_out, size)  # members may share their packed bytes
            yield found
    if links:
        yield no_files(name, links)


def _demand_short_list(file: BinaryIO) -> int:
    """The size of the file. Raises Damaged where its list of members is longer than is read."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _LONGEST_COMMENT - _END.size - _END_64.size - 20))
    tail = file.read()
    file.seek(0)
    at, at_64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    size = _END.unpack_from(tail, at)[5] if 0 <= at <= len(tail) - _END.size else 0
    if 0 <= at_64 <= len(tail) - _END_64.size:
        size = _END_64.unpack_from(tail, at_64)[8]
    if size > _LIST:
        raise Damaged(f"its list of members is longer than {_LIST // MIB} MiB")
    return end


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, path: str, meter: Meter) -> Member | NotChecked:
    if info.flag_bits & _ENCRYPTED:
        return left(name, path, "it is encrypted")
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as packed:
            while size <= meter.bounds.member and (part := packed.read(_CHUNK)):
                parts.append(part)
                size += len(part)
                meter.unpack(len(part))
                meter.packed(size, info.compress_size)
    except _WRONG:
        return left(name, path, "it is damaged")
    if size > meter.bounds.member:
        return left(name, path, f"it is bigger than {meter.bounds.member // MIB} MiB")
    meter.keep(size)
    return Member(path=path, data=b"".join(parts), changed=_changed(info))


def _changed(info: zipfile.ZipInfo) -> int | None:
    """A zip tells the local time of whoever made it, and not where that was: it is taken for UTC."""
    try:
        return int(datetime(*info.date_time, tzinfo=UTC).timestamp())
    except ValueError:
        return None
