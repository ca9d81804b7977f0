"""Facts about a route that never gets a request, because one in front of it takes all that it could take.

A route that does the same as the one in front does no harm. One that takes everything to redirect or to answer itself
closes a door on purpose. Neither is told. Must not know whether anybody misses the route.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-http (the first rule
that matches is used).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.routing.coverage import Ahead, takes_over
from troubleshooter.mesh.routing.matching import Sender, mismatches
from troubleshooter.mesh.routing.routes import Route, routes_of
from troubleshooter.model import Case, CaseKind, Object, Raw, Request, as_list, as_map

OF_NO_EFFECT = frozenset({"match", "name"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Shadow:
    """A route (`behind`) that never gets a request, and the one `front` that takes the first of its blocks from it."""

    front: Route
    behind: Route
    how: str


def shadows(owner: Object) -> Iterator[Shadow]:
    """The http routes of a VirtualService that never get a request."""
    ahead: Ahead[Route] = Ahead()
    for route in routes_of(owner, "http"):
        blocks = route.matches or [{}]
        takers = [ahead.taker(block) for block in blocks]
        known = [t for t in takers if t is not None]
        if len(known) == len(blocks) and all(effect(front) != effect(route) for _, front in known):
            block, front = known[0]
            yield Shadow(front=front, behind=route, how=_how(front, block, blocks[0]))
        if "delegate" not in route.raw and not _closes(route):
            for block in blocks:
                ahead.add(block, route)


def effect(route: Route) -> dict[str, Any]:
    """What a route does with the requests that it takes."""
    return {key: value for key, value in route.raw.items() if key not in OF_NO_EFFECT}


def _closes(route: Route) -> bool:
    """Whether a route takes everything and sends it nowhere."""
    return route.catch_all and bool({"redirect", "directResponse"} & route.raw.keys())


def _how(front: Route, outer: Raw, inner: Raw) -> str:
    if not as_list(front.raw.get("match")):
        return "no-match"
    mine, its = ({k: v for k, v in block.items() if k != "name"} for block in (outer, inner))
    if mine == its:
        return "equal"
    prefixes = [as_map(block.pop("uri", None)).keys() for block in (mine, its)]
    return "prefix" if prefixes == [{"prefix"}, {"prefix"}] and mine == its else "wider"


def about_shadow(case: CaseBuilder, found: Shadow) -> None:
    """That a route never gets a request."""
    owner, front, behind = found.front.owner, found.front, found.behind
    case.role("virtual_service", owner.at())
    case.role("route", owner.at(front.path))
    case.role("rival", owner.at(behind.path))
    case.fact("route.shadowed", found.how, owner.at(behind.path), owner.at(front.path))
    back = any(takes_over(one, other) for one in behind.matches or [{}] for other in front.matches or [{}])
    case.fact("route.shadow_mend", "remove" if back else "move", owner.at(behind.path))
    case.detail("route.front", _called(front))
    case.detail("route.behind", _called(behind))
    case.detail("rival.field", behind.path)
    routes = [dict(as_map(r)) for r in as_list(owner.spec.get("http"))]
    moved = routes.pop(behind.index)
    case.detail("virtual_service.reordered", [*routes[: front.index], moved, *routes[front.index :]])


def _called(route: Route) -> str:
    return f"{route.path} ({route.name})" if route.name else route.path


def about_taken(case: CaseBuilder, request: Request, route: Route, sender: Sender) -> None:
    """Of a request that a route took: whether a route behind it, that would take the request too, never gets any."""
    for found in shadows(route.owner):
        here = found.front.index == route.index
        blocks = found.behind.matches or [{}]
        if here and any(not mismatches(block, request, sender) for block in blocks):
            about_shadow(case, found)
            return
    case.fact("route.shadowed", "none", route.owner.at(route.path))


def shadow_cases(owner: Object) -> Iterator[Case]:
    """Each http route of a VirtualService that never gets a request."""
    for found in shadows(owner):
        name = f"piece/shadow/{owner.namespace}/{owner.name}/{found.behind.path}"
        case = CaseBuilder(name, CaseKind.PIECE)
        about_shadow(case, found)
        yield case.build()
