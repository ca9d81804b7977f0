"""Port-forward: bytes between a client and the ports of a pod, over a websocket.

Decides the two ways in which Kubernetes does that: channels of v4.channel.k8s.io (two for each port: data and errors,
each begun by the port, 16 bit little-endian), and kubectl's SPDY streams tunnelled in a websocket. Which program
listens is for `backends`.

Facts: `pkg/kubelet/cri/streaming/portforward/websocket.go` and `…/httpstream.go` of Kubernetes; KEP-4006.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable
from threading import Lock, Thread

from tests.kube_api import spdy
from tests.kube_api.backends import PATIENCE, Backends
from tests.kube_api.messages import Call, Refused, Target
from tests.kube_api.websocket import Session, WebSocket

CHANNELS = "v4.channel.k8s.io"
TUNNEL = "SPDY/3.1+portforward.k8s.io"
PROTOCOLS = (CHANNELS, TUNNEL)

_CHUNK = 64 * 1024

Dial = Callable[[int], socket.socket]
"""A connection to a port of the pod. Raises OSError with the words of kubelet."""


def session(backends: Backends, call: Call, target: Target, protocol: str) -> Session:
    """Carries bytes until one side ends. Raises Refused (400) where no port is named."""

    def dial(port: int) -> socket.socket:
        place = backends.place(target.namespace, target.name, port)
        if place is not None:
            with contextlib.suppress(OSError):
                return socket.create_connection(place, PATIENCE)
        raise ConnectionRefusedError(
            f"error forwarding port {port} to pod {target.name}, uid : failed to execute portforward in network "
            f"namespace: failed to connect to localhost:{port} inside namespace: dial tcp4 127.0.0.1:{port}: "
            "connect: connection refused"
        )

    if protocol == TUNNEL:
        return lambda channel: _Tunnel(channel, dial).run()
    ports = [int(p) for text in call.query.get("ports", []) for p in text.split(",") if p.isdigit()]
    if not ports:
        raise Refused(400, 'query parameter "ports" is required')
    return lambda channel: _channels(channel, dial, ports)


def _pump(source: socket.socket, send: Callable[[bytes], None]) -> None:
    """Sends on what a socket says, until it or the other side ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            send(data)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _channels(channel: WebSocket, dial: Dial, ports: list[int]) -> None:
    held = _dialled(channel, dial, ports)
    pumps = [Thread(target=_pump, args=(s, _sender(channel, n)), daemon=True) for n, s in held.items()]
    # When all that could be forwarded has ended, kubelet closes the websocket.
    closer = Thread(target=_close_after, args=(channel, pumps), daemon=True)
    for thread in (*pumps, closer):
        thread.start()
    try:
        while (message := channel.receive()) is not None:
            if message and message[0] in held:
                held[message[0]].sendall(message[1:])
    finally:
        for connection in held.values():
            _end(connection)
        for thread in (*pumps, closer):
            thread.join()
        for connection in held.values():
            connection.close()


def _dialled(channel: WebSocket, dial: Dial, ports: list[int]) -> dict[int, socket.socket]:
    """Begins the channels of all ports, and returns the connections by the channel of their data."""
    for number, port in enumerate(ports):
        for each in (2 * number, 2 * number + 1):
            channel.send(bytes([each]) + struct.pack("<H", port))
    held: dict[int, socket.socket] = {}
    for number, port in enumerate(ports):
        try:
            held[2 * number] = dial(port)
        except OSError as wrong:
            channel.send(bytes([2 * number + 1]) + str(wrong).encode())
    return held


def _sender(channel: WebSocket, number: int) -> Callable[[bytes], None]:
    head = bytes([number])
    return lambda data: channel.send(head + data)


def _close_after(channel: WebSocket, pumps: list[Thread]) -> None:
    for thread in pumps:
        thread.join()
    with contextlib.suppress(OSError):
        channel.close()


class _Tunnel:
    """SPDY over a websocket: for each connection a stream for errors, then one for data."""

    def __init__(self, channel: WebSocket, dial: Dial) -> None:
        self._channel, self._dial = channel, dial
        self._reader, self._writer, self._lock = spdy.Reader(), spdy.Writer(), Lock()
        self._errors: dict[str, int] = {}
        self._held: dict[int, socket.socket] = {}
        self._threads: list[Thread] = []

    def run(self) -> None:
        try:
            while (message := self._channel.receive()) is not None:
                for frame in self._reader.feed(message):
                    self._take(frame)
        finally:
            for connection in self._held.values():
                _end(connection)
            for thread in self._threads:
                thread.join()
            for connection in self._held.values():
                connection.close()

    def _take(self, frame: spdy.Frame) -> None:
        connection = self._held.get(frame.stream)
        if frame.kind == spdy.PING:
            self._channel.send(self._writer.ping(frame.data))
        elif frame.kind == spdy.SYN_STREAM:
            self._open(frame)
        elif frame.kind == spdy.RST_STREAM and connection:
            _end(connection)
        elif frame.kind == spdy.DATA and connection:
            with contextlib.suppress(OSError):
                connection.sendall(frame.data)
                if frame.ends:
                    connection.shutdown(socket.SHUT_WR)

    def _open(self, frame: spdy.Frame) -> None:
        with self._lock:
            self._channel.send(self._writer.reply(frame.stream))
        headers = {name.lower(): value for name, value in frame.headers.items()}
        request = headers.get("requestid", "")
        if headers.get("streamtype") == "error":
            self._errors[request] = frame.stream
            return
        error = self._errors.get(request, 0)
        try:
            self._held[frame.stream] = self._dial(int(headers.get("port", "0")))
        except OSError as wrong:
            self._channel.send(self._writer.data(error, str(wrong).encode(), ends=True))
            self._channel.send(self._writer.data(frame.stream, b"", ends=True))
            return
        thread = Thread(target=self._carry, args=(frame.stream, error), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _carry(self, stream: int, error: int) -> None:
        """From the pod to the client, then the end of both streams."""
        _pump(self._held[stream], lambda data: self._channel.send(self._writer.data(stream, data)))
        with contextlib.suppress(OSError):
            self._channel.send(self._writer.data(stream, b"", ends=True))
            self._channel.send(self._writer.data(error, b"", ends=True))
