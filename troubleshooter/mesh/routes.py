"""VirtualServices: which one holds the routes for a host at a proxy, and which of its routes takes a request.

Decides: binding to the mesh or a gateway, host precedence, merging, first match. Must not know where a destination is.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/;
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh import hosts
from troubleshooter.mesh.index import NETWORKING, Index, oldest_first
from troubleshooter.mesh.matching import Mismatch, Sender, mismatches
from troubleshooter.mesh.services import visible
from troubleshooter.mesh.settings import Settings
from troubleshooter.model import Object, Raw, Request, Resource, as_list, as_map

KIND = "VirtualService"
MESH = "mesh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One weighted destination of a route. `host` is a full name, `port` None where none is given; `place` is the
    destination's field, `share` between 0 and 1."""

    host: str
    written: str
    port: int | None
    subset: str
    share: float
    place: Resource


@dataclass(frozen=True, kw_only=True, eq=False)
class Route:
    """One http (or tcp, tls) route of a VirtualService, `index` its place in the list."""

    owner: Object
    kind: str
    index: int
    raw: Raw

    @property
    def path(self) -> str:
        return f"spec.{self.kind}[{self.index}]"

    @property
    def name(self) -> str:
        return str(self.raw.get("name") or "")

    @property
    def matches(self) -> list[Raw]:
        """Its match blocks, any of which is enough; none takes everything."""
        return [as_map(m) for m in as_list(self.raw.get("match"))]

    @property
    def catch_all(self) -> bool:
        """Whether it takes every request: no match, or one that asks for nothing (or the prefix `/`)."""
        return not self.matches or any(not m or _takes_all(m) for m in self.matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The match block that came nearest to taking a request, and in what it differs."""

    route: Route
    match: int
    mismatches: tuple[Mismatch, ...]

    @property
    def place(self) -> Resource:
        """The field of the first difference."""
        return self.route.owner.at(f"{self.route.path}.match[{self.match}].{self.mismatches[0].path}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The route that takes a request, or None with the nearest miss."""

    route: Route | None
    nearest: Near | None = None


class VirtualServices:
    """Every VirtualService, by the gateway it is bound to (`mesh`, or `namespace/name`)."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._by_gateway: dict[str, list[Object]] = defaultdict(list)
        for thing in self.all:
            for gateway in gateways_of(thing):
                self._by_gateway[gateway].append(thing)

    def hosts_of(self, thing: Object) -> list[str]:
        """Its hosts as full names."""
        written = (str(h) for h in as_list(thing.spec.get("hosts")))
        return [hosts.fqdn(h, thing.namespace, self._settings.domain) for h in written]

    def visible(self, thing: Object, viewer: str) -> bool:
        export = [str(e) for e in as_list(thing.spec.get("exportTo"))] or self._settings.default_export(KIND)
        return visible(export, thing.namespace, viewer)

    def bound(self, gateway: str, viewer: str) -> list[Object]:
        """Those bound to a gateway (or `mesh`) and visible to the namespace of its proxy, the oldest first."""
        return [v for v in self._by_gateway.get(gateway, ()) if self.visible(v, viewer)]

    def for_mesh(self, host: str, viewer: str) -> Object | None:
        """The one that a sidecar applies to a host: of the most specific hosts the oldest. Others with the same host are
        ignored by sidecars.

        Source: https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services ("merging is
        only for gateways").
        """
        best: tuple[tuple[bool, int], Object] | None = None
        for thing in self.bound(MESH, viewer):
            pattern = hosts.most_specific(host, self.hosts_of(thing))
            rank = (not pattern.startswith("*"), len(pattern)) if pattern is not None else None
            if rank is not None and (best is None or rank > best[0]):
                best = (rank, thing)
        return best[1] if best else None

    def for_gateway(self, gateway: str, host: str, server_hosts: Iterable[str], viewer: str) -> list[Object]:
        """Those whose routes a gateway merges for a host, the oldest first: of the hosts that server and VirtualService
        share, the most specific decides."""
        patterns: dict[str, list[Object]] = defaultdict(list)
        for thing in self.bound(gateway, viewer):
            for pattern in self.shared_hosts(thing, server_hosts):
                if thing not in patterns[pattern]:
                    patterns[pattern].append(thing)
        chosen = hosts.most_specific(host, patterns)
        return patterns[chosen] if chosen is not None else []

    def shared_hosts(self, thing: Object, server_hosts: Iterable[str]) -> list[str]:
        """The hosts under which a gateway server serves a VirtualService: the narrower of each pair that meets.

        A server host `ns/host` takes VirtualServices of that namespace only; `./host` those of the Gateway's own, which
        the caller has already written out.
        """
        mine = [h.lower() for h in self.hosts_of(thing)]
        found: dict[str, None] = {}
        for entry in server_hosts:
            space, _, pattern = entry.rpartition("/")
            if space and space not in ("*", thing.namespace):
                continue
            for host in mine:
                if hosts.covers(pattern, host):
                    found[host] = None
                elif hosts.covers(host, pattern):
                    found[pattern] = None
        return list(found)

    def destinations(self, route: Route) -> list[Destination]:
        """Where a route sends to, with shares. A single destination gets everything, weights of 0 nothing."""
        items = [as_map(d) for d in as_list(route.raw.get("route"))]
        weights = [_weight(item, alone=len(items) == 1) for item in items]
        total = sum(weights)
        return [
            self._destination(route, n, item, weight / total)
            for n, (item, weight) in enumerate(zip(items, weights, strict=True))
            if weight and total
        ]

    def _destination(self, route: Route, n: int, item: Raw, share: float) -> Destination:
        target = as_map(item.get("destination"))
        written = str(target.get("host") or "")
        port = as_map(target.get("port")).get("number")
        return Destination(
            host=hosts.fqdn(written, route.owner.namespace, self._settings.domain),
            written=written,
            port=port if isinstance(port, int) else None,
            subset=str(target.get("subset") or ""),
            share=share,
            place=route.owner.at(f"{route.path}.route[{n}].destination"),
        )


def gateways_of(thing: Object) -> list[str]:
    """What a VirtualService is bound to: `mesh` if it names nothing; names without a namespace are of its own.

    Gateways named in matches count too. Source: `mergeVirtualServicesIfNeeded` and `virtualServiceGateways` in
    istio/istio pilot/pkg/model; https://istio.io/latest/docs/reference/config/networking/virtual-service/.
    """
    named = [str(g) for g in as_list(thing.spec.get("gateways"))]
    return list(dict.fromkeys(qualified(g, thing.namespace) for g in named)) or [MESH]


def qualified(gateway: str, namespace: str) -> str:
    """`namespace/name` of a gateway reference, `mesh` as it is."""
    return gateway if gateway == MESH or "/" in gateway else f"{namespace}/{gateway}"


def http_routes(things: Iterable[Object]) -> list[Route]:
    """The http routes of VirtualServices that serve one host, in the order in which a proxy tries them: as written, one
    after the other, those that take everything last where several are merged."""
    owners = list(things)
    routes = [r for thing in owners for r in routes_of(thing, "http")]
    return sorted(routes, key=lambda r: r.catch_all) if len(owners) > 1 else routes


def routes_of(thing: Object, kind: str) -> list[Route]:
    """The `http`, `tcp` or `tls` routes of one VirtualService."""
    return [Route(owner=thing, kind=kind, index=n, raw=as_map(r)) for n, r in enumerate(as_list(thing.spec.get(kind)))]


def choose(routes: Iterable[Route], request: Request, sender: Sender) -> Choice:
    """The first route that takes a request; else the match block with the fewest differences."""
    nearest: Near | None = None
    for route in routes:
        if not route.matches:
            return Choice(route=route)
        for n, match in enumerate(route.matches):
            missed = mismatches(match, request, sender)
            if not missed:
                return Choice(route=route)
            if nearest is None or _farness(missed) < _farness(nearest.mismatches):
                nearest = Near(route=route, match=n, mismatches=tuple(missed))
    return Choice(route=None, nearest=nearest)


def _farness(missed: Iterable[Mismatch]) -> tuple[int, int]:
    """How far a match block is from a request: the number of differences, then how unlike they are."""
    held = list(missed)
    orders: Mapping[str, int] = {"uri-exact-child": 0, "uri-slash": 0, "uri-case": 0, "uri": 2}
    return len(held), sum(orders.get(m.difference, 1) for m in held)


def _takes_all(match: Raw) -> bool:
    """Whether a match block takes everything: only a prefix `/` (or `.*`) and nothing else.

    Source: `isCatchAllMatch` in istio/istio pilot/pkg/networking/core/route.
    """
    uri = as_map(match.get("uri"))
    return set(match) <= {"uri", "name"} and (uri.get("prefix") == "/" or uri.get("regex") in {".*", "*"})


def _weight(item: Raw, *, alone: bool) -> int:
    if alone:
        return 1
    weight = item.get("weight")
    return weight if isinstance(weight, int) and weight > 0 else 0
