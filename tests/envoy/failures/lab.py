"""Where failures are made: a caller's sidecar, a called one's, or a gateway, each a real Envoy, with applications
around them; and what all of them wrote, as somebody would hand it in.

Must not know which failure is made, nor what it should be called.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from tests.envoy.apps import App, Full, Place, Serve
from tests.envoy.envoy_shapes import Identity, Shape
from tests.envoy.failures import shapes
from tests.envoy.failures.running import Running
from tests.envoy.failures.served import Served
from tests.envoy.loopback import OUTBOUND, block
from tests.envoy.secrets import Authority

SETTLED = 0.05
PATIENCE = 2.0
CLIENT, VIRTUAL = "10.244.1.7", "10.96.12.34"
"""The caller's pod, and the address of the Service, as logs have them."""
CALLER, CALLED, GATEWAY = "caller", "called", "gateway"


class Lab:
    """A place for one failure. `form` chooses among the forms of logs and pages."""

    def __init__(self, binary: Path, folder: Path, authority: Authority, form: int = 0) -> None:
        self.authority, self.form = authority, form
        self._binary, self._folder, self._block = binary, folder, block()
        self._numbers = itertools.count(1)
        self._held = contextlib.ExitStack()
        self._proxies: dict[str, tuple[Running, Place]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def place(self, port: int = 8080) -> Place:
        """An address of its own, at which nobody listens yet."""
        return f"{self._block}.{next(self._numbers)}", port

    def app(self, behaviour: str | Serve = "well", *, port: int = 8080, identity: Identity | None = None) -> Place:
        """An application, and where it listens."""
        place = self.place(port)
        held = Full(place) if behaviour == "full" else App(place, "app", behaviour, identity)
        self._held.callback(held.stop)
        return place

    def keep(self, make: Callable[[Place], Any], port: int) -> Place:
        """Something else that listens, and where."""
        place = self.place(port)
        self._held.callback(make(place).stop)
        return place

    def caller(
        self, clusters: Iterable[Shape], *routes: Shape, listeners: Sequence[Shape] | None = None,
        rest: str = shapes.PASSTHROUGH, secrets: Sequence[Shape] = (), ready: bool = True,
        unanswered: Sequence[str] = (), **more: Any,
    ) -> Running:  # fmt: skip
        """Start the sidecar of `web`. Without `listeners` there is one for HTTP on port 8080; of `unanswered` questions
        (`rds 8080`) the answer holds nothing."""
        place = self.place(OUTBOUND)
        own = [shapes.for_http()] if listeners is None else listeners
        served = Served(
            node=shapes.node("sidecar", "web-6b7f74dc9-x2f4q", "web", "shop", CLIENT),
            listeners=shapes.outbound(place, own, rest),
            clusters=[shapes.blackhole(), shapes.original(shapes.PASSTHROUGH), *clusters],
            routes=routes or [shapes.table(shapes.to(), rest=rest)],
            secrets=secrets,
            unanswered=unanswered,
            more=more,
        )
        return self._start(CALLER, place, served, ready=ready)

    def called(
        self, chains: Sequence[Shape], app: Place, *, secrets: Sequence[Shape] = (), more: Iterable[Shape] = (),
        **over: Any,
    ) -> Place:  # fmt: skip
        """Start the sidecar of `payments` before its application, and return where it takes connections."""
        place = self.place()
        served = Served(
            node=shapes.node("sidecar", "payments-v1-5c7d9-k8s2p", "payments", "shop", "10.244.2.9"),
            listeners=[shapes.inbound(place, chains)],
            clusters=[shapes.behind(app, **over), *more],
            secrets=secrets,
        )
        self._start(CALLED, place, served)
        return place

    def gateway(self, make: Callable[[Place], Shape], clusters: Iterable[Shape], *routes: Shape, port: int = 8443,
                secrets: Sequence[Shape] = (), unanswered: Sequence[str] = ()) -> Place:  # fmt: skip
        """Start the ingress gateway with the listener that `make` makes."""
        place = self.place(port)
        pod = "istio-ingressgateway-7d6f8c5b9-tq9zl"
        node = shapes.node("router", pod, "istio-ingressgateway", "istio-system", "10.244.3.3")
        served = Served(
            node=node,
            listeners=[make(place)],
            clusters=[shapes.blackhole(), *clusters],
            routes=routes,
            secrets=secrets,
            unanswered=unanswered,
        )
        self._start(GATEWAY, place, served)
        return place

    def _start(self, name: str, place: Place, served: Served, *, ready: bool = True) -> Running:
        running = Running(self._binary, self._folder / f"{name}-proxy", place[0], served)
        self._held.callback(running.stop)
        self._proxies[name] = running, place
        running.wait(ready=ready)
        return running

    def ask(self, to: str = "payments:8080", path: str = "/pay", *, method: str = "GET", times: int = 1,
            headers: str = "", version: str = "1.1", at: Place | None = None, body: str = "",
            patience: float = PATIENCE) -> list[str]:  # fmt: skip
        """Send an HTTP request, and return the status lines that came. Without `at` it is sent by the application of
        `web`, and meant for the Service."""
        host = f"host: {to}\r\n" if to else ""
        head = f"{method} {path} HTTP/{version}\r\n{host}user-agent: curl/8.5.0\r\n{headers}\r\n{body}"
        said = [self.say(head.encode(), at=at, patience=patience) for _ in range(times)]
        return [one.partition(b"\r\n")[0].decode("latin-1") for one in said]

    def say(self, text: bytes, *, at: Place | None = None, meant: Place = (VIRTUAL, 8080), sni: str | None = None,
            shows: Identity | None = None, patience: float = PATIENCE) -> bytes:  # fmt: skip
        """Send anything, and return what comes first. With `sni` it is sent inside TLS."""
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            one = held.enter_context(self.connected(at, meant, patience))
            spoken = one if sni is None else held.enter_context(_encrypted(one, sni, shows))
            if text:
                spoken.sendall(text)
            return _everything(spoken)
        return b""

    def connected(self, at: Place | None, meant: Place, patience: float) -> socket.socket:
        """A connection to a place, or through the sidecar of `web` to where it is meant to go."""
        if at is None:
            place = self._proxies[CALLER][1]
            one = socket.create_connection(place, patience)
            one.sendall(f"PROXY TCP4 {CLIENT} {meant[0]} 44444 {meant[1]}\r\n".encode())
            return one
        return socket.create_connection(at, patience)

    def hand_in(self, folder: Path) -> list[str]:
        """Everything that was written, as the arguments with which it is handed in: the log of the one that sent, and
        the pages of all."""
        time.sleep(SETTLED)
        first, *_ = self._proxies.values() if CALLER not in self._proxies else [self._proxies[CALLER]]
        name = (shapes.TEXT_LOG, shapes.JSON_LOG)[self.form % 2]
        log = first[0].folder / name
        given = ["--log", str(log)] if log.exists() and log.stat().st_size else []
        for which, (running, _) in self._proxies.items():
            pages = folder / which
            running.take_pages(pages, self.form)
            own = running.folder / name
            if running is not first[0] and own.exists() and own.stat().st_size:
                (pages / shapes.TEXT_LOG).write_bytes(own.read_bytes())
            given += ["--envoy", str(pages)]
        return given


def _everything(one: socket.socket) -> bytes:
    """The head of an answer, and as much of its body as comes."""
    held = one.recv(65536)
    length = re.search(rb"content-length: (\d+)", held)
    while length and len(held.partition(b"\r\n\r\n")[2]) < int(length[1]) and (part := one.recv(65536)):
        held += part
    return held


def _encrypted(one: socket.socket, sni: str, shows: Identity | None) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if shows:
        with shows.files() as (chain, key):
            context.load_cert_chain(chain, key)
    return context.wrap_socket(one, server_hostname=sni or None)
