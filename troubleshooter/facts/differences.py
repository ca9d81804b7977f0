"""A difference between a route and a request, in words: what the route wants, and what the request has instead.

Must not know which route it is, or what follows from it.
Source of the fields: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from troubleshooter.mesh.routing.matching import Mismatch, authority
from troubleshooter.model import SECRET_HEADERS, Request

NAMED = re.compile(r'(headers|withoutHeaders|queryParams)\["(.*)"\]')
"""A field with a key of the user's own choice."""

WANTED: Mapping[str, str] = {
    "uri.exact": "the path {0}",
    "uri.prefix": "a path that begins with {0}",
    "uri.regex": "a path like {0}",
    "method": "the method {0}",
    "scheme": "the scheme {0}",
    "authority": "the host {0}",
    "port": "port {0}",
    "sourceLabels": "a caller with the labels {0}",
    "sourceNamespace": "a caller in namespace {0}",
    "gateways": "a request that comes through {0}",
    "headers": "a header {1}: {0}",
    "withoutHeaders": "no header {1}: {0}",
    "queryParams": "a query parameter {1}={0}",
}


def wanted(missed: Iterable[Mismatch]) -> str:
    """What a match block wants that the request has not."""
    return " and ".join(_wanted(m) for m in missed)


def had(missed: Iterable[Mismatch], request: Request, port: int) -> str:
    """What the request has instead, each thing once. `port` is the one that a match means: at a gateway that of the
    Gateway's server, whatever port the client dialled."""
    return " and ".join(dict.fromkeys(_had(m, request, port) for m in missed))


def path_of(request: Request) -> str:
    """The path without the query."""
    return request.path.partition("?")[0]


def _wanted(missed: Mismatch) -> str:
    kind, name = _taken_apart(missed.path)
    words = WANTED.get(kind, f"{kind} {{0}}")
    return words.format(missed.wanted, name).removesuffix(": ").removesuffix("=")


def _had(missed: Mismatch, request: Request, port: int) -> str:
    kind, name = _taken_apart(missed.path)
    if kind == "port":
        return f"port {port}" + ("" if port == request.port else ", that of the Gateway's server")
    return HAD[kind](request, name) if kind in HAD else "something else"


def _taken_apart(path: str) -> tuple[str, str]:
    """The kind of field, and the name in it where there is one."""
    named = NAMED.fullmatch(path)
    return (named[1], named[2]) if named else (path, "")


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name.lower())
    if value is None:
        return f"no header {name}"
    return f"another {name}" if name.lower() in SECRET_HEADERS else f"{name}: {value}"


HAD: Mapping[str, Callable[[Request, str], str]] = {
    "uri.exact": lambda request, _: f"the path {path_of(request)}",
    "uri.prefix": lambda request, _: f"the path {path_of(request)}",
    "uri.regex": lambda request, _: f"the path {path_of(request)}",
    "method": lambda request, _: f"the method {request.method}",
    "scheme": lambda request, _: f"the scheme {request.scheme}",
    "authority": lambda request, _: f"the host {authority(request)}",
    "sourceLabels": lambda *_: "a caller without them",
    "sourceNamespace": lambda *_: "a caller in another one",
    "gateways": lambda *_: "not come that way",
    "headers": _header,
    "withoutHeaders": _header,
    "queryParams": lambda request, _: f"the query {request.path.partition('?')[2] or '(none)'}",
}
