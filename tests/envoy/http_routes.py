"""The route table of an HTTP listener: every virtual host with every route, as istiod writes them.

Takes from the mesh which VirtualServices serve a host and in which order their match blocks are tried, never which of
them takes a request: that is for Envoy to find.
Source: `TranslateRoute` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.envoy.envoy_shapes import Shape, length, typed
from tests.envoy.route_matches import match_of, string_of
from tests.envoy.views import View, cluster_name, domains
from troubleshooter.mesh.basis.hosts import covers
from troubleshooter.mesh.routing.matching import Sender
from troubleshooter.mesh.routing.routes import Attempt, Route, attempts
from troubleshooter.mesh.routing.virtual_hosts import VirtualHost
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Raw, as_list, as_map

WEB = 80
OF_AUTHORITY = ("host", ":authority")
RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
CODES = {301: "MOVED_PERMANENTLY", 302: "FOUND", 303: "SEE_OTHER", 307: "TEMPORARY_REDIRECT", 308: "PERMANENT_REDIRECT"}


def of_port(view: View, port: int) -> Shape:
    """The route table of a sidecar's listener for a port: all services that have it, and what is in no registry."""
    held = [_of_service(view, s, p) for s, p in view.ports() if p.number == port and p.protocol.family == "http"]
    return _table(str(port), [*held, *_of_names(view, port), _catch_all(view)])


def of_sniffed(view: View, service: Service, port: Port) -> Shape:
    """That of a port of which the protocol is detected: its one virtual host takes any name."""
    return _table(f"{service.host}:{port.number}", [{**_of_service(view, service, port), "domains": ["*"]}])


def of_gateway(view: View, name: str, hosts: Iterable[VirtualHost], number: int) -> Shape:
    """That of a gateway's server; without any virtual host it has one that knows no route."""
    held = [_of_pattern(view, host, number) for host in hosts]
    return _table(name, held or [{"name": f"blackhole:{number}", "domains": ["*"]}])


def _table(name: str, hosts: list[Shape]) -> Shape:
    return {"name": name, "virtual_hosts": hosts, "validate_clusters": False, "ignore_port_in_host_matching": True}


def _of_service(view: View, service: Service, port: Port) -> Shape:
    routes = _tried(view, service.host, port.number) or [_implicit(service, port)]
    names = domains(service, view.namespace, view.places.of_service(service))
    names += [name for alias in view.aliases(service) for name in domains(alias, view.namespace, "")[:-1]]
    return {
        "name": f"{service.host}:{port.number}",
        "domains": names,
        "routes": routes,
        "include_request_attempt_count": True,
    }


def _tried(view: View, host: str, port: int) -> list[Shape]:
    """The routes of the VirtualService that a sidecar applies to a host."""
    sender = Sender(labels=view.labels, namespace=view.namespace, port=port)
    for owner in view.mesh.virtual_services.candidates(host, view.namespace, view.scope.takes):
        tried = attempts(view.mesh.virtual_services.http_routes([owner]), sender)
        if tried:
            return [_route(view, attempt, port, on_port=True) for attempt in tried]
    return []


def _of_names(view: View, number: int) -> Iterator[Shape]:
    """Virtual hosts for names of VirtualServices that no service of the port has: on port 80 of all of them, on others
    of those that have a service of the port as well.

    Source: `buildSidecarVirtualHostsForVirtualService` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    served = [s.host for s, p in view.ports() if p.number == number and p.protocol.family in ("http", "auto")]
    held = [v for v in view.mesh.virtual_services.bound("mesh", view.namespace) if view.scope.takes(v)]
    for name in dict.fromkeys(h for v in held for h in view.mesh.virtual_services.hosts_of(v)):
        owner = next(iter(view.mesh.virtual_services.candidates(name, view.namespace, view.scope.takes)), None)
        if owner is None or any(covers(name, host) for host in served):
            continue
        beside = any(covers(h, host) for h in view.mesh.virtual_services.hosts_of(owner) for host in served)
        routes = _tried(view, name, number) if beside or number == WEB else []
        if routes:
            yield {"name": f"{name}:{number}", "domains": [name], "routes": routes}


def _of_pattern(view: View, host: VirtualHost, number: int) -> Shape:
    return {
        "name": f"{host.pattern}:{number}",
        "domains": [host.pattern],
        "routes": [_route(view, attempt, number) for attempt in host.attempts],
        "require_tls": "ALL" if host.redirect else "NONE",
    }


def _implicit(service: Service, port: Port) -> Shape:
    sends = {"cluster": cluster_name(port.number, service.host), "timeout": "0s", "retry_policy": _retries(None)}
    return {"name": "default", "match": {"prefix": "/"}, "route": sends}


def _catch_all(view: View) -> Shape:
    """What becomes of a name that no service has."""
    name: str = "allow_any"
    action: Shape = {"route": {"cluster": view.rest, "timeout": "0s"}}
    if view.scope.closed:
        name, action = "block_all", {"direct_response": {"status": 502}}
    return {"name": name, "domains": ["*"], "routes": [{"name": name, "match": {"prefix": "/"}, **action}]}


def _route(view: View, attempt: Attempt, listener: int, *, on_port: bool = False) -> Shape:
    route = attempt.route
    name = f"{route.name}.{attempt.match['name']}" if attempt.match.get("name") else route.name
    only = _only_destination(route.raw)
    made: Shape = {"name": name, "match": match_of(attempt.match), **_headers(route.raw, only)}
    if route.raw.get("redirect") is not None:
        made["redirect"] = _redirect(as_map(route.raw["redirect"]))
    elif route.raw.get("directResponse") is not None:
        made["direct_response"] = _direct(as_map(route.raw["directResponse"]))
    else:
        made["route"] = _action(view, route, listener, on_port=on_port)
    own = [_fault(as_map(route.raw.get("fault"))), _cors(route.raw.get("corsPolicy"))]
    return {**made, "typed_per_filter_config": {f["name"]: f["typed_config"] for f in own if f}}


def _host_set(raw: Raw) -> str:
    """The authority that a route sets as a header, else adds; else that of its only destination.

    Source: `translateHeadersOperations` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    for held in (raw, _only_destination(raw)):
        changes = as_map(as_map(held.get("headers")).get("request"))
        found = [v for w in ("set", "add") for k, v in as_map(changes.get(w)).items() if k.lower() in OF_AUTHORITY]
        if found:
            return str(found[0])
    return ""


