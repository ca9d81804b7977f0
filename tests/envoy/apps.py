"""Applications for the proxies to call, each in a way that a row asks for.

`well` speaks whatever the client speaks first: HTTP/1.1, or plain text. All others are faults. Nothing here knows
Envoy.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

from tests.envoy.envoy_shapes import Identity

Place = tuple[str, int]
Serve = Callable[[socket.socket, str], None]
WAIT = 3.0
PREFACE = b"PRI * HTTP/2.0"


def _head(one: socket.socket) -> bytes:
    """What the client says, up to the end of its request's head."""
    held = b""
    with contextlib.suppress(OSError):
        while not (b"\r\n\r\n" in held or _is_other(held) or (b"HTTP/" not in held and held.endswith(b"\n"))):
            part = one.recv(65536)
            if not part:
                break
            held += part
    return held


def _answer(status: int, name: str, head: bytes) -> bytes:
    """An HTTP answer that tells who answers, and what path and host arrived."""
    lines = head.decode("latin-1").split("\r\n")
    path = lines[0].split(" ")[1]
    host = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")), "")
    told = f"x-app: {name}\r\nx-path: {path}\r\nx-host: {host}\r\n"
    return f"HTTP/1.1 {status} X\r\n{told}content-length: 0\r\n\r\n".encode("latin-1")


def _well(one: socket.socket, name: str, status: int = 200, head: bytes = b"") -> None:
    while head := head or _head(one):
        if b"HTTP/1." not in head:
            one.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n" if _is_other(head) else name.encode())
            return
        one.sendall(_answer(status, name, head))
        head = b""


def _is_other(head: bytes) -> bool:
    """A handshake, or HTTP/2: neither text nor HTTP/1.1."""
    return head.startswith((HELLO, PREFACE))


def _slow(one: socket.socket, name: str) -> None:
    head = _head(one)
    time.sleep(0.6)
    if head:
        one.sendall(_answer(200, name, head))


def _closes(one: socket.socket, _name: str) -> None:
    _head(one)


def _hangs(one: socket.socket, _name: str) -> None:
    _head(one)
    time.sleep(WAIT)


def _greets(one: socket.socket, name: str) -> None:
    one.sendall(f"{name} says hello\n".encode())
    _head(one)


def _garbage(one: socket.socket, _name: str) -> None:
    _head(one)
    one.sendall(b"\x00\x01 this is no HTTP\r\n\r\n")


def _http2(one: socket.socket, name: str, head: bytes = b"") -> None:
    """Just enough of HTTP/2: its settings, and to each request the status 200 with the header x-app."""
    held, opened = b"", False
    while part := head or one.recv(65536):
        held, head = held + part, b""
        if not opened:
            if not held.startswith(PREFACE):
                one.sendall(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
                return
            one.sendall(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            held, opened = held[24:], True
        while len(held) >= 9 and len(held) >= 9 + int.from_bytes(held[:3]):
            size, kind, stream = int.from_bytes(held[:3]), held[3], held[5:9]
            held = held[9 + size :]
            if kind == 1:
                text = b"\x88\x00\x05x-app" + bytes([len(name)]) + name.encode()
                one.sendall(len(text).to_bytes(3) + b"\x01\x05" + stream + text)


def _any(one: socket.socket, name: str) -> None:
    head = _head(one)
    if head.startswith(PREFACE):
        _http2(one, name, head)
    else:
        _well(one, name, head=head)


BEHAVIOURS: dict[str, Serve] = {
    "well": _well,
    "500": lambda one, name: _well(one, name, 500),
    "503": lambda one, name: _well(one, name, 503),
    "slow": _slow,
    "closes": _closes,
    "hangs": _hangs,
    "greets": _greets,
    "garbage": _garbage,
    "http2": _http2,
    "tls": _well,
    "either": _any,
    "any": _any,
}
"""What an application may do. `tls` takes nothing but TLS, `any` no TLS but HTTP/2 as well, and
`either` both. Beside these there are `down`
(nothing listens) and `full` (it takes no more connections)."""
HELLO = b"\x16"
"""How a TLS handshake begins."""


class App:
    """One application at a place, until it is stopped."""

    def __init__(
        self, place: Place, name: str, behaviour: str | Serve = "well", identity: Identity | None = None
    ) -> None:
        self._name, self._serve = name, BEHAVIOURS[behaviour] if isinstance(behaviour, str) else behaviour
        self._tls = _context(identity) if identity else None
        self._always = behaviour == "tls"
        self._socket = socket.create_server(place, backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = self._socket.accept()
                one.settimeout(WAIT)
                threading.Thread(target=self._handle, args=(one,), daemon=True).start()

    def _handle(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            held.enter_context(one)
            if self._tls and (self._always or one.recv(1, socket.MSG_PEEK) == HELLO):
                one = held.enter_context(self._tls.wrap_socket(one, server_side=True))
            self._serve(one, self._name)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _context(identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with identity.files() as (chain, key):
        context.load_cert_chain(chain, key)
    return context


class Full:
    """A place that takes no more connections: those that come are dropped, as by a firewall."""

    def __init__(self, place: Place) -> None:
        self._socket = socket.socket()
        self._socket.bind(place)
        self._socket.listen(0)
        self._inside = [socket.socket() for _ in range(3)]
        for one in self._inside:
            one.settimeout(0)
            one.connect_ex(place)

    def stop(self) -> None:
        for one in (*self._inside, self._socket):
            one.close()


class Relay:
    """What a cluster's nodes do with the address of a Service: they pass a connection on to one of its endpoints."""

    def __init__(self, place: Place, target: Place) -> None:
        self._target = target
        self._socket = socket.create_server(place, backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, peer = self._socket.accept()
                threading.Thread(target=self._pass_on, args=(one, peer[0]), daemon=True).start()

    def _pass_on(self, one: socket.socket, source: str) -> None:
        with one, contextlib.suppress(OSError), socket.create_connection(self._target, WAIT, (source, 0)) as other:
            back = threading.Thread(target=_copy, args=(other, one), daemon=True)
            back.start()
            _copy(one, other)
            back.join(WAIT)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Everything, then the end. A connection that was cut off is cut off on the other side, too."""
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
