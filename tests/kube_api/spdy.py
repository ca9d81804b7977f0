"""SPDY/3.1 as far as kubectl's port-forward speaks it, inside the messages of a websocket.

Decides frames: streams that open, data, their ends, pings. What the streams carry is for `forwarding`. There is no flow
control, as there is none in the library that kubectl uses (github.com/moby/spdystream).

Facts: the SPDY protocol, drafts 3 and 3.1 (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

SYN_STREAM, SYN_REPLY, RST_STREAM, SETTINGS, PING, GOAWAY = 1, 2, 3, 4, 6, 7
FIN = 0x01

_WORDS = """options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age
allow authorization cache-control connection content-base content-encoding content-language content-length
content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since
if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate
proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning
www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin"""

_REST = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
    "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)


def _counted(text: bytes) -> bytes:
    return struct.pack("!I", len(text)) + text


DICTIONARY = b"".join(_counted(w.replace("_", " ").encode()) for w in _WORDS.split()) + _REST.encode()
"""What header blocks are compressed with: draft 3, section 2.6.10.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What came: a stream that opens (`headers`), data of one, a ping (`data` is its body), or a reset."""

    kind: int
    stream: int = 0
    ends: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b""


DATA = 0


class Reader:
    """Frames out of bytes that come in any pieces. One for each connection, whose header blocks share a state."""

    def __init__(self) -> None:
        self._buffer = b""
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole now; of kinds that do not matter here, none."""
        self._buffer += data
        while len(self._buffer) >= 8:
            first, second = struct.unpack("!II", self._buffer[:8])
            size = second & 0xFFFFFF
            if len(self._buffer) < 8 + size:
                return
            body, self._buffer = self._buffer[8 : 8 + size], self._buffer[8 + size :]
            frame = self._frame(first, second >> 24, body)
            if frame:
                yield frame

    def _frame(self, first: int, flags: int, body: bytes) -> Frame | None:
        ends = bool(flags & FIN)
        if not first >> 31:
            return Frame(kind=DATA, stream=first, ends=ends, data=body)
        kind = first & 0xFFFF
        if kind == SYN_STREAM:
            headers = _headers(self._inflate.decompress(body[10:]))
            return Frame(kind=kind, stream=_number(body), ends=ends, headers=headers)
        if kind == RST_STREAM:
            return Frame(kind=kind, stream=_number(body))
        return Frame(kind=kind, data=body) if kind == PING else None


def _number(body: bytes) -> int:
    (number,) = struct.unpack("!I", body[:4])
    return int(number) & 0x7FFFFFFF


def _headers(block: bytes) -> dict[str, str]:
    count, at = struct.unpack("!I", block[:4])[0], 4
    texts = []
    for _ in range(2 * count):
        size = struct.unpack("!I", block[at : at + 4])[0]
        texts.append(block[at + 4 : at + 4 + size].decode())
        at += 4 + size
    return dict(zip(texts[::2], texts[1::2], strict=True))


class Writer:
    """Bytes of the frames that a server sends."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def reply(self, stream: int) -> bytes:
        """A stream is accepted, with no headers."""
        block = self._deflate.compress(struct.pack("!I", 0)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return _control(SYN_REPLY, struct.pack("!I", stream) + block)

    @staticmethod
    def ping(body: bytes) -> bytes:
        return _control(PING, body)

    @staticmethod
    def data(stream: int, data: bytes, *, ends: bool = False) -> bytes:
        return struct.pack("!II", stream, (FIN if ends else 0) << 24 | len(data)) + data


def _control(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHI", 0x8003, kind, len(body)) + body
