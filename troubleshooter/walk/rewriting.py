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
    """The request after a route's rewrite and the headers that it and its destination set."""
    rewrite = as_map(route.get("rewrite"))
    operations = [as_map(as_map(holder.get("headers")).get("request")) for holder in (route, destination)]
    headers = dict(request.headers)
    for operation in operations:
        headers = _changed(headers, operation)
    if rewrite.get("authority"):
        headers["host"] = str(rewrite["authority"])
    return replace(request, path=_path(request.path, rewrite, match), headers=headers)


def _changed(headers: Mapping[str, str], operation: Raw) -> dict[str, str]:
    """Headers after one set of operations; `:authority` is the Host header."""
    changed = dict(headers)
    for name, value in as_words(operation.get("set")).items():
        changed[_name(name)] = value
    for name, value in as_words(operation.get("add")).items():
        known = changed.get(_name(name))
        changed[_name(name)] = value if known is None or _name(name) == "host" else f"{known},{value}"
    for name in as_list(operation.get("remove")):
        if _name(str(name)) != "host":
            changed.pop(_name(str(name)), None)
    return changed


def _name(header: str) -> str:
    return "host" if header.lower() == ":authority" else header.lower()


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
