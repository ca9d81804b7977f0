"""HTTP/1.1 on loopback: connections that are kept, bodies, upgrades, and the faults of a connection.

Decides how bytes travel. What they say comes from the function it is given. Everything ends when it is stopped: answers
that were held back, websockets, idle connections.
"""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from tests.kube_api.certificates import Certificates
from tests.kube_api.faults import Fault, Faults, instead, spoilt
from tests.kube_api.messages import Call, Refused, Reply
from tests.kube_api.websocket import Session, WebSocket, accepted

_COMPRESSED_FROM = 128 * 1024  # k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/writers.go
_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The answer to a request for a websocket: what is spoken, and what happens then."""

    protocol: str
    session: Session


Answer = Callable[[Call], Reply | Upgrade]


class HttpServer(ThreadingHTTPServer):
    """Listens on a port of loopback that is free. `broken` holds what went wrong in the server itself."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, answer: Answer, faults: Faults, latency: float, certificates: Certificates | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.faults, self.latency = answer, faults, latency
        self.received: list[tuple[str, str, dict[str, str]]] = []
        self.broken: list[BaseException] = []
        self.stopping = Event()
        self._tls = _context(certificates) if certificates else None
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": _TICK})

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection and waits for all threads."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    # Not that of a TLS socket, which would say good-bye in the middle of another thread's reading.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, client = super().get_request()
        if self._tls is None:
            return connection, client
        # Hands are shaken in the connection's own thread, so that nobody else waits.
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections end when they like."""


def _context(certificates: Certificates) -> ssl.SSLContext:
    """TLS that asks for a client's certificate and does without, as the real server."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates.root))
    context.load_cert_chain(certificates.server, certificates.server_key)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def _serve(self) -> None:
        call = self._call()
        self.server.received.append((call.method, call.url, dict(self.headers.items())))
        if self.server.latency:
            self.server.stopping.wait(self.server.latency)
        fault = self.server.faults.take(call)
        if fault and fault.does in ("silent", "drop"):
            self._vanish(fault)
            return
        made = self._answer(call, fault)
        if isinstance(made, Upgrade):
            self._upgrade(call, made, fault)
        else:
            self._send(call, spoilt(fault, made), fault)

    # The names that http.server looks for.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _call(self) -> Call:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        certified = isinstance(self.connection, ssl.SSLSocket) and bool(self.connection.getpeercert())
        return Call(method=self.command, url=self.path, headers=headers, body=body, certified=certified)

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _answer(self, call: Call, fault: Fault | None) -> Reply | Upgrade:
        try:
            return (instead(fault, call) if fault else None) or self.server.answer(call)
        except Refused as refused:
            return refused.reply
        except Exception as wrong:  # noqa: BLE001 - kept, and raised where the server is stopped
            self.server.broken.append(wrong)
            return Refused(500, f"the API server for tests is broken: {wrong!r}").reply

    def _vanish(self, fault: Fault) -> None:
        """Leaves a request without an answer."""
        self.close_connection = True
        if fault.does == "drop":
            # Lingering for no time makes the kernel send a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.connection.settimeout(_TICK)
        while not self.server.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                # Whoever hangs up need not be waited for.
                if not self.connection.recv(1):
                    return

    def _upgrade(self, call: Call, made: Upgrade, fault: Fault | None) -> None:
        self.close_connection = True
        self.send_response_only(101)
        for name, value in (
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accepted(call)),
            ("Sec-WebSocket-Protocol", made.protocol),
        ):
            self.send_header(name, value)
        self.end_headers()
        budget = int(fault.amount) if fault and fault.does == "cut" else None
        with contextlib.suppress(OSError):
            made.session(WebSocket(self.rfile, self.connection, budget))

    def _send(self, call: Call, reply: Reply, fault: Fault | None) -> None:
        reply = _compressed(call, reply)
        ahead = fault.amount if fault and fault.does == "skew" else 0
        self.send_response_only(reply.status)
        headers = {"Date": formatdate(time.time() + ahead, usegmt=True), "Content-Type": reply.kind, **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        body = b"" if call.method == "HEAD" else reply.body
        if fault and fault.does == "half":
            body = body[: len(body) // 2]
            self.close_connection = True
        if fault and fault.does == "slow":
            self.end_headers()
            self._trickle(body, fault.amount)
        else:
            self._end_headers_with(body)

    def _end_headers_with(self, body: bytes) -> None:
        """Head and body: small ones in one packet, large ones without a copy."""
        if len(body) < _COMPRESSED_FROM:
            head = io.BytesIO()
            wire, self.wfile = self.wfile, head
            try:
                self.end_headers()
            finally:
                self.wfile = wire
            self.wfile.write(head.getvalue() + body)
        else:
            self.end_headers()
            self.wfile.write(body)

    def _trickle(self, body: bytes, rate: float) -> None:
        step = max(1, int(rate * _TICK))
        for start in range(0, len(body), step):
            part = body[start : start + step]
            if self.server.stopping.wait(len(part) / rate):
                return
            self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        """Says nothing; `received` tells."""


def _compressed(call: Call, reply: Reply) -> Reply:
    """Large answers are compressed for those who ask, at the lowest level."""
    if "gzip" not in call.headers.get("accept-encoding", "") or len(reply.body) <= _COMPRESSED_FROM:
        return reply
    packer = zlib.compressobj(level=1, wbits=31)
    body = packer.compress(reply.body) + packer.flush()
    return replace(reply, body=body, headers={**reply.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
