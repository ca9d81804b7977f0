"""What an entry says by itself: did it fail, and which side of which proxy speaks."""

from __future__ import annotations

import pytest

from tests.evidence.log_texts import MESH_SNI, NO_HTTP, SERVICE, captured, entry, log_line, tcp_line
from troubleshooter.evidence import ClusterName, Side, parse_cluster

VIA = "via_upstream"
RBAC = "rbac_access_denied_matched_policy[none]"


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        (log_line(status="200 -", details=VIA), False),
        (log_line(status="404 -", details=VIA), True),
        (log_line(status="200 UH"), True),
        (log_line(status="200 URX", details=VIA), True),
        (log_line(status="200 UPE"), True),
        (log_line(status="200 DI", details=VIA), False),
        (log_line(status="200 RFCF"), False),
        (log_line(status="200 DC", details=VIA), False),
        (log_line(status="101 DC", details=VIA), False),
        (log_line(status="101 UC", details="upstream_reset_after_response_started{connection_termination}"), False),
        (log_line(status="101 UC,UT"), True),
        (log_line(status="0 DC"), True),
        (log_line(status="0 -", details="downstream_local_disconnect(on_idle_timeout)"), True),
        (log_line(status="200 NEW"), False),
        (log_line(status="0 NEW"), True),
        (tcp_line(status="0 -"), False),
        (tcp_line(status="0 DC"), False),
        (tcp_line(status="0 UF,URX"), True),
        (tcp_line(status="0 NEW"), True),
        (tcp_line(status="0 -", termination=RBAC), True),
        (tcp_line(status="- -"), False),
    ],
)
def test_failed(line: str, *, failed: bool) -> None:
    """A failure is an error status, a flag that means one, a connection that the proxy ended, or no answer at all."""
    assert failed == entry(line).failed


def test_unknown_flags_are_kept_and_named() -> None:
    """A flag that nobody knows stays among the flags and is told apart."""
    found = entry(log_line(status="503 UF,XYZ"))

    assert (("UF", "XYZ"), ("XYZ",)) == (found.flags, found.unknown_flags)


@pytest.mark.parametrize(
    ("cluster", "side"),
    [
        (SERVICE, Side.OUTBOUND),
        (MESH_SNI, Side.OUTBOUND),
        ("inbound|8080||", Side.INBOUND),
        ("inbound|9080|http|reviews.default.svc.cluster.local", Side.INBOUND),
        ("inbound-vip|80|http|reviews.default.svc.cluster.local", Side.OUTBOUND),
        ("InboundPassthroughCluster", Side.INBOUND),
        ("InboundPassthroughClusterIpv4", Side.INBOUND),
        ("PassthroughCluster", Side.PASSTHROUGH),
        ("BlackHoleCluster", Side.BLACKHOLE),
        ("dfp", Side.UNKNOWN),
        ("-", Side.UNKNOWN),
    ],
)
def test_the_cluster_tells_the_side(cluster: str, side: Side) -> None:
    """The name of the chosen cluster says what the proxy did with the request."""
    assert side == entry(log_line(cluster=cluster)).side


def test_the_route_block_all_is_the_black_hole_of_http() -> None:
    """A request to an unknown host under REGISTRY_ONLY has no cluster, and the route tells."""
    assert (
        Side.BLACKHOLE
        == entry(log_line(status="502 -", details="direct_response", cluster="-", route="block_all")).side
    )


@pytest.mark.parametrize("name", ["outbound|8080|v1|reviews.shop.svc", "outbound_.8080_.v1_.reviews.shop.svc"])
def test_a_cluster_name_has_four_parts(name: str) -> None:
    """Direction, port, subset and host, in the form of clusters and in that of server names."""
    assert ClusterName(direction="outbound", port=8080, subset="v1", host="reviews.shop.svc") == parse_cluster(name)


@pytest.mark.parametrize("name", ["outbound|8080||a|b", "outbound|8080||a:[::1]"])
def test_the_host_of_a_cluster_is_the_rest(name: str) -> None:
    """Only the first three bars separate."""
    found = parse_cluster(name)

    assert found is not None
    assert name.split("|", 3)[3] == found.host


@pytest.mark.parametrize(
    "name", ["", "-", "PassthroughCluster", "outbound|http||a", "sideways|80||a", "outbound|80|", "a|" * 9]
)
def test_other_names_have_no_parts(name: str) -> None:
    """A cluster that istiod did not name so is left as it is."""
    assert None is parse_cluster(name)


def test_a_captured_inbound_line_is_of_the_target() -> None:
    """The server's own line names an inbound cluster and the SNI that the client's proxy made."""
    (found,) = captured("mtls-ok-server")

    assert (Side.INBOUND, MESH_SNI) == (found.side, found.sni)
    assert parse_cluster(found.sni) == parse_cluster(SERVICE)


def test_no_http_is_tcp() -> None:
    """A connection without method, protocol and status is TCP; a request with a status is not."""
    assert [True, False] == [entry(tcp_line()).is_tcp, entry(log_line(request=NO_HTTP, status="400 DPE")).is_tcp]


def test_an_entry_knows_the_parts_of_its_cluster() -> None:
    """The chosen cluster is also there in parts; where none was chosen there are none."""
    assert [parse_cluster(SERVICE), None] == [entry(log_line()).cluster, entry(log_line(cluster="-")).cluster]
