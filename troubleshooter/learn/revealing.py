"""What a look reveals: which of the deciding facts somebody knows who has seen some commands' output.

Theory of operation. A fact names its sources: fields of objects, lines of a log. Somebody who has seen all of them
knows it. A command that prints objects has shown them; a table of a proxy or of pods stands, for some facts, for the
objects that it is made of. What rests on nothing is told with the request itself. So the shortest way to the facts that
decide is found by search, and kept nowhere by hand. Must not know how a command's output is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from troubleshooter.model import Fact, Key, Resource

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout"})

LOG_NAME = "the log"


def text_key(file: str) -> Key:
    """What stands for a text, beside the keys of objects."""
    return ("", "", "text", "", file)


LOG = text_key(LOG_NAME)
"""Stands for the lines of the scenario's log."""

RUNNING = frozenset({"", "spec"})
"""The field of a workload that is named where a fact rests on what runs in its pods."""

BY_PODS = frozenset(
    {
        *("connection.client", "caller.proxy", "caller.capture", "target.proxy", "target.capture", "workload.proxy"),
        "workload.injected_neighbours",
    }
)
"""Facts that rest on what runs in a pod. A workload's template does not show the proxy, its pods do."""

BY_ROUTES: Mapping[str, frozenset[str]] = {
    name: frozenset({"VirtualService", "Service"}) for name in ("route.match", "route.default")
}
BY_CLUSTERS: Mapping[str, frozenset[str]] = {
    "destination.subset": frozenset({"DestinationRule"}),
    "destination.port": frozenset({"Service", "ServiceEntry"}),
}
BY_ENDPOINTS: Mapping[str, frozenset[str]] = {
    "service.endpoints": frozenset({"Service", "Pod", "EndpointSlice"}) | WORKLOADS,
    "destination.subset_endpoints": frozenset({"Pod", "ServiceEntry", "EndpointSlice"}) | WORKLOADS,
}
BY_LISTENERS: Mapping[str, frozenset[str]] = {"request.sni": frozenset({"Gateway"})}
"""For which facts the tables of a proxy stand, and for objects of which kinds."""

BY_SECRETS = frozenset({"gateway.secret"})
"""Facts that rest on Secrets, which are not shown."""

TOLD = frozenset({"caller.kind"})
"""Facts that the story tells: who asks."""

MOST = 4
"""No cause of a scenario needs more looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One look: the command, what it prints, the objects that it shows in full, and for which facts (by name) it stands
    for which other objects."""

    command: str
    text: str
    objects: frozenset[Key] = frozenset()
    covers: Mapping[str, frozenset[Key]] = field(default_factory=dict)


def needed(fact: Fact) -> frozenset[Key]:
    """What must be seen to know a fact."""
    if fact.name in TOLD:
        return frozenset()
    return frozenset(s.resource.key if s.resource else text_key(s.file) for s in fact.sources if not s.said)


def stands_for(facts: Iterable[Fact], kinds: Mapping[str, frozenset[str]]) -> dict[str, frozenset[Key]]:
    """For each of the facts in `kinds`, the sources of those kinds."""
    return {
        fact.name: frozenset(r.key for r in resources(fact) if r.kind in kinds[fact.name])
        for fact in facts
        if fact.name in kinds
    }


def told_by_text(facts: Iterable[Fact], file: str) -> dict[str, frozenset[Key]]:
    """For each of the facts that the text called so tells, what stands for that text."""
    return {fact.name: frozenset({text_key(file)}) for fact in facts if any(s.file == file for s in fact.sources)}


def resources(fact: Fact) -> list[Resource]:
    """The objects that a fact rests on."""
    return [source.resource for source in fact.sources if source.resource is not None]


def runs_in_pods(fact: Fact) -> bool:
    """Whether a fact rests on what runs in the pods of workloads."""
    held = resources(fact)
    return fact.name in BY_PODS and bool(held) and all(r.kind in WORKLOADS and r.field in RUNNING for r in held)


def revealed(fact: Fact, looked: Iterable[Probe]) -> bool:
    """Whether somebody who looked at these knows a fact."""
    seen = list(looked)
    covered = frozenset[Key]().union(*(probe.covers.get(fact.name, frozenset()) for probe in seen))
    shown = frozenset[Key]().union(*(probe.objects for probe in seen)) if not runs_in_pods(fact) else frozenset()
    return needed(fact) <= covered | shown


def shortest_way(facts: Collection[Fact], offered: Collection[Probe]) -> tuple[Probe, ...] | None:
    """The fewest looks that reveal all of some facts; None if no few do."""
    keys = frozenset[Key]().union(*map(needed, facts))
    names = {fact.name for fact in facts}
    useful = [probe for probe in offered if probe.objects & keys or any(probe.covers.get(n) for n in names)]
    for size in range(MOST + 1):
        for way in combinations(useful, size):
            if all(revealed(fact, way) for fact in facts):
                return way
    return None
