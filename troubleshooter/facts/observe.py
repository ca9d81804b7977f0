"""What was seen, laid over what was foretold: a failed log line makes the stage that it names fail.

Decides: the stage at which an observed request died, and the facts that the line alone tells. Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from troubleshooter.evidence import (
    ONCE,
    AccessLogEntry,
    NamedStage,
    Recurrence,
    Side,
    Words,
    details_key,
    stage_named_by,
)
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_departures import about_departure, ends_as_meant
from troubleshooter.facts.of_far_ends import about_far_end
from troubleshooter.facts.of_ztunnel import about_ztunnel
from troubleshooter.facts.reasons import reason_of
from troubleshooter.model import (
    Branch,
    Connection,
    HopKind,
    Outcome,
    Resource,
    Source,
    Stage,
    StageVerdict,
    Step,
    Verdict,
)
from troubleshooter.walk import Trail, Walked
from troubleshooter.walk.caller.old_versions import LOW
from troubleshooter.walk.walker import overall

SPOKEN_AT: Mapping[Stage, tuple[str, ...]] = {
    Stage.LISTENER: (
        "gateway.workload",
        "gateway.server_port",
        "gateway.secret",
        "request.sni",
        "request.destination",
        "service.node_",
    ),
    Stage.ROUTE: ("request.sni", "gateway.https_redirect", "route.", "virtual_service.", "request.destination"),
    Stage.CLUSTER: ("destination.", "service_entry.no_endpoints"),
    Stage.ENDPOINT: (
        "service.endpoints",
        "service.no_endpoints",
        "service_entry.no_endpoints",
        "service.node_",
        "destination.subset_endpoints",
        "endpoint.",
    ),
    Stage.TRANSPORT: ("connection.agreement",),
    Stage.AUTHORIZATION: ("authorization_policy.",),
}
"""The facts, by how their names begin, that are not to be believed where a stage was foretold to fail and did not."""

DOUBTED = frozenset({StageVerdict.FAIL, StageVerdict.UNKNOWN})
"""Where the walk stopped or could not tell, a line that leaves this stage open means this stage."""

HOPS = {Side.INBOUND: "inbound", Side.OUTBOUND: "outbound", Side.PASSTHROUGH: "outbound", Side.BLACKHOLE: "outbound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A failed log line, the stage that it names, and where it stands; and how its failure comes again."""

    entry: AccessLogEntry
    named: NamedStage
    recurrence: Recurrence = ONCE

    @property
    def source(self) -> Source:
        return Source(file=self.entry.file, line=self.entry.line, text=self.entry.text)


def observe(
    walked: Walked, entry: AccessLogEntry, words: Words, *, recurrence: Recurrence = ONCE, meant: Stage | None = None,
    unseen: bool = False,
) -> tuple[Walked, Observation | None]:  # fmt: skip
    """The walk as it was seen: only the branches that the line's request took, dying where the line says: at `meant`
    where something else has settled which of several stages it is. Of an `unseen` mesh no walk tells who wrote it."""
    untold = unseen and entry.side is Side.UNKNOWN
    named = stage_named_by(entry, words, proxy=None if untold else _proxy(walked, entry))
    if meant is not None:
        named = replace(named, stage=meant, hop=None if named.hop is HopKind.TARGET else named.hop, also=())
    if not entry.failed or not named.by or ends_as_meant(entry, recurrence):
        return walked, None
    observation = Observation(entry=entry, named=named, recurrence=recurrence)
    pairs = list(zip(walked.walk.branches, walked.trails, strict=True))
    taken = [pair for pair in pairs if _took(pair[1], entry)] or pairs
    branches = tuple(_seen(branch, trail, observation) for branch, trail in taken)
    verdict = overall(b.verdict for b in branches)
    walk = replace(walked.walk, branches=branches, verdict=verdict, outcome=branches[0].outcome)
    return Walked(walk=walk, trails=tuple(trail for _, trail in taken)), observation


def _proxy(walked: Walked, entry: AccessLogEntry) -> HopKind | None:
    """The kind of proxy that wrote the line, where the walk has only one that could have."""
    if entry.side is Side.INBOUND:
        return HopKind.TARGET
    writers = [pair for trail in walked.trails for pair in _writers(trail)]
    if entry.side is Side.UNKNOWN:
        local = entry.downstream_local.rpartition(":")[0]
        there = {kind for kind, address in writers if address and address == local}
        kinds = there or {kind for kind, _ in writers}
    else:
        kinds = {h.kind for t in walked.trails for h in t.hops} - {HopKind.TARGET}
    return kinds.pop() if len(kinds) == 1 else None


