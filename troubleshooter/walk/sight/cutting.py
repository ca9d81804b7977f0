"""A trail as far as it can be believed: where an object that was not seen could decide a stage otherwise, the stage is
unknown, and what rests on it is taken back.

Decides: at which step a trail ends. Must not know why any kind counts at a stage (`kinds` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from troubleshooter.mesh.basis.index import Kind
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import HopKind, Outcome, Request, Stage, StageVerdict, Step
from troubleshooter.walk.basis.decisions import Hop, Party, Trail
from troubleshooter.walk.request.parties import Start
from troubleshooter.walk.request.requests import NotThereError
from troubleshooter.walk.sight.conditions import Moment
from troubleshooter.walk.sight.kinds import OF_STARTS, RULES, Rule, Where

NAMED = 3
"""How many kinds a step names."""

UNDECIDED: Mapping[Stage, Mapping[str, Any]] = {
    Stage.DNS: {"service": None, "port": None, "member": "", "meant": None},
    Stage.CAPTURE: {"gap": None},
    Stage.LISTENER: {"family": "", "detects": False, "passthrough": False, "server": None, "hands_to": ""},
    Stage.AUTHENTICATION: {"credentials": None},
    Stage.AUTHORIZATION: {"judgement": None, "subject": None},
    Stage.ROUTE: {"routing": None, "sends": None, "redirect": ""},
    Stage.CLUSTER: {"cluster": None},
    Stage.ENDPOINT: {"endpoints": None, "placement": None, "endpoint": None, "stays_on": ""},
    Stage.TRANSPORT: {"offer": None, "accepts": None},
}
"""What each stage decides of a hop, as it is before."""

ENTERED_BY = frozenset({"service", "port", "family", "endpoint"})
"""What the target's hop has from the one before."""


OF_FAR_ENDS = frozenset({Stage.ENDPOINT, Stage.TRANSPORT})
"""The stages at which it counts what istiod of the endpoint's own Kubernetes cluster knows."""


def as_far_as_seen(mesh: Mesh, request: Request, trail: Trail) -> Trail:
    """The trail with every stage unknown that an unseen object could decide otherwise, up to the first on which the
    rest depends."""
    if not mesh.inventory.unseen:
        return trail
    for number, step in enumerate(trail.steps):
        hop = trail.hops[step.hop]
        view = mesh.seen_from(hop.party.cluster)
        now = Moment(mesh=view, whole=mesh, request=request, trail=trail, hop=hop, step=step)
        unseen = (_of_start(now) if number == 0 else []) or _stopping(now)
        if unseen:
            return _cut(trail, number, unseen)
        doubted = _counting(now, ends=False)
        if doubted and step.verdict is StageVerdict.FAIL:
            return _cut(trail, number, doubted)
        if doubted and step.verdict is StageVerdict.PASS:
            steps = (*trail.steps[:number], _unknown(step, doubted, step.result), *trail.steps[number + 1 :])
            trail = replace(trail, steps=steps)
    return trail


def start_unseen(mesh: Mesh, request: Request, namespace: str, missing: NotThereError) -> Start:
    """Where a request sets out whose sender may be there and was not seen: its first stage is unknown.

    Raises:
        NotThereError: everything was seen among which it could be.
    """
    unseen = [kind for kind in OF_STARTS if mesh.index.unseen(kind)]
    if not unseen:
        raise missing
    hop = Hop(kind=HopKind.SENDER, party=Party(namespace=namespace))
    said = f"{_named(unseen)} could not be listed, and among what was seen {missing}"
    trail = Trail(hops=(hop,)).unknown(Stage.DNS, said, unlock=_unlock(unseen))
    return Start(request=request, trails=(trail.ends(Outcome()),))


def _of_start(now: Moment) -> list[Kind]:
    return [kind for kind, when in OF_STARTS.items() if now.mesh.index.unseen(kind) and when(now)]


def _stopping(now: Moment) -> list[Kind]:
    return _counting(now, ends=True)


def _counting(now: Moment, *, ends: bool) -> list[Kind]:
    """The kinds of which an unseen object could decide this step otherwise."""
    return [
        kind for kind, rules in RULES.items() if any(rule.ends is ends and _holds(kind, rule, now) for rule in rules)
    ]


def _holds(kind: Kind, rule: Rule, now: Moment) -> bool:
    if now.step.stage not in rule.stages or now.hop.kind not in rule.hops:
        return False
    mesh = now.whole if now.step.stage in OF_FAR_ENDS else now.mesh
    return mesh.index.unseen(kind, _spaces(rule.where, now)) and rule.when(now)


def _spaces(where: Where, now: Moment) -> set[str] | None:
    """The namespaces in which an object counts, None for all."""
    if where is Where.ANYWHERE:
        return None
    root = now.mesh.settings.root_namespace
    if where is Where.ROOT:
        return {root}
    hop = now.hop
    service = hop.cluster.service if hop.cluster else hop.service
    if where is Where.NAMED:
        named = service if now.step.stage is Stage.CLUSTER else hop.service
        return {named.namespace} if named is not None and not named.entry else None
    behind = {e.pod.namespace for e in hop.endpoints.all if e.pod is not None} if hop.endpoints else set()
    return {root, hop.party.namespace, *behind, *({service.namespace} if service else ())}


def _cut(trail: Trail, number: int, unseen: list[Kind]) -> Trail:
    """The trail that ends with a step of which the outcome is not known."""
    step = trail.steps[number]
    hop = trail.hops[step.hop]
    steps = (*trail.steps[:number], _unknown(step, unseen, {}))
    hops = (*trail.hops[: step.hop], replace(hop, **_taken_back(hop, step.stage)))
    return replace(trail, hops=hops, steps=steps, outcome=Outcome(), ended=True)


def _taken_back(hop: Hop, stage: Stage) -> dict[str, Any]:
    """What is undone of a hop: all that this stage decided, and those after it."""
    order = list(UNDECIDED)
    values = (
        {k: v for later in order[order.index(stage) :] for k, v in UNDECIDED[later].items()} if stage in order else {}
    )
    return {k: v for k, v in values.items() if hop.kind is not HopKind.TARGET or k not in ENTERED_BY}


def _unknown(step: Step, unseen: list[Kind], result: Mapping[str, Any]) -> Step:
    said = f"{_named(unseen)} could not be listed, and may decide this"
    if step.verdict is StageVerdict.FAIL:
        said = f"{said}; among what was seen {step.detail}"
    return replace(
        step,
        verdict=StageVerdict.UNKNOWN,
        detail=said,
        assumes=(),
        resource=None,
        result=result,
        unlock=_unlock(unseen),
    )


def _named(kinds: list[Kind]) -> str:
    """`objects of kind Gateway, Sidecar and 3 more`."""
    names = list(dict.fromkeys(kind for _, kind in kinds))
    more = f" and {len(names) - NAMED} more kinds" if len(names) > NAMED else ""
    return f"objects of kind {', '.join(names[:NAMED])}{more}"


def _unlock(kinds: Iterable[Kind]) -> str:
    """The command that lists them."""
    names = [f"{kind}.{group}".rstrip(".").lower() for group, kind in kinds]
    return f"kubectl get {','.join(names)} -A -o yaml"
