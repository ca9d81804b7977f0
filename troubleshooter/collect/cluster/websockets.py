"""Channels into a pod, over a websocket through the API server: what exec and port-forward are carried by.

Decides: how a websocket is opened with the credentials of a connection, how messages are told apart, and when waiting
for them ends. Must not know what is said in them. The `stream` of the `kubernetes` package is not used: it swaps a
method of the client that all threads share, and takes time that grows with the square of what comes.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/ (websockets); the channel protocols in
k8s.io/apimachinery pkg/util/remotecommand/constants.go and k8s.io/kubernetes pkg/kubelet/cri/streaming.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.cluster.failures import ClusterError, Why, of_answer
from troubleshooter.collect.cluster.web_settings import options_of

T = TypeVar("T")

STEP = 0.25
"""So many seconds pass at most until somebody who wants to stop is heard."""

Query = Sequence[tuple[str, str]]


class Channels:
    """An open websocket with numbered channels. Close it when done: it is a context manager.

    Raises:
        ClusterError: it cannot be opened.
    """

    def __init__(self, connection: Connection, path: str, query: Query, protocols: Sequence[str]) -> None:
        self.limits = connection.limits
        self._web = _patient(self.limits, lambda: _opened(connection, path, query, protocols))
        self._web.settimeout(STEP)
        self.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """What comes from now on has the whole time to itself."""
        self._end = time.monotonic() + self.limits.whole

    def receive(self) -> tuple[int, bytes] | None:
        """The next message: its channel and what it says; None once the other side has closed.

        Raises:
            ClusterError: nothing comes for too long, the connection broke, or somebody wants to stop.
        """
        import websocket

        silent_until = time.monotonic() + self.limits.silence
        while True:
            self._hold_to_limits(silent_until)
            try:
                code, data = self._web.recv_data()
            except websocket.WebSocketTimeoutException:
                continue
            except websocket.WebSocketConnectionClosedException:
                return None
            except (websocket.WebSocketException, OSError) as error:
                raise ClusterError(Why.DAMAGED, str(error)) from None
            if code == websocket.ABNF.OPCODE_CLOSE:
                return None
            if data:
                return data[0], data[1:]

    def send(self, channel: int, data: bytes) -> None:
        """Say something on a channel.

        Raises:
            ClusterError: the connection broke.
        """
        import websocket

        try:
            self._web.send_binary(bytes([channel]) + data)
        except (websocket.WebSocketException, OSError) as error:
            raise ClusterError(Why.DAMAGED, str(error)) from None

    def close(self) -> None:
        """Break it off without waiting for an answer."""
        self._web.shutdown()

    def _hold_to_limits(self, silent_until: float) -> None:
        if self.limits.stop.is_set():
            raise ClusterError(Why.STOPPED)
        now = time.monotonic()
        if now > min(self._end, silent_until):
            seconds = self.limits.whole if now > self._end else self.limits.silence
            raise ClusterError(Why.TIMED_OUT, f"after {seconds:.0f} s")


def _opened(connection: Connection, path: str, query: Query, protocols: Sequence[str]) -> Any:
    import websocket

    address, options, headers = connection.url(path), options_of(connection), connection.headers()
    web: Any = websocket.WebSocket(sslopt=options.tls, skip_utf8_validation=True)
    try:
        web.connect(
            f"ws{address.removeprefix('http')}?{urlencode(query)}",
            header=[f"{name}: {value}" for name, value in headers.items()],
            subprotocols=list(protocols),
            suppress_origin=True,
            redirect_limit=0,
            timeout=connection.limits.silence,
            **options.proxy,
        )
    except websocket.WebSocketBadStatusException as error:
        told = {str(name).title(): str(value) for name, value in (getattr(error, "resp_headers", None) or {}).items()}
        raise of_answer(error.status_code, told, getattr(error, "resp_body", None) or b"") from None
    except (websocket.WebSocketTimeoutException, TimeoutError):
        raise ClusterError(Why.TIMED_OUT) from None
    except (websocket.WebSocketException, OSError, ValueError) as error:
        raise ClusterError(Why.UNREACHABLE, str(error)) from None
    return web


def _patient(limits: Limits, work: Callable[[], T]) -> T:
    """What comes of work that cannot be stopped; it is left to end by itself where somebody wants to stop."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    end = time.monotonic() + limits.whole
    while thread.is_alive():
        thread.join(STEP)
        if limits.stop.is_set():
            raise ClusterError(Why.STOPPED)
        if time.monotonic() > end:
            raise ClusterError(Why.TIMED_OUT)
    if failed:
        raise failed[0]
    return done[0]