def _writers(trail: Trail) -> Iterable[tuple[HopKind, str]]:
    """The proxies on a way, each with the address of its pod; that of the target also where the walk dies before it."""
    for hop in trail.hops:
        if hop.party.proxied or hop.kind is HopKind.GATEWAY:
            yield hop.kind, hop.party.pod.address if hop.party.pod else ""
    far = trail.hop.endpoint.pod if trail.hop.endpoint else None
    if far is not None and far.proxy:
        yield HopKind.GATEWAY if far.gateway else HopKind.TARGET, far.address


def _took(trail: Trail, entry: AccessLogEntry) -> bool:
    """Whether a branch went to the cluster (and endpoint) that the line names."""
    clusters = {h.cluster.name for h in trail.hops if h.cluster}
    if entry.side is Side.OUTBOUND and entry.upstream_cluster not in clusters:
        return False
    address = entry.upstream_host.rpartition(":")[0]
    endpoints = {h.endpoint.address for h in trail.hops if h.endpoint and h.endpoint.address}
    known = {e.address for h in trail.hops if h.placement for e in h.placement.endpoints}
    return not (entry.side is Side.OUTBOUND and address in known) or address in endpoints


def _seen(branch: Branch, trail: Trail, observation: Observation) -> Branch:
    """A branch with the observed failure in it."""
    named = observation.named
    died = branch.failed
    doubted = (step.stage for step in branch.path if step.verdict in DOUBTED and step.stage in named.also)
    stage = next(doubted, None) or named.stage or next(iter(named.also), None)
    stage = stage or (died.stage if died else Stage.APPLICATION)
    position = _position(branch.path, stage, named.hop, trail)
    path = (
        branch.path
        if position is not None
        else (*branch.path, Step(hop=len(trail.hops), stage=stage, verdict=StageVerdict.PASS))
    )
    at = position if position is not None else len(path) - 1
    steps = (*map(_passed, path[:at]), _failing(path[at], observation), *map(_not_reached, path[at + 1 :]))
    return replace(branch, path=steps, verdict=Verdict.UNREACHABLE, outcome=_outcome(observation.entry))


def _position(path: Iterable[Step], stage: Stage, hop: HopKind | None, trail: Trail) -> int | None:
    """Where in a path the named stage stands: at the named kind of hop, else where the walk would have it fail, else
    the first of that stage."""
    found = [n for n, step in enumerate(path) if step.stage is stage]
    kinds = {n: h.kind for n, h in enumerate(trail.hops)}
    steps = list(path)
    fitting = [n for n in found if hop is None or kinds.get(steps[n].hop, HopKind.TARGET) is hop]
    left = fitting or found
    foretold = (n for n in left if steps[n].verdict is StageVerdict.FAIL)
    return next(foretold, next(iter(left), None))


def _passed(step: Step) -> Step:
    if step.verdict is StageVerdict.PASS:
        return step
    was = f" (the walk would have it fail here: {step.detail})" if step.verdict is StageVerdict.FAIL else ""
    return replace(step, verdict=StageVerdict.PASS, observed=True, detail=f"the log shows that it got past here{was}")


PASSES = "by the configuration this stage passes, so the proxy may not have it, or no object tells why"
FORETOLD = {Stage.APPLICATION: "no object tells what an application does"}
"""What is said where the walk had passed the stage at which the log shows the failure."""


def _failing(step: Step, observation: Observation) -> Step:
    entry = observation.entry
    place = f"{entry.file}:{entry.line}"
    words = " ".join(w for w in (",".join(entry.flags), entry.details) if w) or str(entry.response_code or "")
    words = words or entry.connection_termination_details
    said = f"{place} says {words}"
    if step.verdict is StageVerdict.FAIL:
        return replace(step, observed=True, detail=f"{step.detail}; {said}")
    if step.verdict is StageVerdict.PASS and step.detail:
        said += f"; {FORETOLD.get(step.stage, PASSES)}"
    return replace(step, verdict=StageVerdict.FAIL, observed=True, detail=said, assumes=())


