"""Websockets, the server's side: the handshake, and messages over a connection that was upgraded.

Decides framing only (RFC 6455). No extension is offered; what a message says is for `executing` and `forwarding`.

Written by hand: it is a hundred lines, and clients that do agree with it (kubectl, websocket-client) test it.
"""

from __future__ import annotations

import base64
import hashlib
import select
import socket
import ssl
import struct
from collections.abc import Callable, Collection
from threading import Lock
from typing import Protocol

from tests.kube_api.messages import Call, Refused

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3

_CHUNK = 64 * 1024
_MOMENT = 0.2

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Reader(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes: ...


def chosen(call: Call, spoken: Collection[str]) -> str:
    """The first subprotocol of the client's that is spoken here. Raises Refused (400) where there is none."""
    offered = [p.strip() for p in call.headers.get("sec-websocket-protocol", "").split(",")]
    for each in offered:
        if each in spoken:
            return each
    raise Refused(400, f"unable to upgrade: unable to negotiate protocol: client supports {offered}, server {spoken}")


def accepted(call: Call) -> str:
    """What proves to the client that a websocket was understood."""
    key = call.headers.get("sec-websocket-key", "") + _MAGIC
    return base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()


class _TlsReader:
    """Reads of a TLS connection while others write: under their lock, as OpenSSL cannot do both at once."""

    def __init__(self, connection: ssl.SSLSocket, lock: Lock) -> None:
        self._connection, self._lock = connection, lock
        self._buffer = b""

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._connection.pending():
                select.select([self._connection], [], [])
            data = self._some()
            if data == b"":
                break
            self._buffer += data or b""
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _some(self) -> bytes | None:
        """What is there; None when it was no data."""
        with self._lock:
            self._connection.settimeout(_MOMENT)
            try:
                return self._connection.recv(_CHUNK)
            except TimeoutError:
                return None
            finally:
                self._connection.settimeout(None)


class WebSocket:
    """An upgraded connection. Many threads may send, one receives. `budget`: after so many bytes it breaks."""

    def __init__(self, reader: Reader, connection: socket.socket, budget: int | None = None) -> None:
        self._lock = Lock()
        self._reader = _TlsReader(connection, self._lock) if isinstance(connection, ssl.SSLSocket) else reader
        self._connection, self._budget = connection, budget
        self._closed = False

    def receive(self) -> bytes | None:
        """The next message, None at the end. Pings are answered meanwhile."""
        message = b""
        while True:
            final, code, payload = self._frame()
            if code == CLOSE:
                self.close()
                return None
            if code == PING:
                self.send(payload, PONG)
            elif code != PONG:
                message += payload
                if final:
                    return message

    def _frame(self) -> tuple[bool, int, bytes]:
        head = self._reader.read(2)
        if len(head) < 2:
            return True, CLOSE, b""
        size = head[1] & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self._reader.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._reader.read(8))
        mask = self._reader.read(4) if head[1] & 0x80 else b""
        payload = self._reader.read(size)
        if mask and size:
            whole = (mask * (size // 4 + 1))[:size]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")
        return bool(head[0] & 0x80), head[0] & 0x0F, payload

    def send(self, payload: bytes, code: int = BINARY) -> None:
        """Sends one message. Raises OSError when the connection is gone."""
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | code, size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | code, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | code, 127, size)
        with self._lock:
            self._write(head + payload)

    def _write(self, data: bytes) -> None:
        if self._budget is None:
            self._connection.sendall(data)
            return
        self._connection.sendall(data[: self._budget])
        self._budget -= len(data)
        if self._budget <= 0:
            self._budget = 0
            self._connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionError("the websocket ends here, as the test wants it")

    def close(self) -> None:
        """Says good-bye, once."""
        if not self._closed:
            self._closed = True
            self.send(struct.pack("!H", 1000), CLOSE)

    def linger(self) -> None:
        """After `close`: waits for the client's good-bye, so that nothing that was sent is lost."""
        while self._frame()[1] != CLOSE:
            pass


Session = Callable[[WebSocket], None]
"""What happens over a websocket, until it ends."""
