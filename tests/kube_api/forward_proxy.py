"""A proxy on the way to the API server, as companies have it: CONNECT, with a password or without.

Decides who may pass and where to; what passes it does not see. It connects to loopback only.
"""

from __future__ import annotations

import base64
import contextlib
import socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import quote

_CHUNK = 64 * 1024


class ForwardProxy(ThreadingTCPServer):
    """Enter it to start, leave it to stop. `user` is `name:password`, or "" for everybody. `passed` lists where clients
    were let through to."""

    daemon_threads = True

    def __init__(self, user: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.wanted = f"Basic {base64.b64encode(user.encode()).decode()}" if user else ""
        self.passed: list[str] = []
        self._user = f"{':'.join(quote(part, safe='') for part in user.split(':'))}@" if user else ""
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """As `proxy-url` of a kubeconfig names it."""
        return f"http://{self._user}127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections end when they like."""


class _Tunnel(StreamRequestHandler):
    server: ForwardProxy

    def handle(self) -> None:
        method, place, _ = self.rfile.readline().decode().split(" ")
        lines = iter(lambda: self.rfile.readline().decode().strip(), "")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        host, _, port = place.rpartition(":")
        if method != "CONNECT" or not host.startswith("127."):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif self.server.wanted and headers.get("proxy-authorization") != self.server.wanted:
            challenge = b'Proxy-Authenticate: Basic realm="test"\r\n'
            self.wfile.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n" + challenge + b"Content-Length: 0\r\n\r\n"
            )
        else:
            self.server.passed.append(place)
            with socket.create_connection((host, int(port)), 5) as there:
                there.settimeout(None)
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = Thread(target=_carry, args=(there, self.connection), daemon=True)
                back.start()
                _carry(self.connection, there)
                back.join()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    """One way, until it ends; then the other side is told so."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
