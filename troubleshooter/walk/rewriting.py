"""What a route makes of a request on its way: another path, another host.

Must not know where the request goes.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.matching import replaced, string_matches
from troubleshooter.mesh.routes import Route
from troubleshooter.model import Request, as_map
from troubleshooter.walk.decisions import Trail


def onward(request: Request, trail: Trail) -> Request:
    """The request as it leaves the last hop: rewritten, if the route that took it says so."""
    route = trail.hop.routing.route if trail.hop.routing else None
    rewrite = as_map(route.raw.get("rewrite")) if route is not None and route.kind == "http" else {}
    if route is None or not rewrite:
        return request
    path, mark, query = request.path.partition("?")
    request = replace(request, path=_path(route, path) + mark + query)
    authority = str(rewrite.get("authority") or "")
    return replace(request, headers={**request.headers, "host": authority}) if authority else request


def _path(route: Route, path: str) -> str:
    rewrite = as_map(route.raw.get("rewrite"))
    by_regex = as_map(rewrite.get("uriRegexRewrite"))
    if by_regex:
        return replaced(str(by_regex.get("match") or ""), str(by_regex.get("rewrite") or ""), path)
    written = str(rewrite.get("uri") or "")
    return written + path[len(_matched(route, path)) :] if written else path


def _matched(route: Route, path: str) -> str:
    """The part of a path that is replaced: the prefix that matched, or all of it where the whole was matched."""
    for match in route.matches:
        uri = as_map(match.get("uri"))
        if string_matches(uri, path, fold=match.get("ignoreUriCase") is True):
            return str(uri.get("prefix") or "/") if not uri or "prefix" in uri else path
    return "/"
