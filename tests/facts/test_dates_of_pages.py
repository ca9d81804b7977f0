"""Certificates on a page of which nobody knows when it was taken."""

from __future__ import annotations

import pytest

from tests.facts.proxy_pages import page, put_in
from troubleshooter.evidence.envoy.dump import ClusterConfig, ConfigDump, ConfigState, Node
from troubleshooter.evidence.envoy.status import Certificate, Certificates
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene
from troubleshooter.facts.of_evidence.certificates import about_certificates
from troubleshooter.mesh import Mesh
from troubleshooter.model import CaseKind, Inventory

NEW_YEAR = 1_798_761_600
"""2027-01-01: when the files are read."""
OWN = Certificate(
    path="",
    serial="1",
    names=("spiffe://cluster.local/ns/shop/sa/web",),
    valid_from="2026-11-20T00:00:00Z",
    expires="2026-11-21T00:00:00Z",
    days_left=0,
)


@pytest.mark.parametrize(
    ("begins", "ends", "days", "expected"),
    [
        ("2016-11-22T00:00:00Z", "2026-11-20T00:00:00Z", 0, "expired"),
        ("2016-11-22T00:00:00Z", "2026-11-20T00:00:00Z", 7, None),
        ("2016-11-22T00:00:00Z", "2026-11-20T00:00:00Z", None, None),
        ("2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z", 0, None),
        ("2017-11-22T00:00:00Z", "2027-11-20T00:00:00Z", 0, None),
    ],
    ids=["no-day-left", "days-left", "not-told", "made-for-a-day", "not-past-its-end"],
)
def test_a_root_of_which_the_page_says_that_no_day_is_left(
    begins: str, ends: str, days: int | None, expected: str | None
) -> None:
    """It had expired, or was about to, and is past its end by now; what was made for a day has never a day left."""
    root = Certificate(path="", serial="2", names=(), valid_from=begins, expires=ends, days_left=days)
    inbound = ConfigDump(node=Node(id="api"), clusters=(ClusterConfig(name="inbound|80||", state=ConfigState.ACTIVE),))
    evidence = put_in(page(inbound, "api"), page(Certificates(chain=(OWN,), roots=(root,)), "api"))
    case = CaseBuilder("walk", CaseKind.WALK)

    about_certificates(case, Scene(mesh=Mesh(Inventory(observed=NEW_YEAR)), evidence=evidence))
    facts = case.build().facts

    assert expected == (facts["evidence.root_certificate"].word if "evidence.root_certificate" in facts else None)
    assert "evidence.certificate" not in facts
