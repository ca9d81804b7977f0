"""What istiod noted in its last push, of the cluster to which a failed line was sent.

Decides: that nobody is behind it, where no mesh tells. Other notes are conflicts that objects show better. Must not
know causes.
Source: pilot/pkg/model/push_context.go in istio/istio (`ProxyStatusClusterNoInstances`; the page has the cluster's
name). Newer versions keep fewer of these notes.
"""

from __future__ import annotations

from troubleshooter.evidence.istiod.values import PushStatus
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.asked import service_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.model import Source

NO_INSTANCES = "pilot_eds_no_instances"


def about_push(case: CaseBuilder, scene: Scene) -> None:
    """Whether istiod has an endpoint for the cluster, as far as it noted that it has none."""
    entry = scene.observation.entry if scene.observation else None
    cluster = entry.cluster if entry is not None else None
    if scene.trail is not None or entry is None or cluster is None:
        return
    for page in scene.evidence.of(PushStatus):
        if any((c.metric, c.about) == (NO_INSTANCES, entry.upstream_cluster) for c in page.value.conflicts):
            source = Source(file=page.name, text=f"{NO_INSTANCES}: {entry.upstream_cluster}")
            case.role("service", service_of(cluster))
            case.detail("service.port", cluster.port)
            if cluster.subset:
                case.seen("destination.subset_endpoints", "none", source)
                return
            case.seen("service.endpoints", "none", source)
            case.seen("service.endpoints_meant", "yes", source)
            case.seen("service.no_endpoints_because", "not-told", source)
            return
