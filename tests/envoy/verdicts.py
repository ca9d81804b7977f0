"""In what a walk's word differs from what real proxies did, field by field.

Decides equality only; what is not compared, and why, stands at each field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.envoy.trials import Observed, Trial
from troubleshooter.evidence import AccessLogEntry, Words, stage_named_by
from troubleshooter.model import Branch, Connection, HopKind, Resource, Stage, StageVerdict, Step
from troubleshooter.walk.basis.decisions import Trail

Differences = dict[str, tuple[Any, Any]]
"""By what is compared: what was foretold, and what came."""

OFTEN = 0.2
"""A branch with this share of the requests must have been seen."""
REASON = "CERTIFICATE_VERIFY_FAILED"
"""After this word, Envoys of different versions say more or less of the reason."""
FIRST_ERROR = 400
BESIDE = frozenset({"URX", "UR"})
"""Flags that are not compared: that Istio's retries were used up is said beside the flag of the last try; and what
Envoy logs of a TCP connection that the far end closed, since 1.38, which is newer than the releases of Istio that the
walk follows."""


def differences(trial: Trial) -> list[Differences]:
    """For each request that came to what no branch of the walk foretells, in what it differs from the nearest one; and
    the branches that should have been seen and were not."""
    ways = list(zip(trial.walked.walk.branches, trial.walked.trails, strict=True))
    met: set[int] = set()
    found = []
    for one in trial.observed:
        compared = [dict(_compared(branch, trail, one)) for branch, trail in ways]
        best = min(range(len(ways)), key=lambda n: len(compared[n]))
        met.add(best)
        found += [compared[best]] if compared[best] else []
    often = len(trial.observed) > 1
    missed = [b for n, (b, _) in enumerate(ways) if often and n not in met and (b.share or 0) >= OFTEN]
    return [*found, *({"never seen": (b.outcome, None)} for b in missed)]


def _compared(branch: Branch, trail: Trail, one: Observed) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Everything in which one request differs from one branch."""
    outcome, seen = branch.outcome, one.seen
    told = _line(branch, one)
    # What a proxy answers to a client that speaks another protocol, the client cannot read.
    readable = outcome.connection is Connection.OK
    status = seen.status if readable or told is None else told.response_code or None
    if (branch.failed or outcome.status) and outcome.status != status:
        yield "status", (outcome.status, status)
    if not branch.failed and not outcome.status and (seen.status or 0) >= FIRST_ERROR:
        yield "status", ("the application's", seen.status)
    if outcome.connection is not seen.connection:
        yield "connection", (outcome.connection, seen.connection)
    if told is not None:
        yield from _flagged(branch, told)
    # Ways that come to the same are one branch of the walk, and any of them may have been taken.
    if branch.by or not trail.by:
        for step in branch.path:
            yield from _chosen(step, one)
        if branch.failed is None and "x-app" in seen.headers:
            yield from _arrived(trail, seen.headers)


def _line(branch: Branch, one: Observed) -> AccessLogEntry | None:
    """The line of the proxy at which the branch ends, or of the one before it, where it is that one which answers; an
    empty line where one is foretold and none came."""
    outcome, failed = branch.outcome, branch.failed
    passed = [step for step in branch.path if step.verdict is not StageVerdict.NOT_REACHED]
    names = list(dict.fromkeys(_name(step.proxy) for step in reversed(passed)))
    # Endpoints at which a request comes to the same end are one branch: any of their proxies may have got it.
    arrived = passed[-1].hop == branch.path[-1].hop
    others = [name for name in one.lines if arrived and name not in names]
    for proxy in (*names[:1], *others, *names[1:]):
        lines = one.lines.get(proxy, ())
        if lines and (outcome.status is None or lines[-1].response_code):
            return lines[-1] if failed or outcome.status else None
    return AccessLogEntry(start_time="") if outcome.flags or outcome.details else None


