"""Which routes of the VirtualServices in charge were tried before one took the request, and in what each differed.

Must not know which VirtualServices are in charge.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.matching import Mismatch, Sender, mismatches
from troubleshooter.mesh.routes import Route, http_routes
from troubleshooter.model import Considered, HopKind, Resource
from troubleshooter.walk.trace.moment import Moment, chosen, lost


def tried(moment: Moment) -> Iterator[Considered]:
    """The http routes in the order in which they are written; those after the one that takes the request only where
    they would have taken it too."""
    routing = moment.hop.routing
    if routing is None or moment.hop.family != "http":
        return
    sender = _sender(moment)
    taken = False
    for route in http_routes(routing.owners):
        if route.owner is getattr(routing.route, "owner", None) and route.index == getattr(routing.route, "index", -1):
            taken = True
            yield chosen(route.owner.at(route.path), "it takes the request")
        elif taken:
            yield from _too_late(moment, route, sender)
        else:
            yield from _missed(moment, route, sender)


def _sender(moment: Moment) -> Sender:
    """The proxy as matches see it."""
    hop = moment.hop
    gateway = hop.server.reference if hop.kind is HopKind.GATEWAY and hop.server else "mesh"
    port = hop.server.number if hop.server else moment.request.port
    return Sender(labels=hop.party.labels, namespace=hop.party.namespace, port=port, gateway=gateway)


def _missed(moment: Moment, route: Route, sender: Sender) -> Iterator[Considered]:
    """What of each match block the request does not have."""
    for number, match in enumerate(route.matches):
        found = mismatches(match, moment.request, sender)
        if found:
            block = f"{route.path}.match[{number}]"
            yield lost(_place(route, block, found[0]), "; ".join(_said(m, moment) for m in found))


def _place(route: Route, block: str, first: Mismatch) -> Resource:
    return route.owner.at(f"{block}.{first.path}")


def _said(missed: Mismatch, moment: Moment) -> str:
    wanted = f" {missed.wanted}" if missed.wanted else ""
    had = {"uri": moment.request.path, "method": moment.request.method, "port": str(moment.request.port)}
    shown = had.get(missed.path.partition(".")[0], "")
    return f"it wants {missed.path}{wanted}" + (f", the request has {shown}" if shown else "")


def _too_late(moment: Moment, route: Route, sender: Sender) -> Iterator[Considered]:
    blocks = route.matches or [{}]
    if any(not mismatches(match, moment.request, sender) for match in blocks):
        yield lost(route.owner.at(route.path), "it would take the request too, and stands after the one that does")
