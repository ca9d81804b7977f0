"""A tar as a stream: one member after another, once, forwards.

Decides: what belongs to a member, and where reading goes on after a damaged header. Python's own reader takes a damaged
header in the middle for the end and says nothing; here the loss is named and the next good header is looked for. Only
its parser of one header is used.

Source: https://www.gnu.org/software/tar/manual/html_node/Standard.html; pax headers: POSIX, utility `pax`.
"""

from __future__ import annotations

import tarfile
from typing import Protocol

from troubleshooter.collect.archives.bounds import Meter
from troubleshooter.collect.archives.members import Damaged, Found, Member, Wanted, inside, leads_out, left, no_files

BLOCK = 512
_END = bytes(BLOCK)
_HEADERS = 2**20
_CHUNK = 2**20
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)


class Stream(Protocol):
    """Where bytes come from: as many as asked for, fewer only at the end. May raise Damaged or TooMuch."""

    def read(self, size: int, /) -> bytes: ...


def is_tar(begin: bytes) -> bool:
    """Whether something begins with a header of a tar."""
    return _header(begin[:BLOCK]) is not None


def members(stream: Stream, name: str, wanted: Wanted, meter: Meter) -> Found:
    """The members of the tar called `name` that are wanted, and what of it is damaged or left out.

    Raises:
        Damaged: it stops before its end; what was given before is whole.
        TooMuch: there is more in it than is read.
    """
    reader = _Reader(stream)
    no_file = damaged = 0
    while (info := reader.header()) is not None:
        meter.member()
        if reader.skipped:
            damaged += 1
            yield left(name, info.name, f"{reader.skipped} damaged blocks before it were not read")
        path = inside(info.name)
        if info.type not in _FILES:
            no_file += info.type != tarfile.DIRTYPE
            reader.skip(info)
        elif path is None:
            yield leads_out(name, info.name)
            reader.skip(info)
        elif not wanted(path):
            reader.skip(info)
        elif info.size > meter.bounds.member:
            yield left(name, path, f"it is bigger than {meter.bounds.member // 2**20} MiB")
            reader.skip(info)
        else:
            meter.keep(info.size)
            yield Member(path=path, data=reader.data(info), changed=int(info.mtime))
    if no_file:
        yield no_files(name, no_file)


class _Reader:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._last = ""
        self.skipped = 0

    def header(self) -> tarfile.TarInfo | None:
        """The next member's header, with the long name that may stand before it; None at the end. `skipped` are the
        damaged blocks before it."""
        self.skipped = 0
        extended: dict[str, str] = {}
        while (block := self._block()) != _END:
            info = _header(block)
            if info is None:
                self.skipped += 1
            elif info.type == tarfile.GNUTYPE_LONGNAME:
                extended["path"] = _text(self._extension(info)).rstrip("\0")
            elif info.type in _PAX:
                extended.update(_records(self._extension(info)))
            elif info.type in {tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE}:
                self.skip(info)
            else:
                return self._extended(info, extended)
        if self.skipped:
            raise Damaged(f"{self.skipped} blocks at its end are damaged")
        return None

    def _block(self) -> bytes:
        try:
            block = self._stream.read(BLOCK)
        except Damaged as wrong:
            raise Damaged(f"{wrong} after {self._last}" if self._last else str(wrong)) from None
        if len(block) < BLOCK:
            raise Damaged(f"it is cut off after {self._last}" if self._last else "it is cut off")
        return block

    def _extended(self, info: tarfile.TarInfo, extended: dict[str, str]) -> tarfile.TarInfo:
        info.name = extended.get("path", info.name)
        size = extended.get("size", "")
        if size.isascii() and size.isdigit() and len(size) <= 20:
            info.size = int(size)
        self._last = info.name
        return info

    def _extension(self, info: tarfile.TarInfo) -> bytes:
        if info.size > _HEADERS:
            raise Damaged("a name in it is longer than any path")
        return self.data(info)

    def data(self, info: tarfile.TarInfo) -> bytes:
        """The content of a member. Raises Damaged where it is cut off."""
        found = self._stream.read(info.size)
        padding = -info.size % BLOCK
        if len(found) < info.size:
            raise Damaged(f"it is cut off in {info.name}")
        self._stream.read(padding)
        return found

    def skip(self, info: tarfile.TarInfo) -> None:
        """Pass over the content, if this type of member has any."""
        if info.type not in _FILES and info.type in tarfile.SUPPORTED_TYPES and not info.type.isalpha():
            return
        rest = info.size + -info.size % BLOCK
        while rest > 0:
            found = len(self._stream.read(min(rest, _CHUNK)))
            if not found:
                raise Damaged(f"it is cut off in {info.name}")
            rest -= found


def _header(block: bytes) -> tarfile.TarInfo | None:
    """The header in a block; None if it is none, or damaged."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return None
    return info if info.size >= 0 else None


def _records(data: bytes) -> dict[str, str]:
    """`LENGTH KEY=VALUE` lines of a pax header; what is damaged ends them."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        digits, blank, _ = data[at : at + 20].partition(b" ")
        if not (blank and digits.isdigit()):
            break
        key, _, value = data[at + len(digits) + 1 : at + int(digits) - 1].partition(b"=")
        found[_text(key)] = _text(value)
        at += max(int(digits), 1)
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="surrogateescape")
