"""Applications with faults of their own, beside those of `apps.py`; a name server that knows no name; a control plane
that says nothing.

Knows sockets and frames, and not Envoy.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

from tests.envoy.apps import PREFACE, Place, Serve

RST_STREAM, GOAWAY = 3, 7
REFUSED, CANCELLED = 7, 8


def head_of(one: socket.socket) -> bytes:
    """What a client says, up to the end of its request's head."""
    held = b""
    while b"\r\n\r\n" not in held and (part := one.recv(65536)):
        held += part
    return held


def answers(status: int) -> Serve:
    """Answers with this status, whatever is asked."""

    def serve(one: socket.socket, _name: str) -> None:
        while head_of(one):
            one.sendall(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())

    return serve


def resets(one: socket.socket, _name: str) -> None:
    """Reads a request, and resets the connection."""
    head_of(one)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


def cuts_off(one: socket.socket, _name: str) -> None:
    """Promises a thousand bytes, and dies after four."""
    head_of(one)
    one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
    time.sleep(0.05)


def hangs_up(one: socket.socket, _name: str) -> None:
    """Closes whatever is not plain HTTP, at its first byte."""
    one.recv(1)


def stalls(one: socket.socket, _name: str) -> None:
    """Begins an answer, and never goes on."""
    head_of(one)
    one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
    time.sleep(2)


def bad_header(one: socket.socket, _name: str) -> None:
    """Answers with a header that is none."""
    head_of(one)
    one.sendall(b"HTTP/1.1 200 OK\r\nx bad header\x00: 1\r\ncontent-length: 0\r\n\r\n")


def once(one: socket.socket, _name: str) -> None:
    """Answers one request, says nothing of closing, and closes a moment later, as servers do with idle connections."""
    for _ in range(2):
        if not head_of(one):
            return
        one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        one.settimeout(0.1)


def races(one: socket.socket, _name: str) -> None:
    """Answers one request; the next on the same connection it meets with its end, as an idle timeout that fires just
    then does."""
    head_of(one)
    one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    one.recv(65536)


def frames(kind: int, code: int) -> Serve:
    """An HTTP/2 server that answers each request with a frame of this kind and error code."""

    def serve(one: socket.socket, _name: str) -> None:
        held = b""
        one.sendall(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        while part := one.recv(65536):
            held += part
            held = held.removeprefix(PREFACE + b"\r\n\r\nSM\r\n\r\n")
            while len(held) >= 9 and len(held) >= 9 + int.from_bytes(held[:3]):
                size, found, stream = int.from_bytes(held[:3]), held[3], held[5:9]
                held = held[9 + size :]
                if found == 1:
                    one.sendall(b"\x00\x00\x04" + bytes([kind]) + b"\x00" + stream + code.to_bytes(4))

    return serve


class NoNames:
    """A name server for which no name exists."""

    def __init__(self, place: Place) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(place)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                asked, peer = self._socket.recvfrom(4096)
                # The question back, with the flags of an answer and NXDOMAIN, and no records.
                self._socket.sendto(asked[:2] + b"\x81\x83" + asked[4:6] + bytes(6) + asked[12:], peer)

    def stop(self) -> None:
        self._socket.close()
