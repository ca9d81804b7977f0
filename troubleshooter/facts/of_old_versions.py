"""Facts about a client that speaks HTTP/1.0: what the proxies on the way make of it.

Must not know log lines: they say it themselves (`observe`).
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_services import selection_labels
from troubleshooter.model import HopKind, Request, Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.caller.old_versions import LOW

BY = {HopKind.GATEWAY: "gateway", HopKind.SENDER: "caller", HopKind.TARGET: "target"}


def about_old_version(case: CaseBuilder, request: Request, trail: Trail) -> None:
    """`refused` by which proxy, `lost` where the caller's own proxy passes it on and it gets no further for that,
    `passed-on` where it does, `read` where a proxy takes it. Nothing of clients that are not said to speak it."""
    if not request.http10:
        return
    case.fact("request.http_version", "old", case.roles.get("caller"))
    word, died = _becomes(trail), trail.steps[-1] if trail.failed else None
    case.fact("request.old_version", word, died.resource if died is not None and word in {"refused", "lost"} else None)
    if word == "refused":
        case.fact("request.refused_by", BY[trail.hop.kind], trail.hop.party.resource)
        workload = trail.hop.party.workload
        if workload is not None and trail.hop.kind is not HopKind.TARGET:
            case.detail("caller.labels", dict(selection_labels(workload.labels)))


def _becomes(trail: Trail) -> str:
    if trail.failed and trail.outcome.details == LOW:
        return "refused"
    past = [h for h in trail.hops if _past(h)]
    if trail.failed and trail.hop in past and trail.steps[-1].stage in {Stage.LISTENER, Stage.TRANSPORT}:
        return "lost"
    return "passed-on" if past or not any(h.party.proxied for h in trail.hops) else "read"


def _past(hop: Hop) -> bool:
    """Whether a proxy passes it on as it is, though the port is for HTTP, or for whatever comes."""
    return hop.party.proxied and hop.family == "tcp" and hop.gap is None
