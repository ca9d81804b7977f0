"""A walk with a trace at each of its stages.

Decides which trace belongs to which stage of which hop, and follows the request as routes rewrite it. The traces
themselves are in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Branch, Considered, HopKind, Object, Request, Stage, StageVerdict, Step, Walk
from troubleshooter.walk.basis.decisions import Trail
from troubleshooter.walk.trace import endpoints, names, routes, rules, security, servers, virtual_services
from troubleshooter.walk.trace.moment import Moment
from troubleshooter.walk.walker import Walked

Tracing = Callable[[Moment], Iterable[Considered]]


def traced(mesh: Mesh, walked: Walked) -> Walk:
    """The walk with what each stage of each branch considered."""
    pairs = zip(walked.walk.branches, walked.trails, strict=True)
    branches = tuple(_branch(mesh, walked.walk.request, branch, trail) for branch, trail in pairs)
    return replace(walked.walk, branches=branches)


def _branch(mesh: Mesh, request: Request, branch: Branch, trail: Trail) -> Branch:
    moments = _moments(mesh, request, trail)
    return replace(branch, path=tuple(_step(step, moments) for step in branch.path))


def _moments(mesh: Mesh, request: Request, trail: Trail) -> list[Moment]:
    """Where a trace looks at each hop, with the request as it comes there."""
    found = []
    for number, hop in enumerate(trail.hops):
        view = mesh.seen_from(hop.party.cluster)
        found.append(Moment(mesh=view, request=request, trail=replace(trail, hops=trail.hops[: number + 1])))
        request = hop.sends or request
    return found


def _step(step: Step, moments: list[Moment]) -> Step:
    if step.verdict is StageVerdict.NOT_REACHED or step.hop >= len(moments):
        return step
    moment = moments[step.hop]
    trace = TRACES[moment.hop.kind].get(step.stage, _nothing)
    found = dict.fromkeys(trace(moment))
    return replace(step, considered=tuple(sorted(found, key=lambda c: not c.chosen)))


def _nothing(_moment: Moment) -> Iterable[Considered]:
    return ()


def _sidecar_route(moment: Moment) -> Iterator[Considered]:
    yield from virtual_services.of_sidecar(moment, _owners(moment))
    yield from routes.tried(moment)


def _gateway_route(moment: Moment) -> Iterator[Considered]:
    yield from virtual_services.of_gateway(moment, _owners(moment))
    yield from routes.tried(moment)


def _owners(moment: Moment) -> tuple[Object, ...]:
    return moment.hop.routing.owners if moment.hop.routing else ()


OUTBOUND: Mapping[Stage, Tracing] = {
    Stage.CLUSTER: rules.looked_up,
    Stage.ENDPOINT: endpoints.candidates,
    Stage.TRANSPORT: security.transport,
}
INBOUND: Mapping[Stage, Tracing] = {
    Stage.AUTHENTICATION: security.tokens,
    Stage.AUTHORIZATION: security.policies,
}
TRACES: Mapping[HopKind, Mapping[Stage, Tracing]] = {
    HopKind.SENDER: {
        Stage.DNS: names.meanings,
        Stage.LISTENER: servers.sidecars,
        Stage.ROUTE: _sidecar_route,
        **OUTBOUND,
    },
    HopKind.GATEWAY: {Stage.LISTENER: servers.servers, Stage.ROUTE: _gateway_route, **OUTBOUND, **INBOUND},
    HopKind.TARGET: INBOUND,
}
"""What is looked at, by the kind of hop and the stage."""
