"""Routes by which a proxy answers itself or waits: faults, redirects, direct responses.

Decides from one route. Must not know destinations.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Abort;
`TranslateFault` and `ApplyRedirect` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.delegation import reference
from troubleshooter.mesh.routing.matching import string_matches
from troubleshooter.mesh.routing.routes import Route
from troubleshooter.model import Raw, Request, Resource, Stage, as_list, as_map
from troubleshooter.walk.basis.decisions import Trail, http
from troubleshooter.walk.routes.redirecting import to_itself

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def delegated(trail: Trail, route: Route) -> Trail:
    """The trail at a route whose delegate was not seen, or at one of a delegate that delegates in turn: istiod refuses
    such an object, and what a proxy would make of it is written down nowhere."""
    said = f"its delegate {'/'.join(reference(route) or ())} is in a namespace of which nothing was seen"
    if route.above is not None:
        said = f"{route.owner} is delegated to and delegates in turn, which Istio refuses: there is one level only"
    return trail.unknown(Stage.ROUTE, said, resource=route.at("delegate")).ends(trail.outcome)


def aborted(trail: Trail, route: Route, result: Mapping[str, str]) -> tuple[list[Trail], Trail | None]:
    """The requests that a fault takes out, and what is left of them; None where nothing is. Without a percentage a
    fault takes out nothing."""
    abort = abort_of(route)
    if abort is None:
        return [], trail
    spot = route.at("fault.abort")
    said = f"{route.owner} aborts {how_many(abort.part)} with {abort.what}"
    outcome = http(abort.status, "FI", details="fault_filter_abort")
    lost = trail.splits("fault", abort.part).fails(Stage.ROUTE, said, outcome, resource=spot, result=result)
    return [lost], trail.splits("fault", 1 - abort.part) if abort.part < 1 else None


def held_up(route: Route) -> str:
    """What a route says of requests that it makes wait first, "" if it makes none. A wait runs into no timeout of the
    same route: where a route has faults, its timeout is not in force.

    Source: the field `fault` in https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute.
    """
    delay = delay_of(route)
    return f", which holds {how_many(delay.part)} for {delay.what}" if delay else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An abort or a delay that is in force: for which part of the requests, and with `what` (a code, or a time); the
    HTTP status of an abort."""

    part: float
    what: str
    status: int = 0


def abort_of(route: Route) -> Fault | None:
    """The abort of a route that takes out some requests."""
    abort = as_map(as_map(route.raw.get("fault")).get("abort"))
    status = abort.get("httpStatus") if is_number(abort.get("httpStatus")) else 200 if abort.get("grpcStatus") else None
    part = _part(as_map(abort.get("percentage")).get("value"))
    if status is None or part <= 0:
        return None
    return Fault(part=part, what=str(abort.get("grpcStatus") or status), status=status)


def delay_of(route: Route) -> Fault | None:
    """The delay of a route that holds some requests; its old field `percent` counts where `percentage` is left out."""
    delay = as_map(as_map(route.raw.get("fault")).get("delay"))
    wait = delay.get("fixedDelay")
    told = delay.get("percentage")
    part = _part(as_map(told).get("value") if told is not None else delay.get("percent"))
    return Fault(part=part, what=wait) if isinstance(wait, str) and part > 0 else None


def how_many(part: float) -> str:
    """A part of the requests in words."""
    return "every request" if part >= 1 else f"{part * 100:.4g} % of the requests"


def _part(value: object) -> float:
    """A percentage as a part of 1; what is no number is none."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(float(value) / 100, 0.0), 1.0) if known and isinstance(value, int | float) else 0.0


def answered(
    request: Request, trail: Trail, route: Route, result: Mapping[str, str], *, came: str, port: int
) -> Trail | None:
    """The trail where a route redirects or answers itself, None if it does neither. `came` is the scheme with which the
    proxy takes the request to have come ("": the client's own), `port` that of its listener. Who is sent to the URL
    that it asked for never gets an answer."""
    raw, spot = route.raw, route.at()
    if raw.get("redirect") is not None:
        code = as_map(raw["redirect"]).get("redirectCode")
        code = code if is_number(code) and code in REDIRECTS else 301
        said = f"{route.owner} redirects with {code}"
        if to_itself(request, as_map(raw["redirect"]), came or request.scheme, port):
            return looping(trail, f"{said}, to the very URL that was asked for", code, spot, result)
        done = trail.decide(redirect="elsewhere").passes(Stage.ROUTE, said, resource=spot, result=result)
        return done.ends(http(code, details="direct_response"))
    status = as_map(raw.get("directResponse")).get("status")
    if not is_number(status):
        return None
    outcome = http(status, details="direct_response")
    said = f"{route.owner} answers {status} itself"
    if status >= 400:
        return trail.fails(Stage.ROUTE, said, outcome, resource=spot, result=result)
    return trail.passes(Stage.ROUTE, said, resource=spot, result=result).ends(outcome)


def preflighted(request: Request, trail: Trail, route: Route, result: Mapping[str, str]) -> Trail | None:
    """The trail where a route's CORS policy answers a preflight request, None where it does not. One from an origin
    that is not allowed is sent on, unless the policy ignores it; any other request is sent on in every case.

    Source: `CorsFilter::decodeHeaders` in envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc.
    """
    policy, headers = as_map(route.raw.get("corsPolicy")), request.headers
    asks = request.method == "OPTIONS" and headers.get("origin") and headers.get("access-control-request-method")
    if not asks or route.raw.get("corsPolicy") is None:
        return None
    known = allows(policy, headers["origin"])
    if not known and policy.get("unmatchedPreflights") != "IGNORE":
        return None
    said = f"{route.owner} answers the preflight request from {headers['origin']}"
    said += "" if known else ", an origin that it does not allow, without the headers of CORS"
    done = trail.passes(Stage.ROUTE, said, resource=route.at("corsPolicy"), result=result)
    return done.ends(http(200, details="cors_response"))


def allows(policy: Raw, origin: str) -> bool:
    """Whether a CORS policy allows an origin. One that takes `*` allows every one."""
    held = [as_map(each) for each in as_list(policy.get("allowOrigins"))]
    held = held or [{"exact": each} for each in as_list(policy.get("allowOrigin"))]
    return any(string_matches(each, "*") or string_matches(each, origin) for each in held if each)


def looping(trail: Trail, said: str, code: int, spot: Resource, result: Mapping[str, str]) -> Trail:
    """The trail of a client that is sent to the URL that it asked for, again and again."""
    outcome = http(code, details="direct_response")
    return trail.decide(redirect="to-itself").fails(Stage.ROUTE, said, outcome, resource=spot, result=result)
