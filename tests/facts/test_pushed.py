"""What istiod noted in its last push tells of a failed line where nobody sees the mesh."""

from __future__ import annotations

import pytest

from tests.facts.proxy_pages import PAYMENTS, V2, line, told
from troubleshooter.evidence.istiod.values import Conflict, PushStatus


def _status(about: str, metric: str = "pilot_eds_no_instances") -> PushStatus:
    return PushStatus(conflicts=(Conflict(metric=metric, about=about),))


def test_a_cluster_without_instances() -> None:
    """Where istiod noted the cluster of the line, its service has no endpoint; why is not said."""
    facts = told(line("UH", upstream_cluster=PAYMENTS), _status(PAYMENTS))

    assert ("none", "not-told") == (facts["service.endpoints"], facts["service.no_endpoints_because"])


def test_a_subset_without_instances() -> None:
    """Of a subset nothing follows for its service."""
    facts = told(line("UH", upstream_cluster=V2), _status(V2))

    assert ("none", None) == (facts["destination.subset_endpoints"], facts.get("service.endpoints"))


@pytest.mark.parametrize("status", [_status(V2), _status(PAYMENTS, "pilot_duplicate_envoy_clusters")])
def test_other_notes(status: PushStatus) -> None:
    """Another cluster, and another note, tell nothing of it."""
    assert "service.endpoints" not in told(line("UH", upstream_cluster=PAYMENTS), status)
