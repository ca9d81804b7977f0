"""What kind of container something is, by its first bytes, and the members of it, also of one in it.

Decides: how deep is looked (an archive in an archive, no further), and what is said of one that cannot be read to its
end. Must not know what any member is about.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO

from troubleshooter.collect.archives import tar, zipped
from troubleshooter.collect.archives.bounds import MIB, Bounds, Meter, TooMuch
from troubleshooter.collect.archives.members import AGAIN, Damaged, Found, Member, Wanted, left
from troubleshooter.collect.archives.packed import GZIP, ZSTD, Plain, Unpacked
from troubleshooter.collect.errors import note

LOOKED_AT = tar.BLOCK
"""So many bytes tell what something is."""

_PACKED = (GZIP, ZSTD)
_OTHERS = {
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
}


def is_container(begin: bytes) -> bool:
    """Whether what begins with these bytes is a tar or zip, or packed."""
    return begin.startswith((*_PACKED, *zipped.ZIP)) or tar.is_tar(begin)


def other_container(begin: bytes) -> str:
    """The name of a packing that is not read; "" for anything else."""
    return next((word for magic, word in _OTHERS.items() if begin.startswith(magic)), "")


def members_of(file: BinaryIO, name: str, wanted: Wanted, bounds: Bounds | None = None) -> Found:
    """The members of an archive that are wanted, in the order in which they stand in it, and whatever of it is damaged,
    dangerous or too much. Nothing is raised: where reading must stop, the last thing says why."""
    yield from _members(file, name, wanted, Meter(bounds or Bounds()), outer="")


def _members(file: BinaryIO, name: str, wanted: Wanted, meter: Meter, outer: str) -> Found:
    try:
        for found in _opened(file, name, wanted, meter):
            if not isinstance(found, Member):
                yield found
            elif not is_container(found.data[:LOOKED_AT]):
                yield replace(found, path=outer + found.path)
            elif outer:
                yield left(name, found.path, "it is an archive in an archive in an archive")
            else:
                inner = io.BytesIO(found.data)
                yield from _members(inner, f"{name}!{found.path}", wanted, meter, outer=f"{found.path}!")
    except Damaged as wrong:
        yield note(name, str(wrong), AGAIN)
    except TooMuch as wrong:
        yield note(name, f"{wrong}; reading stopped there", "Unpack it yourself and name what is of use")


def _opened(file: BinaryIO, name: str, wanted: Wanted, meter: Meter) -> Found:
    begin = file.read(LOOKED_AT)
    file.seek(0)
    if begin.startswith(zipped.ZIP):
        yield from zipped.members(file, name, wanted, meter)
    elif begin.startswith(_PACKED):
        stream = Unpacked(file, meter)
        if tar.is_tar(stream.peek(LOOKED_AT)):
            yield from tar.members(stream, name, wanted, meter)
            stream.check()
        else:
            yield from _single(stream, name, meter)
    else:
        yield from tar.members(Plain(file, meter), name, wanted, meter)


def _single(stream: Unpacked, name: str, meter: Meter) -> Found:
    """One packed file: its name is that of the archive without the last ending."""
    path = name.replace("\\", "/").rpartition("/")[2].rpartition("!")[2]
    stem, dot, _ = path.rpartition(".")
    data = stream.read(meter.bounds.member + 1)
    if len(data) > meter.bounds.member:
        yield left(name, stem or path, f"it is bigger than {meter.bounds.member // MIB} MiB")
        return
    meter.keep(len(data))
    yield Member(path=stem if dot and stem else path, data=data)
    stream.check()
