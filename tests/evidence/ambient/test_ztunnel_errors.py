"""The errors of ztunnel, and its connections as entries of a log."""

from __future__ import annotations

import pytest

from troubleshooter.evidence import parse_lines, stage_named_by, summarise
from troubleshooter.evidence.ambient.errors import ZtunnelError, denying_policy, ztunnel_error
from troubleshooter.model import Stage

STATIC = "connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict"


def _line(error: str, direction: str = "outbound") -> str:
    return (
        '2026-11-21T10:00:00.1Z error access connection complete src.addr=10.0.1.5:41234 src.workload="web-1" '
        "dst.addr=10.0.2.7:15008 dst.hbone_addr=10.0.2.7:8080 "
        'dst.service="payments.shop.svc.cluster.local" '
        f'direction="{direction}" bytes_sent=0 bytes_recv=0 duration="1ms" error="{error}"'
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: x", ZtunnelError.HBONE_TIMEOUT),
        (STATIC, ZtunnelError.PLAINTEXT),
        ("connection closed due to policy rejection: explicitly denied by: shop/no", ZtunnelError.DENIED),
        ("connection closed due to policy rejection: allow policies exist, but none allowed", ZtunnelError.NOT_ALLOWED),
        ("connection closed due to policy rejection", ZtunnelError.POLICY),
        ("http status: 401 Unauthorized", ZtunnelError.POLICY),
        ("connection failed: Connection refused (os error 111)", ZtunnelError.REFUSED),
        ("no healthy upstream: 10.0.0.1:80", ZtunnelError.NO_ENDPOINT),
        ("unknown waypoint: waypoint.shop", ZtunnelError.NO_WAYPOINT),
        ("tls error: invalid certificate", ZtunnelError.TLS),
        ("http status: 503 Service Unavailable", ZtunnelError.OTHER),
        ("something nobody knows", None),
    ],
)
def test_what_an_error_says(text: str, kind: ZtunnelError | None) -> None:
    """Each text of ztunnel's source is of one kind; others are of none."""
    assert kind is ztunnel_error(text)


def test_the_policy_that_denies() -> None:
    """A text that names a policy gives its namespace and name."""
    assert denying_policy(STATIC) == "istio-system/istio_converted_static_strict"
    assert denying_policy("connection closed due to policy rejection") == ""


def test_a_log_of_ztunnel_has_groups() -> None:
    """Failed connections are grouped as lines of Envoy are, each an example of its service and address."""
    lines = [_line("connection failed: Connection refused (os error 111)")] * 2
    summary = summarise(parse_lines(lines, file="z.log"))
    (group,) = summary.groups

    assert (summary.entries, summary.failed, group.count) == (2, 2, 2)
    assert group.cluster == "outbound|8080||payments.shop.svc.cluster.local"
    assert group.example.upstream_host == "10.0.2.7:8080"


@pytest.mark.parametrize(
    ("error", "direction", "stage"),
    [
        ("connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: x", "outbound", Stage.ENDPOINT),
        (STATIC, "inbound", Stage.TRANSPORT),
        ("connection closed due to policy rejection", "inbound", Stage.AUTHORIZATION),
        ("connection failed: Connection refused (os error 111)", "inbound", Stage.APPLICATION),
        ("connection failed: Connection refused (os error 111)", "outbound", Stage.ENDPOINT),
        ("http status: 503 Service Unavailable", "outbound", None),
    ],
)
def test_the_stage_that_an_error_names(error: str, direction: str, stage: Stage | None) -> None:
    """The error tells where the connection died, and on which side of the tunnel ztunnel stood."""
    (group,) = summarise(parse_lines([_line(error, direction)], file="z.log")).groups

    assert stage is stage_named_by(group.example, {}).stage
