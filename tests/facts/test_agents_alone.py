"""What the log of a proxy's own container tells by itself."""

from __future__ import annotations

import pytest

from tests.evidence.istiod.control_plane_texts import SYNCZ_OLD, VERBOSE_TABLE
from tests.meshes import mesh, thing
from troubleshooter.evidence import take
from troubleshooter.facts import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Exhibit, Inventory

NOTHING = Mesh(Inventory())
ROLE = "2026-11-21T10:00:00.000001Z\tinfo\tProxy role\tips=[10.1.2.3] type=sidecar id=web-1.shop domain=shop\n"
STREAM = (
    "2026-11-21T10:00:05.000001Z\twarning\tenvoy config\tStreamAggregatedResources gRPC config stream to xds-grpc "
    'closed: 14, connection error: desc = "transport: Error while dialing: dial tcp 10.96.0.10:15012: WHY"\n'
)
TOKEN = (
    "2026-11-21T10:00:05.000001Z\terror\tcitadelclient\tFailed to create certificate: rpc error: code = Unavailable "
    'desc = connection error: desc = "transport: Error while dialing: dial tcp: lookup istiod.istio-system.svc: WHY"\n'
)
WAITS = (
    "2026-11-21T10:00:07.000001Z\twarn\tEnvoy proxy is NOT ready: config not received from XDS server (is Istiod "
    "running?): cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected\n"
)
REFUSES = (
    "2026-11-21T10:00:07.000001Z\twarn\tEnvoy proxy is NOT ready: config received from XDS server, but was rejected: "
    "cds updates: 0 successful, 3 rejected; lds updates: 0 successful, 0 rejected\n"
)
READY = "2026-11-21T10:00:09.000001Z\tinfo\tEnvoy proxy is ready\n"
READY_POD = thing(
    "Pod",
    "web-1",
    "{containers: [{name: app}, {name: istio-proxy}]}",
    meta="labels: {app: web}",
    rest="\nstatus: {phase: Running, conditions: [{type: Ready, status: 'True'}]}",
)


def cases(text: str, seen: Mesh = NOTHING) -> list[Case]:
    """What a text alone makes."""
    return list(evidence_cases(seen, take([Exhibit(name="page", text=text)])))


@pytest.mark.parametrize("line", [STREAM, TOKEN])
@pytest.mark.parametrize("why", ["i/o timeout", "connect: connection refused", "no such host"])
def test_waits_and_cannot_connect(line: str, why: str) -> None:
    """A proxy that is not ready for want of configuration, and that cannot connect, is told with both."""
    (case,) = cases(ROLE + line.replace("WHY", why) + WAITS)

    assert ("proxy", "cannot-connect") == (case.facts["pod.trouble"].word, case.facts["evidence.proxy_log"].word)
    assert ("shop", "web-1") == (case.roles["pod"].namespace, case.roles["pod"].name)


def test_waits_and_says_no_more() -> None:
    """The one line that it is not ready tells that, and not why."""
    (case,) = cases(WAITS)

    assert {"pod.trouble"} == set(case.facts)


def test_got_ready_at_last() -> None:
    """A proxy that became ready afterwards is well."""
    assert [] == cases(ROLE + STREAM.replace("WHY", "i/o timeout") + WAITS + READY)


def test_a_pod_that_is_seen_to_be_ready() -> None:
    """Where the mesh has the pod, ready, the log is of earlier."""
    assert [] == cases(ROLE + WAITS, mesh(READY_POD))


def test_refuses_what_it_got() -> None:
    """Configuration that came and was refused is another matter, and what was refused is named."""
    (case,) = cases(ROLE + REFUSES)

    assert ("rejected", "an update of its clusters") == (
        case.facts["evidence.config_lost"].word,
        case.details["evidence.config_part"],
    )


def steps(text: str) -> list[tuple[str, str]]:
    """Which proxies are out of step, and how."""
    found = [case for case in cases(text) if "evidence.step" in case.facts]
    return [(case.facts["evidence.step"].word, str(case.details.get("evidence.config_part", ""))) for case in found]


def test_stale_for_nobody_knows_how_long() -> None:
    """A proxy that has not answered when the page was made may be well a second later: that is told, as no more."""
    assert [("stale", "listeners")] == steps(SYNCZ_OLD)


def test_stale_for_long_is_told_elsewhere() -> None:
    """What waits for hours is no moment."""
    assert [] == steps(VERBOSE_TABLE.replace("ERROR ", "SYNCED"))


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("web-1.shop", ("NOT SENT", "NOT SENT", "NOT SENT"), [("not-sent", "")]),
        ("web-1.shop", ("SYNCED", "NOT SENT", "NOT SENT"), []),
        ("web-1.shop", ("SYNCED", "SYNCED", "NOT SENT"), []),
        ("ztunnel-1.istio-system", ("NOT SENT", "NOT SENT", "NOT SENT"), []),
    ],
)
def test_what_was_never_sent(name: str, cells: tuple[str, str, str], expected: list[tuple[str, str]]) -> None:
    """Clusters and listeners are sent to every Envoy; routes only where there are some, and ztunnel asks for others."""
    rows = [("NAME", "CDS", "LDS", "RDS", "ISTIOD", "VERSION"), (name, *cells, "istiod-1", "1.20.3")]
    text = "\n".join("".join(cell.ljust(30) for cell in row) for row in rows)

    assert expected == steps(text)
