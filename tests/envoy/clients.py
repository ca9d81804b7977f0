"""A client's application: one request or connection, and what it sees of it.

Knows sockets, and nothing of a mesh.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.envoy.envoy_shapes import Identity
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.model import Connection, Request

PATIENCE = 1.5
"""Seconds after which a client gives up."""

MOMENT = 0.1
"""Seconds in which a server says what it has to say first."""

Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Dial:
    """How to get somewhere: `target` is where the client means to go, from `source`; `through` is where its proxy takes
    the connection (None: it goes straight there). `version` is that of HTTP; with `waits` the server speaks first. A
    client outside is `certified`: it `shows` a certificate where it is asked for one. `decrypted` says that somebody in
    front ends its TLS, and says so in a header."""

    target: Place
    source: str
    through: Place | None = None
    version: str = "1.1"
    waits: bool = False
    certified: bool = False
    shows: Identity | None = None
    decrypted: bool = False


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the client got: an HTTP status, or how the connection went. `text` is the answer of what is no HTTP."""

    status: int | None = None
    connection: Connection = Connection.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def send(request: Request, dial: Dial) -> Seen:
    """Send a request, and tell what came of it."""
    try:
        with socket.create_connection(dial.through or dial.target, PATIENCE, (dial.source, 0)) as one:
            return _begun(request, dial, one)
    except ConnectionRefusedError:
        return Seen(connection=Connection.REFUSED)
    except TimeoutError:
        return Seen(connection=Connection.TIMEOUT)
    except (ssl.SSLEOFError, ConnectionError, http.client.HTTPException):
        return Seen(connection=Connection.RESET)
    except ssl.SSLError:
        return Seen(connection=Connection.TLS_ERROR)


def _begun(request: Request, dial: Dial, one: socket.socket) -> Seen:
    """The connection made: told where it goes, and encrypted where the URL says so."""
    if dial.through:
        # Where iptables would tell the proxy to which address the client wanted to go, this header does.
        host, port = dial.target
        one.sendall(f"PROXY TCP4 {dial.source} {host} 40000 {port}\r\n".encode())
    if request.scheme != "https" or dial.decrypted:
        return _spoken(request, dial, one)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if dial.shows:
        with dial.shows.files() as (chain, key):
            context.load_cert_chain(chain, key)
    with context.wrap_socket(one, server_hostname=request.sni or request.host) as inside:
        if dial.through is None:
            _listen(inside)
        return _spoken(request, dial, inside)


def _listen(inside: ssl.SSLSocket) -> None:
    """Give a server the time to say that it does not take the client's certificate, or the lack of one: that comes
    after the handshake, and whoever sends on meanwhile is reset before reading it."""
    inside.settimeout(MOMENT)
    with contextlib.suppress(TimeoutError):
        inside.recv(1)
    inside.settimeout(PATIENCE)


def _spoken(request: Request, dial: Dial, one: socket.socket) -> Seen:
    if request.scheme == "tcp":
        return _connected(dial, one)
    one.sendall(_head(request, dial))
    with contextlib.closing(http.client.HTTPResponse(one, method=request.method)) as answer:
        answer.begin()
        answer.read()
        return Seen(status=answer.status, headers={k.lower(): v for k, v in answer.getheaders()})


def _connected(dial: Dial, one: socket.socket) -> Seen:
    if not dial.waits:
        one.sendall(b"ping\n")
    told = one.recv(65536)
    if told.startswith(b"HTTP/1.1 "):
        return Seen(status=int(told[9:12]))
    return Seen(text=told.decode("latin-1")) if told else Seen(connection=Connection.RESET)


def _head(request: Request, dial: Dial) -> bytes:
    """The head of a request without a body."""
    lines = [f"{request.method} {request.path} HTTP/{dial.version}", f"host: {authority(request)}"]
    lines += ["x-forwarded-proto: https"] if dial.decrypted else []
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name != "host"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
