"""The request as a route sends it on: path, authority and headers rewritten.

Decides from one route and the match block that took the request. Must not know destinations beyond their headers.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite;
`applyHTTPRouteDestination` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from troubleshooter.mesh.matching import substituted
from troubleshooter.model import Raw, Request, as_list, as_map, as_words


def rewritten(request: Request, route: Raw, match: Raw, destination: Raw) -> Request:
    """The request after a route's rewrite and the headers that it and its destination set. Of several authorities that
    of the rewrite counts, then the route's, then the destination's."""
    rewrite = as_map(route.get("rewrite"))
    operations = [as_map(as_map(holder.get("headers")).get("request")) for holder in (route, destination)]
    headers = dict(request.headers)
    for operation in operations:
        headers = _changed(headers, operation)
    asked = (str(rewrite.get("authority") or ""), *map(_authority, operations))
    if any(asked):
        headers["host"] = next(filter(None, asked))
    return replace(request, path=_path(request.path, rewrite, match), headers=headers)


def _changed(headers: Mapping[str, str], operation: Raw) -> dict[str, str]:
    """Headers after one set of operations, but for the authority and other parts of the request line."""
    changed = {**headers, **_plain(as_words(operation.get("set")))}
    for name, value in _plain(as_words(operation.get("add"))).items():
        changed[name] = f"{changed[name]},{value}" if name in changed else value
    for name in _plain({str(name): "" for name in as_list(operation.get("remove"))}):
        changed.pop(name, None)
    return changed


def _plain(operation: Mapping[str, str]) -> dict[str, str]:
    held = {name.lower(): value for name, value in operation.items()}
    return {name: value for name, value in held.items() if name != "host" and not name.startswith(":")}


def _authority(operation: Raw) -> str:
    """The Host header that is set, else the one that is added, by either of its names."""
    held = (as_words(operation.get(key)) for key in ("set", "add"))
    return next((v for words in held for n, v in words.items() if n.lower() in {":authority", "host"}), "")


def _path(path: str, rewrite: Raw, match: Raw) -> str:
    """The path after `uri`, which replaces what was matched (a whole path, or a prefix), or after `uriRegexRewrite`."""
    bare, question, query = path.partition("?")
    regex = as_map(rewrite.get("uriRegexRewrite"))
    if regex:
        return substituted(str(regex.get("match") or ""), str(regex.get("rewrite") or ""), bare) + question + query
    uri = str(rewrite.get("uri") or "")
    if not uri:
        return path
    wanted = as_map(match.get("uri"))
    whole = wanted.get("exact") is not None or wanted.get("regex") is not None
    taken = len(bare) if whole else len(str(wanted.get("prefix") or "/"))
    return uri + bare[taken:] + question + query
