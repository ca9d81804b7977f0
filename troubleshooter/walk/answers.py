"""Routes by which a proxy answers itself or waits: faults, redirects, direct responses.

Decides from one route. Must not know destinations.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Abort;
`TranslateFault` and `ApplyRedirect` in istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.mesh.pods import is_number
from troubleshooter.mesh.routes import Route
from troubleshooter.model import Request, Resource, Stage, as_map
from troubleshooter.walk.decisions import Trail, http
from troubleshooter.walk.redirecting import to_itself

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def delegated(trail: Trail, route: Route) -> Trail:
    """The trail at a route that hands on to another VirtualService."""
    spot = route.owner.at(f"{route.path}.delegate")
    return trail.unknown(Stage.ROUTE, "a delegate VirtualService is not modelled yet", resource=spot).ends(
        trail.outcome
    )


def aborted(trail: Trail, route: Route, result: Mapping[str, str]) -> tuple[list[Trail], Trail | None]:
    """The requests that a fault takes out, and what is left of them; None where nothing is. Without a percentage a
    fault takes out nothing."""
    abort = abort_of(route)
    if abort is None:
        return [], trail
    spot = route.owner.at(f"{route.path}.fault.abort")
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


def answered(request: Request, trail: Trail, route: Route, result: Mapping[str, str], scheme: str) -> Trail | None:
    """The trail where a route redirects or answers itself, None if it does neither. `scheme` is the one with which the
    proxy takes the request to have come. Who is sent to the URL that it asked for never gets an answer."""
    raw, spot = route.raw, route.owner.at(route.path)
    if raw.get("redirect") is not None:
        code = as_map(raw["redirect"]).get("redirectCode")
        code = code if is_number(code) and code in REDIRECTS else 301
        said = f"{route.owner} redirects with {code}"
        if to_itself(request, as_map(raw["redirect"]), scheme):
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


def looping(trail: Trail, said: str, code: int, spot: Resource, result: Mapping[str, str]) -> Trail:
    """The trail of a client that is sent to the URL that it asked for, again and again."""
    outcome = http(code, details="direct_response")
    return trail.decide(redirect="to-itself").fails(Stage.ROUTE, said, outcome, resource=spot, result=result)
