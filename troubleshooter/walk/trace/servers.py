"""Which Sidecars and which servers of Gateways could have taken a connection, and why each does or does not."""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.gateway.servers import Opened
from troubleshooter.model import Considered, as_map, as_words
from troubleshooter.walk.gateway.entering import opened
from troubleshooter.walk.routes.routing import host_of
from troubleshooter.walk.trace.moment import Moment, chosen, lost, not_selected


def sidecars(moment: Moment) -> Iterator[Considered]:
    """The Sidecars of the caller's namespace and the root namespace: one of them is in force, or none."""
    own = moment.scope.sidecar
    for thing in moment.mesh.sidecars.around(moment.viewer):
        selector = as_words(as_map(thing.spec.get("workloadSelector")).get("labels"))
        if thing is own:
            yield chosen(thing.at(), "it says what this proxy has of the mesh")
        elif selector and thing.namespace == moment.viewer and not selects(selector, moment.hop.party.labels):
            yield not_selected(thing, "spec.workloadSelector", selector, moment.hop.party.workload or "the caller")
        elif selector and thing.namespace != moment.viewer:
            yield lost(thing.at("spec.workloadSelector"), "in the root namespace one with a selector is for that alone")
        elif own is not None:
            yield lost(thing.at(), f"{own} comes before it, and only one is in force")


def servers(moment: Moment) -> Iterator[Considered]:
    """The servers of the Gateways that configure the gateway's pods, and Gateways for the host that do not."""
    for one in opened(moment.mesh, moment.trail):
        yield _server(moment, one)
    workload = moment.hop.party.workload
    for gateway in moment.mesh.gateways.all:
        held = workload is not None and gateway in moment.mesh.gateways.for_workload(workload)
        meant = any(s.serves(host_of(moment.request)) for s in moment.mesh.gateways.servers(gateway))
        if workload is not None and not held and meant:
            selector = moment.mesh.gateways.selector(gateway)
            yield not_selected(gateway, "spec.selector", selector, workload)


def _server(moment: Moment, one: Opened) -> Considered:
    """Why one server took the connection, or did not."""
    server, taken, name = one.server, moment.hop.server, moment.request.sni or host_of(moment.request)
    place = server.gateway.at(server.path)
    if server is taken:
        return chosen(place, "it takes the connection")
    if one.shadowed_by is not None:
        other = one.shadowed_by
        held = "this host" if other.tls and server.tls else "another protocol"
        return lost(place, f"{other.gateway} comes before it with {held} on port {other.number}")
    if one.barred:
        return lost(server.gateway.at(f"{server.path}.{one.barred}"), "the gateway's pods do not open it for others")
    if taken is not None and one.server.number != taken.number:
        return lost(place, f"it is for port {server.number}")
    if taken is not None and not server.serves(name):
        return lost(server.gateway.at(f"{server.path}.hosts"), f"none of its hosts is {name}")
    if taken is not None and server.tls and taken.tls:
        return lost(server.gateway.at(f"{server.path}.hosts"), f"its hosts are less specific for {name}")
    if taken is not None and server.protocol is taken.protocol:
        return chosen(place, "it shares the listener: the host of the request chooses")
    return lost(place, f"it is for {server.protocol.upper()} on port {server.number}")
