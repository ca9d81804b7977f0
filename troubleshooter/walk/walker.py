"""The walk: hop by hop, stage by stage, branch by branch, and what it comes to.

Decides the order of hops and stages, which branches are kept, and the verdict. Everything else is decided in the
stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import (
    STAGES,
    Branch,
    HopKind,
    NotChecked,
    Request,
    StageVerdict,
    Step,
    Verdict,
    Walk,
)
from troubleshooter.walk.basis.decisions import Hop, Trail
from troubleshooter.walk.caller import sender
from troubleshooter.walk.caller.listening import listen
from troubleshooter.walk.caller.old_versions import about_istiod
from troubleshooter.walk.caller.sniffing import wait_inbound, wait_outbound
from troubleshooter.walk.destinations.destination import find_cluster
from troubleshooter.walk.destinations.endpoint_choice import choose_endpoints
from troubleshooter.walk.destinations.network import cross
from troubleshooter.walk.ends.transport import connect
from troubleshooter.walk.gateway import entering
from troubleshooter.walk.gateway.gateway_hops import party_at
from troubleshooter.walk.gateway.gateway_routing import choose_gateway_route
from troubleshooter.walk.gateway.handing_on import handed_on
from troubleshooter.walk.request.expectation import arrives_as_expected, refuse_unknown
from troubleshooter.walk.request.parties import Start, starts
from troubleshooter.walk.request.requests import NotThereError
from troubleshooter.walk.routes.routing import choose_route
from troubleshooter.walk.sight.cutting import as_far_as_seen, start_unseen
from troubleshooter.walk.target import inbound
from troubleshooter.walk.target.framing import in_grpc, keep_framing

MAX_BRANCHES = 16
MAX_HOPS = 6
WORST = (Verdict.UNREACHABLE, Verdict.MISROUTED, Verdict.UNDETERMINED, Verdict.AMBIGUOUS, Verdict.REACHABLE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Walked:
    """A walk with the decisions behind each of its branches, in the same order."""

    walk: Walk
    trails: tuple[Trail, ...]


def walk(mesh: Mesh, request: Request, default_namespace: str = "default") -> Walked:
    """Walk a request through a mesh.

    Raises:
        RequestError: `--from` or `--to` makes no sense in this mesh.
    """
    if request.expect:
        refuse_unknown(mesh, request)
    start = _starts(mesh, request, default_namespace)
    ends = (end for trail in start.trails for end in _onward(mesh, start.request, trail))
    trails = [as_far_as_seen(mesh, start.request, end) for end in ends]
    merged = _merge([(_branch(mesh, start.request, t), t) for t in trails])
    kept = merged[:MAX_BRANCHES]
    branches = tuple(branch for branch, _ in kept)
    verdict = overall(branch.verdict for branch, _ in merged)
    result = Walk(
        request=start.request,
        verdict=verdict,
        outcome=branches[0].outcome,
        branches=branches,
        not_checked=(*_assumed(branches), *about_istiod(mesh, start.request)),
        dropped=len(merged) - len(kept),
    )
    return Walked(walk=result, trails=tuple(trail for _, trail in kept))


def _starts(mesh: Mesh, request: Request, default_namespace: str) -> Start:
    try:
        return starts(mesh, request, default_namespace)
    except NotThereError as missing:
        return start_unseen(mesh, request, default_namespace, missing)


Many = Callable[[Mesh, Request, Trail], list[Trail]]
One = Callable[[Mesh, Request, Trail], Trail]


def _onward(mesh: Mesh, request: Request, trail: Trail) -> Iterable[Trail]:
    """Every way on from the beginning of a hop to the end of the walk, with what istiod of its cluster knows."""
    mesh = mesh.seen_from(trail.hop.party.cluster)
    trail = _up_to_listener(mesh, request, trail)
    request = handed_on(request, trail)
    for end in _outbound(mesh, request, trail):
        yield from _hop_after(mesh, end.hop.sends or request, end)


def _up_to_listener(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    if trail.hop.kind is HopKind.GATEWAY:
        stages: tuple[One, ...] = (entering.arrive, entering.open_server, inbound.authenticate, inbound.authorize)
    else:
        stages = (sender.resolve, sender.capture, listen, wait_outbound)
    for stage in stages:
        if not trail.over:
            trail = stage(mesh, request, trail)
    return trail


def _outbound(mesh: Mesh, request: Request, trail: Trail) -> list[Trail]:
    route = choose_gateway_route if trail.hop.kind is HopKind.GATEWAY else choose_route
    stages: tuple[Many, ...] = (route, _one(find_cluster), choose_endpoints, _one(cross), _one(connect))
    ways = [trail]
    for stage in stages:
        ways = [after for way in ways for after in ([way] if way.over else stage(mesh, request, way))]
    return ways


def _one(stage: One) -> Many:
    return lambda mesh, request, trail: [stage(mesh, request, trail)]


def _hop_after(mesh: Mesh, request: Request, trail: Trail) -> Iterable[Trail]:
    """The next hop: a gateway in the mesh, the target, or nothing more (the world outside)."""
    endpoint = trail.hop.endpoint
    if trail.over or endpoint is None or endpoint.pod is None:
        yield trail
        return
    there = mesh.seen_from(endpoint.pod.owner.cluster)
    party = party_at(there, trail, endpoint, endpoint.pod)
    if party is not None and len(trail.hops) < MAX_HOPS:
        yield from _onward(mesh, request, trail.enters(Hop(kind=HopKind.GATEWAY, party=party, endpoint=endpoint)))
        return
    yield _target(there, request, inbound.enter(trail))


def _target(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    stages: tuple[Callable[[Trail], Trail], ...] = (
        lambda t: inbound.accept(mesh, request, t),
        lambda t: wait_inbound(mesh, request, t),
        lambda t: inbound.authenticate(mesh, request, t),
        lambda t: inbound.authorize(mesh, request, t),
        lambda t: keep_framing(mesh, request, t),
        inbound.serve,
    )
    for stage in stages:
        if not trail.over:
            trail = stage(trail)
    return trail


def _branch(mesh: Mesh, request: Request, trail: Trail) -> Branch:
    return Branch(
        path=trail.steps + tuple(_not_reached(trail)),
        verdict=_verdict(mesh, request, trail),
        outcome=in_grpc(request, trail.outcome),
        by=trail.by,
        share=None if trail.share is None else round(trail.share, 4),
    )


def _not_reached(trail: Trail) -> Iterable[Step]:
    """The stages after the one at which the request dies: of its hop, and of the target if it was on its way there."""
    if not trail.failed:
        return
    last = trail.steps[-1]
    order = STAGES[trail.hop.kind]
    for stage in order[order.index(last.stage) + 1 :]:
        yield Step(hop=last.hop, stage=stage, verdict=StageVerdict.NOT_REACHED, proxy=last.proxy)
    if trail.hop.kind is not HopKind.TARGET:
        proxy = trail.hop.endpoint.workload.object.at() if trail.hop.endpoint and trail.hop.endpoint.workload else None
        for stage in STAGES[HopKind.TARGET]:
            yield Step(hop=last.hop + 1, stage=stage, verdict=StageVerdict.NOT_REACHED, proxy=proxy)


def _verdict(mesh: Mesh, request: Request, trail: Trail) -> Verdict:
    if trail.failed:
        return Verdict.UNREACHABLE
    if any(s.verdict is StageVerdict.UNKNOWN for s in trail.steps):
        return Verdict.UNDETERMINED
    if request.expect and not arrives_as_expected(mesh, request, trail):
        return Verdict.MISROUTED
    return Verdict.REACHABLE


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """What the verdicts of all branches come to: `ambiguous` where they differ, unless nothing fails and something is
    unknown."""
    found = set(verdicts)
    if len(found) == 1:
        return found.pop()
    return Verdict.UNDETERMINED if found == {Verdict.REACHABLE, Verdict.UNDETERMINED} else Verdict.AMBIGUOUS


def _merge(branches: list[tuple[Branch, Trail]]) -> list[tuple[Branch, Trail]]:
    """Branches of equal outcome become one with the sum of their shares; the worst first, then the likeliest."""
    groups: dict[tuple[object, ...], list[tuple[Branch, Trail]]] = {}
    for branch, trail in branches:
        died = branch.failed
        where = (died.hop, died.stage, died.resource, died.detail) if died else ()
        groups.setdefault((branch.verdict, branch.outcome, where), []).append((branch, trail))
    merged = []
    for group in groups.values():
        branch, trail = max(group, key=lambda bt: bt[0].share or 0)
        shares = [t.share for _, t in group]
        total = None if None in shares else round(sum(s or 0 for s in shares), 4)
        if len(groups) == 1:  # what splits the requests makes no difference
            total = 1.0
        merged.append((replace(branch, share=total, by=branch.by if len(groups) > 1 else ""), trail))
    return sorted(merged, key=lambda bt: (WORST.index(bt[0].verdict), -(bt[0].share or 0)))


def _assumed(branches: Iterable[Branch]) -> Iterable[NotChecked]:
    """What the walk took for granted, once each."""
    said = dict.fromkeys(a for b in branches for s in b.path for a in s.assumes)
    for text in said:
        yield NotChecked(what=text, why="assumed: no Kubernetes object tells it")
    unknown = {s.detail: s for b in branches for s in b.path if s.verdict is StageVerdict.UNKNOWN}
    for step in unknown.values():
        yield NotChecked(what=f"stage {step.stage}", why=step.detail, unlock=step.unlock)
