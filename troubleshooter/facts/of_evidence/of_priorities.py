"""What the pages of the proxy that sends say of the priorities of the endpoints behind a request.

Decides: whether requests stay with the first priority or go to farther ones, whether endpoints in several localities
have one and the same, and whether so few are healthy that the others are used too (panic). To be sent farther on is no
failure. Must not know which cause follows.

Source: docs, configuration/upstream/cluster_manager/cluster_stats (`lb_healthy_panic` counts requests in panic).
"""

from __future__ import annotations

from collections.abc import Sequence

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.against_walk import runs_in
from troubleshooter.facts.of_evidence.ends import cluster_of, ends_of
from troubleshooter.facts.of_evidence.held import Held, Piece
from troubleshooter.facts.of_evidence.priorities import WHOLE, Level, levels, told
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.model import Source

DEFAULT_THRESHOLD = 50.0
"""Envoy's (config/cluster/v3/cluster.proto: healthy_panic_threshold)."""


def about_priorities(case: CaseBuilder, scene: Scene) -> None:
    """Where requests go by the priorities that the sending proxy has, and whether it is in panic."""
    sender, name = ends_of(scene).sender, cluster_of(scene)
    workload = scene.hop.party.workload if scene.hop else None
    if sender is None or not name or (workload and sender.node.pod and not runs_in(sender, workload)):
        return
    held = Held(sender)
    hosts = held.hosts(name)
    found = levels(hosts.value, _threshold(held, name, scene)) if hosts is not None else ()
    if hosts is None or not found:
        return
    source = Source(file=hosts.source.file, line=hosts.source.line, text=told(found))
    case.detail("evidence.priorities", told(found))
    case.detail("evidence.priorities_at", f"{source.file}:{source.line}" if source.line else source.file)
    word = _word(found)
    if word:
        case.seen("evidence.priority", word, source)
    _about_panic(case, held, name, Piece(value=found, source=source))


def _threshold(held: Held, name: str, scene: Scene) -> float | None:
    """From which share of healthy hosts down all are used: by the proxy's own cluster, else by the rule in force."""
    found = held.cluster(name)
    if found is not None:
        return DEFAULT_THRESHOLD if found.value.panic is None else found.value.panic
    cluster = scene.hop.cluster if scene.hop else None
    ejection = (
        cluster.rule.section("outlierDetection", cluster.port, cluster.subset) if cluster and cluster.rule else None
    )
    least = ejection[0].get("minHealthPercent", 0) if ejection else None
    return float(least) if is_number(least) and 0 <= least <= 100 else None


def _word(found: Sequence[Level]) -> str:
    """None ("") where there is nothing to choose between, or where hosts are used whatever their health."""
    if len(found) == 1:
        return "alike" if len(found[0].localities) > 1 else ""
    if any(level.panic is not False for level in found):
        return ""
    if not any(level.load for level in found):
        return "none"
    if found[0].load == WHOLE:
        return "first"
    return "shared" if found[0].load else "farther"


def _about_panic(case: CaseBuilder, held: Held, name: str, found: Piece[tuple[Level, ...]]) -> None:
    """A page shows how things are now; only the counter tells that they never were otherwise."""
    counted = held.counter("cluster", name, "lb_healthy_panic")
    if counted is not None and counted.value.value == 0:
        case.seen("evidence.panic", "calm", counted.source)
    elif _panics(found.value):
        case.seen("evidence.panic", "panic", found.source)
    elif counted is None and all(level.panic is not None for level in found.value):
        case.seen("evidence.panic", "calm", found.source)


def _panics(found: Sequence[Level]) -> bool:
    """Whether a priority that gets requests is in panic; where all are, they get them by their number of hosts."""
    return all(level.panic for level in found) or any(level.panic and level.load for level in found)
