"""Whether an http match of a VirtualService takes a request, and if not, in what it differs.

Decides one match block against one request. Must not know which VirtualService or proxy asks.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest;
`TranslateRouteMatch`, `sourceMatchHTTP` and `IsCatchAllRoute` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import re2

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.model import Raw, Request, as_list, as_map, as_words

_QUIET = re2.Options()
_QUIET.log_errors = False

CLAIMS = "@request.auth.claims"


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
    """What a match may ask about the proxy that routes: its pod labels, namespace, and the gateway (`mesh` for a
    sidecar) for which it routes. `port` is that of the listener: the service's, or the Gateway server's."""

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
    return [*_uri(match, request), *_texts(match, request), *_maps(match, request), *of_sender(match, sender)]


def authority(request: Request) -> str:
    """The authority that the client sends: its Host header, else the host, with the port unless the scheme implies
    it."""
    implied = {"http": 80, "https": 443}.get(request.scheme)
    named = f"[{request.host}]" if ":" in request.host else request.host
    return request.headers.get("host") or (named if request.port == implied else f"{named}:{request.port}")


def takes_all(match: Raw) -> bool:
    """Whether a match block takes every request of the proxies that it is for: it looks at nothing but the path, and
    takes any. What it asks of the proxy is settled before the proxy has it."""
    uri = as_map(match.get("uri"))
    any_path = not uri or uri.get("prefix") == "/" or uri.get("regex") == ".*"
    looks = any(as_map(match.get(key)) for key in ("headers", "withoutHeaders", "queryParams"))
    return any_path and not looks and all(match.get(key) is None for key in ("method", "authority", "scheme"))


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
    elif (kind == "exact" and path == f"{wanted}/") or (kind in {"exact", "prefix"} and f"{path}/" == wanted):
        difference = Difference.URI_SLASH
    elif kind == "exact" and path.startswith(f"{str(wanted).rstrip('/')}/"):
        difference = Difference.URI_EXACT_CHILD
    return [Mismatch(difference=difference, path=f"uri.{kind}", wanted=str(wanted))]


def _texts(match: Raw, request: Request) -> list[Mismatch]:
    """Method, scheme, authority and port."""
    values = {
        "method": (Difference.METHOD, request.method),
        "scheme": (Difference.SCHEME, request.scheme),
        "authority": (Difference.AUTHORITY, authority(request)),
    }
    return [
        Mismatch(difference=difference, path=key, wanted=_first(match[key]))
        for key, (difference, value) in values.items()
        if not _present_or_matches(as_map(match.get(key)), value)
    ]


def _maps(match: Raw, request: Request) -> list[Mismatch]:
    """Headers, withoutHeaders and queryParams."""
    query = pairs(request.path.partition("?")[2], "&")
    found = []
    for name, want in as_map(match.get("headers")).items():
        if not any(_present_or_matches(as_map(want), value) for value in _header(request, str(name))):
            found.append(Mismatch(difference=Difference.HEADER, path=f'headers["{name}"]', wanted=_first(want)))
    for name, want in as_map(match.get("queryParams")).items():
        if str(name) not in query or not _present_or_matches(as_map(want), query[str(name)]):
            found.append(Mismatch(difference=Difference.QUERY, path=f'queryParams["{name}"]', wanted=_first(want)))
    for name, want in as_map(match.get("withoutHeaders")).items():
        asks, held = as_map(want), _header(request, str(name))
        # A header that is missing counts as empty, unless only its presence is asked for. A claim does not.
        empty = [""] if not held and not _presence(asks) and _claim(str(name)) is None else held
        if any(_present_or_matches(asks, value) for value in empty):
            path = f'withoutHeaders["{name}"]'
            found.append(Mismatch(difference=Difference.HEADER, path=path, wanted=_first(want)))
    return found


def _header(request: Request, name: str) -> list[str]:
    """What a match on a header looks at: the header's value, that of a pseudo header, or the texts of a token's
    claim. `host` is the authority by its old name."""
    claim = _claim(name)
    if claim is not None:
        return _claimed(request.claims, claim)
    name = name.lower()
    pseudo = {":authority": authority(request), ":method": request.method, ":path": request.path}
    held = {**request.headers, **pseudo, ":scheme": request.scheme, "host": pseudo[":authority"]}
    return [held[name]] if name in held else []


def _claim(name: str) -> list[str] | None:
    """The way to a claim that the name of a header stands for (`@request.auth.claims.group`, `…claims[a][b]`), None for
    a header.

    Source: https://istio.io/latest/docs/tasks/security/authentication/jwt-route/; `ToRoutingClaim` in istio/istio
    pkg/jwt/jwt.go.
    """
    rest = name[len(CLAIMS) :]
    if not name.lower().startswith(CLAIMS) or rest[:1] not in {".", "["}:
        return None
    return rest[1:].split(".") if rest[0] == "." else rest[1:].removesuffix("]").split("][")


def _claimed(held: object, way: list[str]) -> list[str]:
    """The texts of a claim; a list is each of its members."""
    for step in way:
        held = as_map(held).get(step)
    return [value for value in (held if isinstance(held, list) else [held]) if isinstance(value, str)]


def pairs(text: str, separator: str) -> dict[str, str]:
    """Query parameters (or cookies) as Envoy reads them: not decoded, and of several with one name the first."""
    found: dict[str, str] = {}
    for part in text.split(separator):
        name, _, value = part.partition("=")
        found.setdefault(name, value)
    return found


def of_sender(match: Raw, sender: Sender) -> list[Mismatch]:
    """In what the proxy itself differs from a match block: then the block is not in its configuration at all. Where the
    block names gateways, its labels and namespace are not looked at."""
    found = []
    port = match.get("port")
    if is_number(port) and port and port != sender.port:
        found.append(Mismatch(difference=Difference.PORT, path="port", wanted=str(port)))
    gateways = [str(g) for g in as_list(match.get("gateways"))]
    if gateways:
        if sender.gateway not in gateways:
            found.append(Mismatch(difference=Difference.GATEWAY, path="gateways", wanted=", ".join(gateways)))
        return found
    labels = as_words(match.get("sourceLabels"))
    if not selects(labels, sender.labels):
        found.append(Mismatch(difference=Difference.SOURCE, path="sourceLabels", wanted=_listed(labels)))
    namespace = match.get("sourceNamespace")
    if namespace and namespace != sender.namespace:
        found.append(Mismatch(difference=Difference.SOURCE, path="sourceNamespace", wanted=str(namespace)))
    return found


def _listed(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def _presence(want: Raw) -> bool:
    """Whether a string match asks for presence only: an empty one, or the regex `*`, which is none."""
    return not _kinds(want) or str(want.get("regex")) == "*"


def _kinds(want: Raw) -> list[str]:
    return [kind for kind in ("exact", "prefix", "regex") if want.get(kind) is not None]


def _present_or_matches(want: Raw, value: str) -> bool:
    return _presence(want) or string_matches(want, value)


def string_matches(want: Raw, value: str, *, fold: bool = False) -> bool:
    """A StringMatch: exact, prefix or (RE2, whole string) regex."""
    kind = next(iter(_kinds(want)), "")
    pattern = str(want.get(kind) or "")
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
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(value) is not None


def substituted(pattern: str, replacement: str, value: str) -> str:
    """A text in which every match of a pattern is replaced; as it was where RE2 refuses pattern or replacement."""
    compiled = _compiled(pattern)
    try:
        return str(compiled.sub(replacement, value)) if compiled is not None else value
    except (re2.error, IndexError):
        return value


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    try:
        return re2.compile(pattern, _QUIET)
    except re2.error:
        return None


def _first(want: object) -> str:
    return str(next(iter(as_map(want).values()), ""))
