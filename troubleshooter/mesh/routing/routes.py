"""Routes of a VirtualService: what they are bound to, in which order a proxy tries them, and which takes a request.

Decides: names of gateways, first match, nearest miss. Must not know which VirtualService serves a host
(`virtual_services` does) or where a destination is.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/;
istio/istio pilot/pkg/networking/core/route/route.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from troubleshooter.mesh.routing.matching import Mismatch, Sender, mismatches, of_sender, takes_all
from troubleshooter.model import Object, Raw, Request, Resource, as_list, as_map

KIND = "VirtualService"
MESH = "mesh"
IN_BLOCK = re.compile(r"match\[(\d+)\](?:\.(.+))?")
CONDITION = re.compile(r"\w+(?:\[\"[^\"]*\"\])?")
"""A condition at the beginning of a path in a match block: `uri`, `headers["x-team"]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where a match block of a delegate's route comes from: its number in the delegate and in the root (None where one
    has none), and the conditions that the delegate itself writes."""

    mine: int | None
    its: int | None
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Above:
    """What a delegate's route has from the route that delegates to it: the fields `keys`, and match blocks."""

    route: Route
    keys: frozenset[str]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Route:
    """One http (or tcp, tls) route, `index` its place in the list of `owner`, the VirtualService that it is written in.
    `above` is there where that is the delegate of another."""

    owner: Object
    kind: str
    index: int
    raw: Raw
    above: Above | None = None

    @property
    def path(self) -> str:
        return f"spec.{self.kind}[{self.index}]"

    @property
    def holder(self) -> Object:
        """The VirtualService whose hosts it serves: its owner, or the one that delegates to that."""
        return self.above.route.owner if self.above else self.owner

    def at(self, field: str = "") -> Resource:
        """The place of the route, or of one of its fields (`timeout`, `match[0].uri.exact`)."""
        route, field = self.written(field)
        return route.owner.at(".".join(filter(None, (route.path, field))))

    def written(self, field: str) -> tuple[Route, str]:
        """Where one of its fields is written: in this route or in the root's, and as what."""
        above, inside = self.above, IN_BLOCK.fullmatch(field)
        if above is None:
            return self, field
        if inside is None:
            return (above.route if field.partition(".")[0] in above.keys else self), field
        block, rest = above.blocks[int(inside[1])], inside[2] or ""
        condition = CONDITION.match(rest)
        here = block.its is None or (block.mine is not None and (not condition or condition[0] in block.own))
        number = block.mine if here else block.its
        return (self if here else above.route), f"match[{number}]" + (f".{rest}" if rest else "")

    @property
    def name(self) -> str:
        return str(self.raw.get("name") or "")

    def named_with(self, match: Raw) -> str:
        """What proxies call it and log: its own name, and that of the match block that took the request.

        Source: `translateRoute` in istio/istio pilot/pkg/networking/core/route/route.go.
        """
        return f"{self.name}.{match['name']}" if match.get("name") else self.name

    @property
    def matches(self) -> list[Raw]:
        """Its match blocks, any of which is enough; none takes everything. Gateways in them have their full names."""
        return [self._named(as_map(m)) for m in as_list(self.raw.get("match"))]

    def _named(self, match: Raw) -> Raw:
        named = [qualified(str(g), self.owner.namespace) for g in as_list(match.get("gateways"))]
        return {**match, "gateways": named} if named else match

    @property
    def catch_all(self) -> bool:
        """Whether it takes every request: no match, or one that looks at nothing but the prefix `/`."""
        return not self.matches or any(takes_all(m) for m in self.matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The match block that came nearest to taking a request, and in what it differs."""

    route: Route
    match: int
    mismatches: tuple[Mismatch, ...]

    @property
    def place(self) -> Resource:
        """The field of the first difference."""
        return self.route.at(f"match[{self.match}].{self.mismatches[0].path}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The route that takes a request, with the position of the match block that did (None where it has no match); or
    None with the nearest miss."""

    route: Route | None
    nearest: Near | None = None
    match: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One match block of a route (`number` None: a route without any) as a proxy holds it: a route of its own."""

    route: Route
    number: int | None
    match: Raw
    sender: Sender

    @property
    def catch_all(self) -> bool:
        return takes_all(self.match)


def gateways_of(thing: Object) -> list[str]:
    """What a VirtualService is bound to: `mesh` if it names nothing; names without a namespace are of its own. Gateways
    named in matches bind nothing.

    Source: `getGatewayNames` in istio/istio pilot/pkg/model/push_context.go.
    """
    named = [str(g) for g in as_list(thing.spec.get("gateways"))]
    return list(dict.fromkeys(qualified(g, thing.namespace) for g in named)) or [MESH]


def qualified(gateway: str, namespace: str) -> str:
    """`namespace/name` of a gateway reference, `mesh` as it is. `./name` is of the own namespace; of the old form
    `name.namespace.svc.cluster.local` the second part is the namespace.

    Source: `resolveGatewayName` in istio/istio pilot/pkg/model/gateway.go and virtualservice.go.
    """
    if gateway == MESH:
        return gateway
    space, slash, name = gateway.partition("/")
    if slash:
        return f"{namespace if space == '.' else space}/{name}"
    name, dot, rest = gateway.partition(".")
    return f"{rest.partition('.')[0]}/{name}" if dot else f"{namespace}/{gateway}"


@lru_cache(maxsize=1024)
def routes_of(thing: Object, kind: str) -> tuple[Route, ...]:
    """The `http`, `tcp` or `tls` routes of one VirtualService as they are written there."""
    written = enumerate(as_list(thing.spec.get(kind)))
    return tuple(Route(owner=thing, kind=kind, index=n, raw=as_map(route)) for n, route in written)


def attempts(routes: Iterable[Route], sender: Sender) -> list[Attempt]:
    """The match blocks of the routes that a proxy has, in the order in which it tries them.

    Blocks that are not for this proxy are left out. What follows a block that takes everything is left out up to the
    next VirtualService.
    Source: `BuildHTTPRoutesForVirtualService` in istio/istio pilot/pkg/networking/core/route/route.go.
    """
    found: list[Attempt] = []
    closed: Object | None = None
    for route in routes:
        if route.holder is closed:
            continue
        blocks: list[tuple[int | None, Raw]] = list(enumerate(route.matches)) or [(None, {})]
        for number, match in blocks:
            if not of_sender(match, sender):
                found.append(Attempt(route=route, number=number, match=match, sender=sender))
                if takes_all(match):
                    closed = route.holder
                    break
    return found


def merged(held: Iterable[Attempt]) -> list[Attempt]:
    """What a gateway makes of the routes of several VirtualServices for one host: those that take everything go last.

    Source: `SortVHostRoutes`, same file.
    """
    return sorted(held, key=lambda a: a.catch_all)


def decide(tried: Iterable[Attempt], request: Request) -> Choice:
    """The first of a proxy's routes, in its order, that takes a request; else the one with the fewest differences."""
    found: Near | None = None
    for attempt in tried:
        missed = mismatches(attempt.match, request, attempt.sender)
        if not missed:
            return Choice(route=attempt.route, match=attempt.number)
        found = _nearer(found, attempt.route, attempt.number or 0, missed)
    return Choice(route=None, nearest=found)


def taken_by(route: Route, request: Request, sender: Sender) -> Attempt | None:
    """The match block by which a route takes a request; None if it does not."""
    tried = attempts([route], sender)
    return next((a for a in tried if not mismatches(a.match, request, sender)), None)


def nearest(routes: Iterable[Route], request: Request, sender: Sender) -> Near | None:
    """The match block with the fewest differences, also among those that are not for this proxy."""
    found: Near | None = None
    for route in routes:
        for number, match in enumerate(route.matches):
            missed = mismatches(match, request, sender)
            if missed:
                found = _nearer(found, route, number, missed)
    return found


def _nearer(known: Near | None, route: Route, number: int, missed: list[Mismatch]) -> Near:
    if known is not None and _farness(known.mismatches) <= _farness(missed):
        return known
    return Near(route=route, match=number, mismatches=tuple(missed))


def _farness(missed: Iterable[Mismatch]) -> tuple[int, int]:
    """How far a match block is from a request: the number of differences, then how unlike they are."""
    held = list(missed)
    orders: Mapping[str, int] = {"uri-exact-child": 0, "uri-slash": 0, "uri-case": 0, "uri": 2}
    return len(held), sum(orders.get(m.difference, 1) for m in held)
