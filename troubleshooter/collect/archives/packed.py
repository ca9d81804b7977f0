"""Compressed bytes as a stream of those in them.

Decides: what a stream is packed with, and that as much as came out before damage is given. Must not know what is in it.

zstandard rather than Python's own module, which only Python 3.14 and newer have.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from troubleshooter.collect.archives.bounds import Meter
from troubleshooter.collect.archives.members import Damaged

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_CHUNK = 2**18
_WINDOW = 2**27
"""The biggest memory that a zstd stream may ask for: what `zstd` itself grants without --long."""


class Plain:
    """Bytes that are packed with nothing."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._file = file
        self._meter = meter

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, fewer at the end. Raises TooMuch."""
        found = self._file.read(size)
        self._meter.unpack(len(found))
        return found


class Unpacked:
    """What gzip or zstd packed."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._packed = _Counted(file)
        self._meter = meter
        self._rest = b""
        self._out = 0
        self._damage = ""
        begin = file.read(len(ZSTD))
        file.seek(-len(begin), 1)
        self._next = _zstd(self._packed) if begin == ZSTD else _gzip(self._packed)

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, fewer at the end. Raises Damaged once there is nothing left before the damage,
        and TooMuch."""
        parts, have = [self._rest], len(self._rest)
        while have < size and (more := self._more()):
            parts.append(more)
            have += len(more)
        found = b"".join(parts)
        found, self._rest = found[:size], found[size:]
        if self._damage and not found and size:
            raise Damaged(self._damage)
        return found

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay."""
        found = self.read(size)
        self._rest = found + self._rest
        return found

    def check(self) -> None:
        """Read what is left, for the checksum at its end. Raises Damaged and TooMuch."""
        self._rest = b""
        while self._more():
            pass
        if self._damage:
            raise Damaged(self._damage)

    def _more(self) -> bytes:
        if self._damage:
            return b""
        try:
            found = self._next(_CHUNK)
        except EOFError:
            self._damage = "it is cut off"
            return b""
        except (OSError, zlib.error):
            self._damage = "what is packed in it is damaged"
            return b""
        self._out += len(found)
        self._meter.unpack(len(found))
        self._meter.packed(self._out, self._packed.count)
        return found


class _Counted:
    """A file that counts what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        found = self._file.read(size)
        self.count += len(found)
        return found


def _gzip(packed: _Counted) -> Callable[[int], bytes]:
    return gzip.GzipFile(fileobj=cast("BinaryIO", packed), mode="rb").read1  # of a file it only calls `read`


def _zstd(packed: _Counted) -> Callable[[int], bytes]:
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    stream = unpacker.stream_reader(cast("BinaryIO", packed), read_across_frames=True)

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except zstandard.ZstdError as wrong:
            raise OSError(str(wrong)) from None

    return read
