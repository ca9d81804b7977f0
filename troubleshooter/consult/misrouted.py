"""A request that arrives elsewhere than expected, where no cause explains it: still a finding, and still a root.

Decides: what it points at. Must not guess why.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.inference import UNEXPLAINED, fingerprint
from troubleshooter.model import Certainty, Finding, Severity, Stage, Verdict
from troubleshooter.remedy import Examined


def misrouted(examined: Examined) -> Iterator[Finding]:
    """The root of such a request, pointing at the route that takes it, or at the service where it arrives."""
    walked = examined.walked
    if walked is None or walked.walk.verdict is not Verdict.MISROUTED or any(c.root for c in examined.conclusions):
        return
    hop = next((h for h in reversed(walked.trails[0].hops) if h.cluster is not None), None)
    cluster = hop.cluster if hop else None
    route = hop.routing.route if hop and hop.routing else None
    service = cluster.service.object.at() if cluster and cluster.service else None
    place = route.at() if route else service
    roles = {"route": place} if place else {}
    yield Finding(
        fingerprint=fingerprint(UNEXPLAINED, roles),
        cause=UNEXPLAINED,
        title=f"The request arrives at {cluster.name if cluster else 'its host'}, not at {walked.walk.request.expect}",
        certainty=Certainty.CONFIRMED,
        severity=Severity.ERROR,
        stage=Stage.ROUTE,
        resource=place,
        roles=roles,
        case="walk/0",
        root=True,
        explanation="No cause that is known here explains it. The walk shows what took the request, stage by stage.",
    )
