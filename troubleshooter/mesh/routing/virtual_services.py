"""VirtualServices: which one holds the routes for a host at a proxy, and where its routes send to.

Decides: visibility, host precedence, what a gateway merges, which delegates count, weights. Must not know requests or
services.
Sources: https://istio.io/latest/docs/reference/config/networking/virtual-service/;
https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import NETWORKING, Index, oldest_first
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.basis.visibility import visible
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.routing.delegation import LeftOut, Why, delegated, is_delegate, reference
from troubleshooter.mesh.routing.routes import KIND, MESH, Route, gateways_of, routes_of
from troubleshooter.model import Object, Raw, Resource, as_list, as_map


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One weighted destination of a route. `host` is a full name, `port` None where none is given; `place` is the
    destination's field, `number` its position, `share` between 0 and 1."""

    host: str
    written: str
    port: int | None
    subset: str
    share: float
    place: Resource
    number: int = 0


class VirtualServices:
    """Every VirtualService, by the gateway it is bound to (`mesh`, or `namespace/name`)."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._index, self._settings = index, settings
        self.all = oldest_first(index.all(NETWORKING, KIND))
        self._http: dict[int, tuple[list[Route], list[LeftOut]]] = {}
        self._by_gateway: dict[str, list[Object]] = defaultdict(list)
        self._of_mesh: dict[str, list[Object]] = defaultdict(list)
        for thing in self.all:
            for gateway in gateways_of(thing):
                self._by_gateway[gateway].append(thing)
        for thing in self._by_gateway.get(MESH, ()):
            for host in dict.fromkeys(h.lower() for h in self.hosts_of(thing)):
                self._of_mesh[host].append(thing)
        self._wild = [host for host in self._of_mesh if host.startswith("*")]

    @cached_property
    def delegates(self) -> list[Object]:
        """Those that others may delegate to."""
        return [thing for thing in self.all if is_delegate(thing)]

    def shared_in_mesh(self) -> list[str]:
        """The hosts for which several are bound to the mesh."""
        return [host for host, held in self._of_mesh.items() if len(held) > 1]

    def hosts_of(self, thing: Object) -> list[str]:
        """Its hosts as full names."""
        written = (str(h) for h in as_list(thing.spec.get("hosts")))
        return [hosts.fqdn(h, thing.namespace, self._settings.domain) for h in written]

    def http_routes(self, things: Iterable[Object]) -> list[Route]:
        """The http routes of VirtualServices that serve one host, one VirtualService after the other, with those of
        their delegates in the place of routes that delegate. `attempts` knows in which order a proxy tries them. A
        route whose delegate was not seen stays as it is."""
        return [route for thing in things for route in self._with_delegates(thing)[0]]

    def left_out(self, thing: Object) -> list[LeftOut]:
        """The http routes of a VirtualService, and of its delegates, that delegation leaves out."""
        return self._with_delegates(thing)[1]

    def _with_delegates(self, thing: Object) -> tuple[list[Route], list[LeftOut]]:
        if id(thing) not in self._http:
            kept: list[Route] = []
            left: list[LeftOut] = []
            for route in routes_of(thing, "http"):
                more, less = self._delegated(route)
                kept += more
                left += less
            self._http[id(thing)] = kept, left
        return self._http[id(thing)]

    def _delegated(self, route: Route) -> tuple[list[Route], list[LeftOut]]:
        """What a route stands for: itself, or the routes of its delegate. A delegate has to be exported to the
        namespace of the root."""
        named = reference(route)
        if named is None:
            return [route], []
        found = self._index.beside(route.owner, NETWORKING, KIND, *named)
        if found is None and not self._index.saw(named[0], (NETWORKING, KIND)):
            return [route], []
        if found is None or not is_delegate(found):
            return [], [LeftOut(route=route, why=Why.MISSING)]
        if not self.visible(found, route.owner.namespace):
            return [], [LeftOut(route=route, why=Why.HIDDEN)]
        return delegated(route, found)

    def visible(self, thing: Object, viewer: str) -> bool:
        return visible(self._export(thing), thing.namespace, viewer)

    def _export(self, thing: Object) -> list[str]:
        return [str(e) for e in as_list(thing.spec.get("exportTo"))] or self._settings.default_export(KIND)

    def bound(self, gateway: str, viewer: str) -> list[Object]:
        """Those bound to a gateway (or `mesh`) and visible to the namespace of its proxy, in istiod's order."""
        return self._in_order(self._by_gateway.get(gateway, ()), viewer)

    def hidden(self, gateway: str, viewer: str) -> list[Object]:
        """Those bound to a gateway (or `mesh`) that the namespace of its proxy does not see, the oldest first."""
        return [v for v in self._by_gateway.get(gateway, ()) if not self.visible(v, viewer)]

    def export_wider(self, thing: Object, viewer: str) -> list[str]:
        """The exportTo that one would need for one more namespace to see it."""
        return [*(e for e in self._export(thing) if e != "~"), viewer]

    def _in_order(self, things: Iterable[Object], viewer: str) -> list[Object]:
        """What a namespace sees: first what is kept to it, then what is exported to it by name, then what everybody
        sees; in each the oldest first.

        Source: `VirtualServicesForGateway` in istio/istio pilot/pkg/model/push_context.go.
        """

        def width(thing: Object) -> int:
            export = self._export(thing)
            return 2 if not export or "*" in export else 0 if thing.namespace == viewer else 1

        return sorted((v for v in things if self.visible(v, viewer)), key=width)

    def for_mesh(self, host: str, viewer: str) -> Object | None:
        """The one that a sidecar applies to a host, if its routes are for this sidecar at all."""
        return next(iter(self.candidates(host, viewer)), None)

    def candidates(self, host: str, viewer: str, kept: Callable[[Object], bool] | None = None) -> list[Object]:
        """Those of which a sidecar applies one to a host: the first that has a route for this sidecar. All with exactly
        this host; without any, the first of the most specific wildcard. Their routes are never merged. `kept` tells
        those that its Sidecar leaves to it.

        Sources: https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services ("merging is
        only for gateways"); `BuildSidecarVirtualHostWrapper` in istio/istio pilot/pkg/networking/core/route/route.go,
        `computeWildcardHostVirtualServiceIndex` in pilot/pkg/model/sidecar.go.
        """
        host = host.lower()
        exact = self._in_order(filter(kept, self._of_mesh.get(host, ())), viewer)
        if exact:
            return exact
        for pattern in sorted((p for p in self._wild if hosts.covers(p, host)), key=len, reverse=True):
            seen = self._in_order(filter(kept, self._of_mesh[pattern]), viewer)
            if seen:
                return seen[:1]
        return []

    def for_connections(self, host: str, viewer: str, kept: Callable[[Object], bool] | None = None) -> list[Object]:
        """Those whose tls and tcp routes a sidecar tries for a host: all that have it among theirs, in istiod's order.

        Source: `getConfigsForHost` in istio/istio pilot/pkg/networking/core/tls.go.
        """
        patterns = [p for p in (host.lower(), *self._wild) if p in self._of_mesh and hosts.covers(p, host)]
        held = {id(v): v for p in dict.fromkeys(patterns) for v in self._of_mesh[p]}
        return self._in_order(oldest_first(filter(kept, held.values())), viewer)

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
            space, _, pattern = entry.lower().rpartition("/")
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
            port=port if is_number(port) and port else None,
            subset=str(target.get("subset") or ""),
            share=share,
            place=route.at(f"route[{n}].destination"),
            number=n,
        )


def _weight(item: Raw, *, alone: bool) -> int:
    if alone:
        return 1
    weight = item.get("weight")
    return weight if is_number(weight) and weight > 0 else 0
