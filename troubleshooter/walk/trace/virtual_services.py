"""Which VirtualServices could have routed a request at a proxy, and why each does or does not.

Must not know more of the routes inside them than whether one is for the proxy (`routes` does).
Sources: those of `mesh.routing.virtual_services` and `mesh.sidecar.sidecars`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.routing.routes import MESH, attempts, gateways_of, routes_of
from troubleshooter.model import Considered, Object, as_list
from troubleshooter.walk.routes.routing import host_of
from troubleshooter.walk.trace.moment import Moment, chosen, lost, named
from troubleshooter.walk.trace.routes import sender_of


def of_sidecar(moment: Moment, owners: Sequence[Object]) -> Iterator[Considered]:
    """For a sidecar: of those for one host it takes one."""
    asked = moment.hop.service.host if moment.hop.service else host_of(moment.request)
    for thing in _about(moment, asked):
        if thing in owners:
            yield chosen(thing.at("spec.hosts"), f"its host {_pattern(moment, thing, asked)} is the most specific")
        else:
            yield _lost_in_mesh(moment, thing, asked, owners)


def of_gateway(moment: Moment, owners: Sequence[Object]) -> Iterator[Considered]:
    """For a gateway: the routes of all that are for the same host are put together."""
    asked, server = host_of(moment.request), moment.hop.server
    if server is None:
        return
    for thing in _about(moment, asked):
        if thing in owners:
            yield chosen(thing.at("spec.gateways"), f"it is bound to {server.reference} with a host for {asked}")
            continue
        shared = moment.mesh.virtual_services.shared_hosts(thing, server.hosts)
        if server.reference not in gateways_of(thing):
            yield lost(thing.at("spec.gateways"), f"it is bound to {_bound(thing)}, not to {server.reference}")
        elif not moment.mesh.virtual_services.visible(thing, moment.viewer):
            yield _hidden(thing, moment.viewer)
        elif not shared:
            place = server.gateway.at(f"{server.path}.hosts")
            yield lost(place, f"{thing} has no host that the server takes from namespace {thing.namespace}")
        else:
            yield _less_specific(moment, thing, asked, owners)


def _about(moment: Moment, asked: str) -> list[Object]:
    """VirtualServices of which a host covers the name, or is written like its first part."""
    short = asked.partition(".")[0]
    found = []
    for thing in moment.mesh.virtual_services.all:
        written = {str(h).lower() for h in as_list(thing.spec.get("hosts"))}
        if short in written or _pattern(moment, thing, asked) is not None:
            found.append(thing)
    return found


def _pattern(moment: Moment, thing: Object, asked: str) -> str | None:
    """The most specific of its hosts that covers a name."""
    return hosts.most_specific(asked, moment.mesh.virtual_services.hosts_of(thing))


def _lost_in_mesh(moment: Moment, thing: Object, asked: str, owners: Sequence[Object]) -> Considered:
    pattern = _pattern(moment, thing, asked)
    if MESH not in gateways_of(thing):
        return lost(thing.at("spec.gateways"), f"it is bound to {_bound(thing)}, not to the sidecars of the mesh")
    if pattern is None:
        meant = moment.mesh.virtual_services.hosts_of(thing)
        return lost(thing.at("spec.hosts"), f"its hosts mean {named(meant)}, and {asked} is asked for")
    if not moment.mesh.virtual_services.visible(thing, moment.viewer):
        return _hidden(thing, moment.viewer)
    if not moment.scope.takes(thing):
        return lost(thing.at("spec.hosts"), f"{moment.scope.sidecar} does not import it")
    return _less_specific(moment, thing, asked, owners)


def _less_specific(moment: Moment, thing: Object, asked: str, owners: Sequence[Object]) -> Considered:
    if not owners:
        return lost(thing.at("spec.http"), "it has no route for this proxy and kind of traffic")
    first, mine = _pattern(moment, owners[0], asked), _pattern(moment, thing, asked)
    if first != mine:
        return lost(thing.at("spec.hosts"), f"its host {mine} is less specific than {first} of {owners[0]}")
    if not routes_of(thing, "http") and moment.hop.family == "http":
        return lost(thing.at("spec"), "it has no http route")
    held = moment.mesh.virtual_services.http_routes([thing])
    if moment.hop.family == "http" and not attempts(held, sender_of(moment)):
        return lost(thing.at("spec.http"), "it has no route for this proxy")
    why = f"{owners[0]} comes before it, and of several for one host a sidecar takes one"
    return lost(thing.at("metadata.creationTimestamp"), why)


def _hidden(thing: Object, viewer: str) -> Considered:
    return lost(thing.at("spec.exportTo"), f"it is not exported to namespace {viewer}, where the proxy is")


def _bound(thing: Object) -> str:
    return named(gateways_of(thing))