def _not_reached(step: Step) -> Step:
    return Step(hop=step.hop, stage=step.stage, verdict=StageVerdict.NOT_REACHED, proxy=step.proxy)


def _outcome(entry: AccessLogEntry) -> Outcome:
    connection = Connection.RESET if entry.is_tcp else Connection.OK
    status = None if entry.is_tcp else entry.response_code
    return Outcome(status=status, flags=entry.flags, details=entry.details, connection=connection)


def disproved(branch: Branch, trail: Trail) -> tuple[str, ...]:
    """How the names of those facts begin that a log line disproves: the request got past the stage at which the
    configuration would have it die."""
    foretold = trail.steps[-1] if trail.failed else None
    past = foretold is not None and any(
        s.observed and s.verdict is StageVerdict.PASS and (s.hop, s.stage) == (foretold.hop, foretold.stage)
        for s in branch.path
    )
    return SPOKEN_AT.get(foretold.stage, ()) if foretold is not None and past else ()


def about_failure(case: CaseBuilder, observation: Observation) -> None:
    """The facts that a failed line tells by itself."""
    entry, source = observation.entry, observation.source
    flags = [f.lower() for f in entry.flags if f not in {"URX", "DI"}] or [f.lower() for f in entry.flags]
    known = flags[0] if flags else "none"
    case.seen("failure.flag", known, source)
    case.seen("failure.hop", HOPS.get(entry.side, "unknown"), source)
    case.seen("failure.reason", reason_of(entry), source)
    case.seen("failure.status", _status(entry.response_code), source)
    answered = _answered_by(entry)
    reached = [case.roles["target"]] if answered != "proxy" and "target" in case.roles else []
    case.seen("failure.answered_by", answered, source, *reached)
    about_far_end(case, entry, source)
    about_departure(case, entry, observation.recurrence, source)
    about_ztunnel(case, entry, source)
    about_pattern(case, observation)
    _about_version(case, entry, source)
    if entry.attempts:
        case.seen("failure.tries", "one" if entry.attempts == 1 else "several", source)
        case.detail("failure.tries", entry.attempts)
    case.detail("failure.flag", ",".join(entry.flags))
    case.detail("failure.details", entry.details)
    case.detail("failure.status", entry.response_code)
    case.detail("failure.line", f"{entry.file}:{entry.line}")


def _about_version(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """In which version the client asked, and what a proxy made of it: the line outranks the configuration."""
    version = _http_version(entry)
    if not version:
        return
    case.forget(("request.http_version", "request.old_version"))
    case.seen("request.http_version", version, source, *([case.roles["caller"]] if "caller" in case.roles else []))
    if version == "old":
        case.seen("request.old_version", "refused" if LOW in entry.details else "read", source)


def _http_version(entry: AccessLogEntry) -> str:
    """Whether the client spoke HTTP/1.0; "" where no request was read. Envoy logs `HTTP/1.1` for what it could not
    read."""
    if LOW in entry.details or entry.protocol == "HTTP/1.0":
        return "old"
    return "later" if entry.method else ""


def _status(code: int | None) -> str:
    """400 and 500 are classes of their own: the one is also said of what cannot be read, the other a proxy hardly ever
    gives by itself."""
    if code in {HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR}:
        return str(int(code))
    return {4: "4xx", 5: "5xx"}.get((code or 0) // 100, "none")


def _answered_by(entry: AccessLogEntry) -> str:
    """Who gave the answer, seen from the proxy that logged it: past a target's own proxy there is only the
    application."""
    if details_key(entry.details).base != "via_upstream":
        return "proxy"
    return "application" if entry.side is Side.INBOUND else "further-on"


def about_pattern(case: CaseBuilder, observation: Observation, *places: Resource) -> None:
    """How the failures are spread over time, as far as the log shows it; `places` are what the connection leads to."""
    recurrence = observation.recurrence
    if recurrence.pattern:
        case.seen("failure.pattern", recurrence.pattern, observation.source, *places)
    case.detail("failure.since", recurrence.since)
    case.detail("failure.until", recurrence.until)
    if recurrence.far_log:
        case.seen("failure.far_log", recurrence.far_log, observation.source)
    if recurrence.endpoint:
        case.seen("failure.endpoints", "one-of-several", observation.source)
        case.detail("failure.at", recurrence.endpoint)
