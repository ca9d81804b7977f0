"""Route configurations of a dump.

Decides: the few words that say what a route matches. Must not know which request is in question.

Source: envoy/config/route/v3/route_components.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.evidence.envoy.dump import ConfigState, RouteConfig, RouteRule, VirtualHost
from troubleshooter.evidence.envoy.fields import fault_of, field, made_from, part, parts, text, texts
from troubleshooter.evidence.envoy.nodes import number

_PATHS = ("prefix", "path", "path_separated_prefix")
FAULT = "envoy.filters.http.fault"
"""Under this name a route keeps its faults (Istio: translateFault in pilot/pkg/networking/core/route/route.go)."""

WHOLE = 100.0
"""Per cent."""


def route_config(raw: Mapping[str, Any], state: ConfigState, about: Mapping[str, Any], place: str) -> RouteConfig:
    """One route configuration; `about` holds its version and date, and why an update of it was refused."""
    error = part(about, "error_state")
    hosts = (
        VirtualHost(
            name=text(host, "name"), domains=texts(host, "domains"), routes=tuple(map(_rule, parts(host, "routes")))
        )
        for host in parts(raw, "virtual_hosts")
    )
    return RouteConfig(
        name=text(raw, "name"),
        state=state,
        hosts=tuple(hosts),
        error=(text(error, "details") or "it does not say why") if error else "",
        version=text(about, "version_info"),
        updated=text(about, "last_updated"),
        place=place,
    )


def _rule(raw: Mapping[str, Any]) -> RouteRule:
    route, direct = part(raw, "route"), part(raw, "direct_response")
    return RouteRule(
        name=text(raw, "name"),
        match=_match(part(raw, "match")),
        clusters=tuple(_clusters(route)),
        direct_response=number(field(direct, "status")),
        redirects=bool(part(raw, "redirect")),
        timeout=text(route, "timeout"),
        try_timeout=text(part(route, "retry_policy"), "per_try_timeout"),
        idle_timeout=text(route, "idle_timeout"),
        stream_limit=text(part(route, "max_stream_duration"), "max_stream_duration"),
        retries=number(field(part(route, "retry_policy"), "num_retries")) or 0,
        fault=fault_of(part(raw, "typed_per_filter_config", FAULT)),
        made_from=made_from(raw),
    )


def _clusters(route: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The clusters of a route with their shares in per cent."""
    if text(route, "cluster"):
        yield text(route, "cluster"), WHOLE
    weighted = list(parts(part(route, "weighted_clusters"), "clusters"))
    weights = [number(field(one, "weight")) or 0 for one in weighted]
    for one, weight in zip(weighted, weights, strict=True):
        yield text(one, "name"), WHOLE * weight / (sum(weights) or 1)


def _match(raw: Mapping[str, Any]) -> str:
    """`prefix /api, header end-user`."""
    paths = [f"{key} {text(raw, key)}" for key in _PATHS if text(raw, key)]
    pattern = text(part(raw, "safe_regex"), "regex")
    named = [f"header {text(one, 'name')}" for one in parts(raw, "headers")]
    named += [f"parameter {text(one, 'name')}" for one in parts(raw, "query_parameters")]
    return ", ".join((*paths, *([f"regex {pattern}"] if pattern else ()), *named))