def _only_destination(raw: Raw) -> Raw:
    """The destination of a route that has no other, which istiod makes one with its route."""
    held = as_list(raw.get("route"))
    return as_map(held[0]) if len(held) == 1 else {}


def _headers(*holders: Raw) -> Shape:
    """What a route and its only destination, or one destination among several, add to requests and take away.

    Source: `processDestination` and `processWeightedDestination` in istio/istio
    pilot/pkg/networking/core/route/route.go.
    """
    changes = [as_map(as_map(holder.get("headers")).get("request")) for holder in holders]
    kinds = {"set": "OVERWRITE_IF_EXISTS_OR_ADD", "add": "APPEND_IF_EXISTS_OR_ADD"}
    written = [(k, v, how) for one in changes for word, how in kinds.items() for k, v in as_map(one.get(word)).items()]
    added = [one for one in written if one[0].lower() not in OF_AUTHORITY]
    return {
        "request_headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": how} for key, value, how in added
        ],
        "request_headers_to_remove": [name for one in changes for name in as_list(one.get("remove"))],
    }


def _redirect(raw: Raw) -> Shape:
    made: Shape = {"response_code": CODES[raw.get("redirectCode") or 301]}
    names = {"uri": "path_redirect", "authority": "host_redirect", "scheme": "scheme_redirect", "port": "port_redirect"}
    return made | {theirs: raw[ours] for ours, theirs in names.items() if raw.get(ours)}


def _direct(raw: Raw) -> Shape:
    body = as_map(raw.get("body")).get("string")
    return {"status": raw["status"], **({"body": {"inline_string": body}} if body else {})}


def _action(view: View, route: Route, listener: int, *, on_port: bool) -> Shape:
    raw = route.raw
    made: Shape = {"timeout": length(raw.get("timeout")), "retry_policy": _retries(raw.get("retries"))}
    rewrite = as_map(raw.get("rewrite"))
    if rewrite.get("uri"):
        made["prefix_rewrite"] = rewrite["uri"]
    if rewrite.get("uriRegexRewrite"):
        own = as_map(rewrite["uriRegexRewrite"])
        made["regex_rewrite"] = {"pattern": {"regex": own["match"]}, "substitution": own["rewrite"]}
    named = rewrite.get("authority") or _host_set(raw)
    if named:
        made["host_rewrite_literal"] = named
    return made | dict(_targets(view, route, listener, on_port=on_port))


def _targets(view: View, route: Route, listener: int, *, on_port: bool) -> Iterator[tuple[str, Any]]:
    """The one cluster, or several by weight. A route without any is sent to a cluster that nobody has."""
    found = view.mesh.virtual_services.destinations(route)
    if len(found) < 2:
        yield "cluster", view.cluster_of(found[0], listener, on_port=on_port) if found else "UnknownService"
        return
    written = [as_map(one) for one in as_list(route.raw.get("route"))]
    shares = [
        {"name": view.cluster_of(d, listener, on_port=on_port), "weight": round(d.share * 10000)}
        | _headers(written[d.number])
        for d in found
    ]
    yield "weighted_clusters", {"clusters": shares}


def _retries(raw: object) -> Shape:
    """The retry policy: Istio's own where the route has none. Source: `DefaultPolicy` in istio/istio
    pilot/pkg/networking/core/route/retry/retry.go."""
    own = as_map(raw)
    tries = own.get("attempts", 2)
    policy: Shape = {"retry_on": own.get("retryOn") or RETRY_ON, "num_retries": tries, "retriable_status_codes": [503]}
    return (
        policy | ({"per_try_timeout": length(own["perTryTimeout"])} if own.get("perTryTimeout") else {})
        if tries
        else {}
    )


def _fault(raw: Raw) -> Shape:
    made: Shape = {}
    abort, delay = as_map(raw.get("abort")), as_map(raw.get("delay"))
    if abort:
        made["abort"] = {"http_status": abort["httpStatus"], "percentage": _share(abort)}
    if delay:
        made["delay"] = {"fixed_delay": length(delay["fixedDelay"]), "percentage": _share(delay)}
    return typed("envoy.filters.http.fault", "extensions.filters.http.fault.v3.HTTPFault", **made) if made else {}


def _cors(raw: object) -> Shape:
    """Source: `TranslateCORSPolicy` in istio/istio pilot/pkg/networking/core/route/route.go."""
    if raw is None:
        return {}
    held = as_map(raw)
    origins = [{"exact": o} for o in as_list(held.get("allowOrigin"))] + as_list(held.get("allowOrigins"))
    return typed(
        "envoy.filters.http.cors",
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[string_of(as_map(o)) for o in origins],
        forward_not_matching_preflights=held.get("unmatchedPreflights") != "IGNORE",
    )


def _share(raw: Raw) -> Shape:
    share = float(as_map(raw.get("percentage")).get("value") or 0)
    return {"numerator": round(share * 10000), "denominator": "MILLION"}
