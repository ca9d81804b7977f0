"""Facts about the faults that a route injects on purpose.

Must not know why somebody wants them.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.routing.routes import Route, routes_of
from troubleshooter.model import Case, CaseKind, Object
from troubleshooter.walk.routes.answers import abort_of, delay_of, how_many

NARROWS = ("headers", "queryParams", "sourceLabels", "sourceNamespace")
"""What of a match is for chosen requests: a fault behind it is a test that others do not feel."""


def about_fault(case: CaseBuilder, route: Route) -> None:
    """What an http route does to requests on purpose. A delay for chosen requests is meant, and not told."""
    abort, delay = abort_of(route), None if _for_chosen(route) else delay_of(route)
    word = "both" if abort and delay else "abort" if abort else "delay" if delay else "none"
    case.fact("route.fault", word, route.at("fault" if word != "none" else ""))
    if word == "none":
        return
    case.detail("route.route_field", route.path)
    if abort:
        case.detail("route.abort_share", how_many(abort.part))
        case.detail("route.abort_code", abort.what)
    if delay:
        case.detail("route.delay_share", how_many(delay.part))
        case.detail("route.delay", delay.what)


def _for_chosen(route: Route) -> bool:
    """Whether all match blocks of a route are for chosen requests."""
    return bool(route.matches) and all(any(match.get(key) for key in NARROWS) for match in route.matches)


def fault_cases(thing: Object) -> Iterator[Case]:
    """Each http route of a VirtualService with faults that are not kept to chosen requests."""
    for route in routes_of(thing, "http"):
        if route.raw.get("fault") and not _for_chosen(route):
            case = CaseBuilder(f"piece/fault/{thing.namespace}/{thing.name}/{route.path}", CaseKind.PIECE)
            case.role("virtual_service", thing.at())
            case.role("route", thing.at(route.path))
            about_fault(case, route)
            yield case.build()
