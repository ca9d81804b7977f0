"""What stands behind the ports of a pod: pages in memory, a function, or a server on loopback such as a real Envoy.

Decides where a connection to a pod's port leads: always to a place on loopback, so that exec, port-forward and the
proxy subresource all do the same, whatever answers.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, cast

Answer = bytes | tuple[int, bytes]
"""A body, or a status and a body."""

Pages = Mapping[str, bytes]
"""Bodies by path and query, with or without the first slash."""

Handler = Callable[[str, str], Answer]
"""From method, and path with query."""

Place = tuple[str, int]
Backend = Pages | Handler | int | Place
Proxy = Backend | Mapping[int, Backend]
"""One backend for all ports, or one for each."""

PATIENCE = 30.0


class Backends:
    """The backends of all pods, by namespace and name. Servers for pages start when they are first wanted."""

    def __init__(self, proxies: Mapping[tuple[str, str], Proxy]) -> None:
        self._proxies = proxies
        self._servers: dict[int, _PageServer] = {}
        self._lock = Lock()

    def place(self, namespace: str, pod: str, port: int) -> Place | None:
        """Where a port of a pod leads; None where nobody listens."""
        proxy = self._proxies.get((namespace, pod))
        if isinstance(proxy, Mapping) and any(isinstance(key, int) for key in proxy):
            proxy = cast("Mapping[int, Backend]", proxy).get(port)
        if proxy is None or isinstance(proxy, tuple):
            return proxy
        if isinstance(proxy, int):
            return "127.0.0.1", proxy
        return self._served(cast("Pages | Handler", proxy))

    def _served(self, pages: Pages | Handler) -> Place:
        with self._lock:
            server = self._servers.get(id(pages))
            if server is None:
                server = self._servers[id(pages)] = _PageServer(pages if callable(pages) else _from_pages(pages))
            host, port = server.server_address[:2]
            return str(host), int(port)

    def stop(self) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()


def _from_pages(pages: Pages) -> Handler:
    by_path = {path.lstrip("/"): body for path, body in pages.items()}

    def answer(_: str, path: str) -> Answer:
        found = by_path.get(path.lstrip("/"))
        return (404, b"invalid path\n") if found is None else found

    return answer


class _PageServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: Handler) -> None:
        super().__init__(("127.0.0.1", 0), _PageHandler)
        self.handler = handler
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in between is no matter."""


class _PageHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = PATIENCE
    server: _PageServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        made = self.server.handler(self.command, self.path)
        status, body = made if isinstance(made, tuple) else (200, made)
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] in (b"{", b"[") else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def fetch(place: Place, method: str, path: str) -> tuple[int, str, bytes]:
    """Status, content type and body of a page. Raises OSError where nobody answers."""
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE)
    try:
        connection.request(method, path if path.startswith("/") else f"/{path}")
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", "text/plain"), answer.read()
    finally:
        connection.close()
