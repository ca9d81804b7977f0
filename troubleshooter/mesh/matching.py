"""Whether an http match of a VirtualService takes a request, and if not, in what it differs.

Decides one match block against one request. Must not know which VirtualService or proxy asks.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs

import re2

from troubleshooter.mesh.index import selects
from troubleshooter.model import Raw, Request, as_list, as_map, as_words

_QUIET = re2.Options()
_QUIET.log_errors = False


class Difference(StrEnum):
    """What of a request a match block does not take."""

    URI_EXACT_CHILD = "uri-exact-child"
    """The path lies below the one that is matched exactly."""
    URI_CASE = "uri-case"
    URI_SLASH = "uri-slash"
    URI = "uri"
    METHOD = "method"
    HEADER = "header"
    QUERY = "query"
    SCHEME = "scheme"
    AUTHORITY = "authority"
    PORT = "port"
    SOURCE = "source"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What a match may ask about the proxy that routes: its pod labels, namespace, and the gateway (`mesh` for a sidecar)
    for which it routes. `port` is the one the client dialled."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    gateway: str = "mesh"
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One difference: `path` is the field of the match block (`uri.exact`), `wanted` what stands there."""

    difference: Difference
    path: str
    wanted: str


def mismatches(match: Raw, request: Request, sender: Sender) -> list[Mismatch]:
    """Everything in which a request differs from a match block; empty if it is taken."""
    return [*_uri(match, request), *_texts(match, request), *_maps(match, request), *_sender(match, sender)]


def _uri(match: Raw, request: Request) -> list[Mismatch]:
    uri = as_map(match.get("uri"))
    path = request.path.split("?", 1)[0]
    fold = match.get("ignoreUriCase") is True
    if not uri or string_matches(uri, path, fold=fold):
        return []
    kind, wanted = next(iter(uri.items()))
    difference = Difference.URI
    if string_matches(uri, path, fold=True):
        difference = Difference.URI_CASE
    elif kind == "exact" and (path == f"{wanted}/" or f"{path}/" == wanted):
        difference = Difference.URI_SLASH
    elif kind == "exact" and path.startswith(f"{str(wanted).rstrip('/')}/"):
        difference = Difference.URI_EXACT_CHILD
    return [Mismatch(difference=difference, path=f"uri.{kind}", wanted=str(wanted))]


def _texts(match: Raw, request: Request) -> list[Mismatch]:
    """Method, scheme, authority and port."""
    authority = request.headers.get("host") or request.host
    values = {
        "method": (Difference.METHOD, request.method),
        "scheme": (Difference.SCHEME, request.scheme),
        "authority": (Difference.AUTHORITY, authority),
    }
    return [
        Mismatch(difference=difference, path=key, wanted=_first(match[key]))
        for key, (difference, value) in values.items()
        if as_map(match.get(key)) and not string_matches(as_map(match[key]), value)
    ]


def _maps(match: Raw, request: Request) -> list[Mismatch]:
    """Headers, withoutHeaders and queryParams."""
    query = {k: v[-1] for k, v in parse_qs(request.path.partition("?")[2], keep_blank_values=True).items()}
    found = []
    for key, held, difference in (
        ("headers", request.headers, Difference.HEADER),
        ("queryParams", query, Difference.QUERY),
    ):
        for name, want in as_map(match.get(key)).items():
            value = held.get(str(name).lower() if key == "headers" else str(name))
            if value is None or not _present_or_matches(as_map(want), value):
                found.append(Mismatch(difference=difference, path=f'{key}["{name}"]', wanted=_first(want)))
    for name, want in as_map(match.get("withoutHeaders")).items():
        value = request.headers.get(str(name).lower())
        if value is not None and _present_or_matches(as_map(want), value):
            path = f'withoutHeaders["{name}"]'
            found.append(Mismatch(difference=Difference.HEADER, path=path, wanted=_first(want)))
    return found


def _sender(match: Raw, sender: Sender) -> list[Mismatch]:
    found = []
    gateways = [str(g) for g in as_list(match.get("gateways"))]
    if gateways and sender.gateway not in gateways:
        found.append(Mismatch(difference=Difference.GATEWAY, path="gateways", wanted=", ".join(gateways)))
    port = match.get("port")
    if isinstance(port, int) and port and port != sender.port:
        found.append(Mismatch(difference=Difference.PORT, path="port", wanted=str(port)))
    labels = as_words(match.get("sourceLabels"))
    if labels and not (sender.gateway == "mesh" and selects(labels, sender.labels)):
        found.append(Mismatch(difference=Difference.SOURCE, path="sourceLabels", wanted=str(dict(labels))))
    namespace = match.get("sourceNamespace")
    if namespace and namespace != sender.namespace:
        found.append(Mismatch(difference=Difference.SOURCE, path="sourceNamespace", wanted=str(namespace)))
    return found


def _present_or_matches(want: Raw, value: str) -> bool:
    """An empty string match asks for presence only."""
    return not want or string_matches(want, value)


def string_matches(want: Raw, value: str, *, fold: bool = False) -> bool:
    """A StringMatch: exact, prefix or (RE2, whole string) regex."""
    kind, pattern = next(((k, str(want[k])) for k in ("exact", "prefix", "regex") if k in want), ("", ""))
    if fold and kind in {"exact", "prefix"}:
        pattern, value = pattern.lower(), value.lower()
    match kind:
        case "exact":
            return value == pattern
        case "prefix":
            return value.startswith(pattern)
        case "regex":
            return full_match(pattern, value)
    return True


def full_match(pattern: str, value: str) -> bool:
    """RE2's full match, which takes linear time on any pattern; one that RE2 refuses matches nothing."""
    try:
        compiled = re2.compile(pattern, _QUIET)
    except re2.error:
        return False
    return compiled.fullmatch(value) is not None


def _first(want: object) -> str:
    return str(next(iter(as_map(want).values()), ""))
