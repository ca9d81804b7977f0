"""Pages of a port inside a pod, without a port of this machine: HTTP over a port-forward.

Decides: when a connection is used again. Must not know which pages there are. To the server the request comes from its
own pod, so that what answers to no one else answers.

Source: k8s.io/kubernetes pkg/kubelet/cri/streaming/portforward/websocket.go: data on channel 0, errors on channel 1,
each beginning with the number of the port.
"""

from __future__ import annotations

import io
import threading
from typing import Any, cast

from troubleshooter.collect.cluster.connection import PIECE, Connection
from troubleshooter.collect.cluster.failures import MAX_WORDS, ClusterError, Why
from troubleshooter.collect.cluster.websockets import Channels
from troubleshooter.model.plain import plain

PROTOCOLS = ("v4.channel.k8s.io",)
DATA, ERRORS = 0, 1
OK = 200


class Forward:
    """A port of a pod. Pages are fetched one after the other, over one connection while it lasts."""

    def __init__(self, connection: Connection, namespace: str, pod: str, port: int) -> None:
        self._connection = connection
        self._path, self._port = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward", port
        self._wire: _Wire | None = None
        self._one_at_a_time = threading.Lock()

    def get(self, path: str, most: int) -> bytes:
        """The body of a page.

        Raises:
            ClusterError: it cannot be had, it is longer than `most` bytes, or the server does not serve it.
        """
        with self._one_at_a_time:
            again = self._wire is not None
            try:
                return self._fetched(path, most)
            except ClusterError as error:
                self.close()
                if not again or error.why is not Why.DAMAGED:
                    raise
            return self._fetched(path, most)  # the server closes what was idle for long

    def close(self) -> None:
        """Give the connection up."""
        if self._wire is not None:
            self._wire.channels.close()
        self._wire = None

    def _fetched(self, path: str, most: int) -> bytes:
        import http.client

        if self._wire is None:
            asked = [("ports", str(self._port))]
            self._wire = _Wire(Channels(self._connection, self._path, asked, PROTOCOLS))
        wire = self._wire
        wire.channels.begin()
        wire.channels.send(DATA, f"GET {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n\r\n".encode())
        response = http.client.HTTPResponse(cast("Any", wire), method="GET")
        try:
            response.begin()
            body = _whole(response, most)
        except (http.client.HTTPException, OSError, ValueError):
            raise ClusterError(Why.DAMAGED, wire.complaint) from None
        if response.will_close:
            self.close()
        if response.status != OK:
            raise ClusterError(Why.NOT_GIVEN, f"port {self._port} answers {response.status}")
        return body


def _whole(response: Any, most: int) -> bytes:
    import http.client

    pieces: list[bytes] = []
    size = 0
    while piece := response.read(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise ClusterError(Why.DAMAGED, f"it is longer than {most >> 20} MiB")
    if response.length:  # http.client takes the end of a connection for the end of a body
        raise http.client.IncompleteRead(b"")
    return b"".join(pieces)


class _Wire:
    """The data channel as a socket that can be read."""

    def __init__(self, channels: Channels) -> None:
        self.channels, self.complaint, self._begun, self._rest = channels, "", {DATA: False, ERRORS: False}, b""

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What an answer is read from; each has its own, since it closes it."""
        return io.BufferedReader(_Answers(self), PIECE)

    def take(self, most: int) -> bytes:
        """The next bytes; b"" once the other side has closed."""
        while not self._rest:
            message = self.channels.receive()
            if message is None:
                return b""
            number, data = message
            if not self._begun.get(number, True):
                self._begun[number], data = True, data[2:]  # the number of the port
            if number == ERRORS and data:
                self.complaint = plain(data.decode(errors="replace"))[:MAX_WORDS]
                raise ClusterError(Why.NOT_GIVEN, self.complaint)
            self._rest = data if number == DATA else b""
        taken, self._rest = self._rest[:most], self._rest[most:]
        return taken


class _Answers(io.RawIOBase):
    """The bytes of answers."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        taken = self._wire.take(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)
