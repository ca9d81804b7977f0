"""The request as a route sends it on: path, authority and headers rewritten.

Decides from one route and the match block that took the request. Must not know destinations beyond their headers.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite;
`applyHTTPRouteDestination`, `processDestination` and `processWeightedDestination` in istio/istio
pilot/pkg/networking/core/route/route.go;
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from troubleshooter.mesh.routing.matching import substituted
from troubleshooter.model import Raw, Request, as_list, as_map, as_words


def rewritten(request: Request, route: Raw, match: Raw, destination: Raw) -> Request:
    """The request after a route's rewrite and the headers that it and its destination set. Of several authorities that
    of the rewrite counts, then the route's, then the destination's. The headers of an only destination are the route's,
    after its own; those of one among several come before what the route says."""
    rewrite = as_map(route.get("rewrite"))
    operations = [as_map(as_map(holder.get("headers")).get("request")) for holder in (route, destination)]
    alone = len(as_list(route.get("route"))) == 1
    headers = dict(request.headers)
    for together in [operations] if alone else [[each] for each in reversed(operations)]:
        headers = _changed(headers, together)
    asked = (str(rewrite.get("authority") or ""), *map(_authority, operations))
    if any(asked):
        headers["host"] = next(filter(None, asked))
    return replace(request, path=_path(request.path, rewrite, match), headers=headers)


def _changed(headers: Mapping[str, str], operations: Sequence[Raw]) -> dict[str, str]:
    """Headers after sets of operations that are done as one, but for the authority and other parts of the request line:
    what is removed goes first, and what is empty is neither set nor added.

    Source: `HeaderParser::evaluateHeaders` in envoyproxy/envoy source/common/router/header_parser.cc;
    https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-headervalueoption.
    """
    gone = _plain({str(name): "" for operation in operations for name in as_list(operation.get("remove"))})
    changed = {name: value for name, value in headers.items() if name not in gone}
    for operation in operations:
        changed |= _filled(operation.get("set"))
        for name, value in _filled(operation.get("add")).items():
            changed[name] = f"{changed[name]},{value}" if name in changed else value
    return changed


def _filled(values: object) -> dict[str, str]:
    return {name: value for name, value in _plain(as_words(values)).items() if value}


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