def _flagged(branch: Branch, line: AccessLogEntry) -> Iterator[tuple[str, tuple[Any, Any]]]:
    outcome = branch.outcome
    if set(outcome.flags) - BESIDE != set(line.flags) - BESIDE:
        yield "flags", (outcome.flags, line.flags)
    details = line.details or line.connection_termination_details
    if outcome.details and _shortened(outcome.details) != _shortened(details):
        yield "details", (outcome.details, details)


def _shortened(details: str) -> str:
    head, found, _ = details.partition(REASON)
    return head + found


def _chosen(step: Step, one: Observed) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The virtual host's route and the cluster, of a hop whose proxy logged something."""
    lines = [line for line in one.lines.get(_name(step.proxy), ()) if line.method or step.stage is Stage.CLUSTER]
    if not lines or step.verdict is not StageVerdict.PASS:
        return
    out = [line for line in lines if not line.upstream_cluster.startswith("inbound|")]
    if step.stage is Stage.ROUTE and out and step.result and out[-1].route_name != step.result["name"]:
        yield "route", (step.result["name"], out[-1].route_name)
    if step.stage is Stage.CLUSTER and out and out[-1].upstream_cluster != step.result["name"]:
        yield "cluster", (step.result["name"], out[-1].upstream_cluster)


def _arrived(trail: Trail, headers: Mapping[str, str]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Who answered, and what path arrived."""
    last = trail.hops[-1]
    if last.kind is HopKind.TARGET and _name(last.party.resource) != headers["x-app"]:
        yield "arrived", (_name(last.party.resource), headers["x-app"])
    sent = next((hop.sends for hop in reversed(trail.hops) if hop.sends), None)
    if sent is not None and sent.path != headers.get("x-path", sent.path):
        yield "path", (sent.path, headers["x-path"])


def _name(resource: Resource | None) -> str:
    return f"{resource.namespace}/{resource.name}" if resource else ""


def unforeseen(trial: Trial) -> Differences:
    """In what a row's `seen` differs from what came, where the row makes untrue what the walk takes for granted."""
    wanted = trial.row.raw["seen"]
    each: Sequence[Mapping[str, Any]] = wanted if isinstance(wanted, list) else [wanted]
    came = [dict(_told(one)) for one in trial.observed]
    if trial.row.raw.get("together"):
        lines = [line for one in trial.observed for held in one.lines.values() for line in held]
        came = [{"status": line.response_code, "flags": list(line.flags), "details": line.details} for line in lines]
    missing = [w for w in each if not any(_fits(w, c) for c in came)]
    return {"seen": (missing, came)} if missing else {}


def unnamed(trial: Trial, words: Words) -> Sequence[str]:
    """The stages that a row's `seen` says the log names, and that no failed line does, not even as one of several."""
    seen = trial.row.raw["seen"]
    wanted = [w["names"] for w in (seen if isinstance(seen, list) else [seen]) if "names" in w]
    lines = [line for one in trial.observed for held in one.lines.values() for line in held if line.failed]
    named = [stage_named_by(line, words) for line in lines]
    told = {str(stage) for one in named for stage in (one.stage, *one.also) if stage}
    return [stage for stage in wanted if stage not in told]


def _told(one: Observed) -> Iterator[tuple[str, Any]]:
    yield "status", one.seen.status
    yield "connection", str(one.seen.connection)
    lines = [line for held in one.lines.values() for line in held if line.failed]
    if lines:
        told = min(lines, key=lambda line: line.details == "via_upstream")
        yield "flags", list(told.flags)
        yield "details", told.details or told.connection_termination_details


def _fits(wanted: Mapping[str, Any], came: Mapping[str, Any]) -> bool:
    held = {key: value for key, value in wanted.items() if key != "names"}
    details = str(held.pop("details", ""))
    exact = all(came.get(key) == value for key, value in held.items())
    return exact and str(came.get("details", "")).startswith(details)
