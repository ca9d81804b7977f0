"""Which routes of the VirtualServices in charge were tried before one took the request, and in what each differed.

Must not know which VirtualServices are in charge.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.routing.delegation import LeftOut, Why
from troubleshooter.mesh.routing.matching import Mismatch, Sender, mismatches
from troubleshooter.mesh.routing.routes import Route
from troubleshooter.model import Considered, HopKind
from troubleshooter.walk.trace.moment import Moment, chosen, lost

LEFT_OUT = {
    Why.MISSING: "there is no VirtualService without hosts of that name",
    Why.HIDDEN: "that VirtualService is not exported to the namespace of the one that delegates",
    Why.CONFLICT: "its conditions do not go together with those of the route that delegates",
}


def tried(moment: Moment) -> Iterator[Considered]:
    """The http routes in the order in which they are written; those after the one that takes the request only where
    they would have taken it too."""
    routing = moment.hop.routing
    if routing is None or moment.hop.family != "http":
        return
    sender = sender_of(moment)
    taken = False
    for owner in routing.owners:
        yield from map(_left_out, moment.mesh.virtual_services.left_out(owner))
    for route in moment.mesh.virtual_services.http_routes(routing.owners):
        if route is routing.route:
            taken = True
            yield chosen(route.at(), "it takes the request")
        elif taken:
            yield from _too_late(moment, route, sender)
        else:
            yield from _missed(moment, route, sender)


def sender_of(moment: Moment) -> Sender:
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
            place = route.at(f"match[{number}].{found[0].path}")
            yield lost(place, "; ".join(_said(m, moment, sender) for m in found))


def _left_out(found: LeftOut) -> Considered:
    """A route that delegates to nobody, or that its root leaves no room for."""
    field = "match" if found.why is Why.CONFLICT else "delegate"
    return lost(found.route.at(field), LEFT_OUT[found.why])


def _said(missed: Mismatch, moment: Moment, sender: Sender) -> str:
    wanted = f" {missed.wanted}" if missed.wanted else ""
    had = {"uri": moment.request.path, "method": moment.request.method, "port": str(sender.port)}
    shown = had.get(missed.path.partition(".")[0], "")
    return f"it wants {missed.path}{wanted}" + (f", the request has {shown}" if shown else "")


def _too_late(moment: Moment, route: Route, sender: Sender) -> Iterator[Considered]:
    blocks = route.matches or [{}]
    if any(not mismatches(match, moment.request, sender) for match in blocks):
        yield lost(route.at(), "it would take the request too, and stands after the one that does")
