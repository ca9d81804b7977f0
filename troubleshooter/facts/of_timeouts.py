"""Facts about the time that a route gives the application, and about a log line that says it was over.

Must not know how long the application takes: no object tells that. Sources:
https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute (timeout; not in force where the
route has a fault); https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from troubleshooter.evidence import Side, details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.observe import Observation
from troubleshooter.mesh.routing.routes import Route
from troubleshooter.model import as_map
from troubleshooter.walk.routes.answers import abort_of, delay_of

UNITS: Mapping[str, float] = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "us": 0.001, "ns": 0.000_001}
PART = re.compile(r"([0-9]*\.?[0-9]+)(h|ms|us|ns|m|s)")

LIMITS = {"response_timeout": "route", "upstream_response_timeout": "route", "upstream_per_try_timeout": "try"}
"""What is over, by the details of the line."""

LATE = 1.5
"""How many times a route's timeout a request may have lasted for the timeout to be what ended it: what comes before the
request is sent on, such as its body, is not counted by the timeout."""

NEAR, NEARLY = 30, 0.02
"""How far, in milliseconds and as a share, from a timeout the time may be after which a target sees its caller go."""


def milliseconds(duration: object) -> float:
    """A duration such as `1h30m`, `2.5s` or `300ms`; 0 for what is none."""
    text = duration if isinstance(duration, str) else ""
    parts = PART.findall(text)
    return sum(float(n) * UNITS[unit] for n, unit in parts) if "".join(map("".join, parts)) == text else 0


def about_timeout(case: CaseBuilder, route: Route) -> None:
    """The timeouts of an http route that are in force: of the whole request, and of each try."""
    quiet = not abort_of(route) and not delay_of(route)
    whole = route.raw.get("timeout") if quiet else None
    one = as_map(route.raw.get("retries")).get("perTryTimeout") if quiet else None
    word = {(True, True): "both", (True, False): "route", (False, True): "try", (False, False): "none"}[
        (milliseconds(whole) > 0, milliseconds(one) > 0)
    ]
    fields = {"route": ["timeout"], "try": ["retries.perTryTimeout"], "both": ["timeout", "retries.perTryTimeout"]}
    places = [route.at(field) for field in fields.get(word, [])]
    case.fact("route.timeout", word, *(places or [route.at()]))
    case.detail("route.route_field", route.path)
    case.detail("route.timeout", str(whole or ""))
    case.detail("route.try_timeout", str(one or ""))


def about_lateness(case: CaseBuilder, observation: Observation) -> None:
    """Which limit a log line says was over, and whether the request lasted as long as the route's says."""
    entry = observation.entry
    if entry.client_left and entry.side is Side.INBOUND:
        _about_giving_up(case, observation)
    if "UT" not in entry.flags:
        return
    over = LIMITS.get(details_key(entry.details).base, "other")
    case.seen("failure.timeout", over, observation.source)
    name = {"route": "route.timeout", "try": "route.try_timeout"}.get(over, "")
    limit = milliseconds(case.details.get(name))
    if limit and entry.duration_ms is not None:
        most = limit * LATE + 100 if over == "route" else float("inf")
        fits = limit - 5 <= entry.duration_ms <= most
        case.seen("failure.lasted", "as-set" if fits else "otherwise", observation.source)


def _about_giving_up(case: CaseBuilder, observation: Observation) -> None:
    """A target's proxy sees no more of a caller's proxy whose time is over than that it hung up, after just that time.
    What the sender did with the request before is not in this length."""
    lasted = observation.entry.duration_ms
    for over, name in (("route", "route.timeout"), ("try", "route.try_timeout")):
        limit = milliseconds(case.details.get(name))
        if limit and lasted is not None and abs(lasted - limit) <= max(NEAR, limit * NEARLY):
            case.seen("failure.timeout", over, observation.source)
            case.seen("failure.lasted", "as-set", observation.source)
            return
