"""What lines tell of requests that a proxy turned away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.evidence.log_texts import entry, log_line, tcp_line
from troubleshooter.evidence import AccessLogEntry, Evidence, NamedStage
from troubleshooter.facts import Observation
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene
from troubleshooter.facts.of_evidence.turned_away import about_turned_away
from troubleshooter.facts.reasons import reason_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import CaseKind, Inventory, Source

REFUSED = "delayed_connect_error:_Connection_refused"
INBOUND = "inbound|8080||"


def told(of: AccessLogEntry) -> dict[str, str]:
    """The facts that a line tells where no mesh is seen."""
    case = CaseBuilder("told", CaseKind.WALK)
    observation = Observation(entry=of, named=NamedStage())
    case.seen("failure.reason", reason_of(of), Source(file="access.log"))
    scene = Scene(mesh=Mesh(Inventory()), evidence=Evidence(), observation=observation)
    about_turned_away(case, scene)
    return {name: fact.word for name, fact in case.build().facts.items() if name != "failure.reason"}


@pytest.mark.parametrize(
    ("status", "details", "expected"),
    [
        ("400 -", "missing_host_header", {"failure.message": "no-host"}),
        ("403 -", "upgrade_failed", {"failure.message": "upgrade"}),
        ("413 -", "request_payload_too_large", {"failure.message": "too-large"}),
        ("400 DPE", "http1.invalid_characters", {"failure.message": "malformed"}),
        ("400 DPE", "http1.codec_error", {}),
        ("403 UAEX", "ext_authz_denied", {"failure.authorizer": "denied"}),
        ("403 UAEX", "ext_authz_error", {}),
        ("500 NFCF", "", {"failure.filter": "not-delivered"}),
        ("503 DF", "dns_resolution_failure{cares_norecords:Domain_name_not_found}", {"failure.lookup": "failed"}),
        ("400 -", "via_upstream", {}),
    ],
)
def test_why_a_request_was_turned_away(status: str, details: str, expected: dict[str, str]) -> None:
    """By the words of the line alone; what an application answered is its own."""
    assert expected == told(entry(log_line(status=status, details=details)))


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ("PassthroughCluster", "by-outsider"),
        ("outbound|443||api.example.com", "by-outsider"),
        ("InboundPassthroughCluster", "by-bare-port"),
        ("InboundPassthroughClusterIpv4", "by-bare-port"),
        ("outbound|8080||reviews.default.svc.cluster.local", None),
        (INBOUND, None),
    ],
)
def test_whose_refusal_it_was(cluster: str, expected: str | None) -> None:
    """Nobody of the mesh where the proxy knows no service; a bare port where the pod's own proxy knows none."""
    line = tcp_line(status="0 UF,URX", transport_failure=REFUSED, cluster=cluster)

    assert expected == told(entry(line)).get("evidence.refused")


def test_a_connection_that_was_not_refused() -> None:
    """A timeout is no refusal."""
    line = replace(entry(tcp_line(status="0 UF,URX", cluster="PassthroughCluster")), details="connection_timeout")

    assert {} == told(line)
