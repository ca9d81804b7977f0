"""What a proxy's pages tell by themselves of configuration that it has not got."""

from __future__ import annotations

from tests.facts.proxy_pages import PAYMENTS, alone, cluster, counters, dump, line, listener, told
from troubleshooter.evidence.envoy.dump import ConfigState, FilterChain, SecretConfig
from troubleshooter.evidence.envoy.status import Counter, Ready, Stats

STARTING = Ready(state="PRE_INITIALIZING")
REFUSED = listener(state=ConfigState.REJECTED, error="Didn't find a registered implementation for 'x'")
WAITING = listener(FilterChain(route_config="9000"), state=ConfigState.WARMING)


def test_a_proxy_with_all_it_needs_lacks_nothing() -> None:
    """A listener with its routes, and clusters in use."""
    assert list(alone(dump(cluster(PAYMENTS)))) == []


def test_a_refused_listener_is_told_with_its_name() -> None:
    """The old one stays in use."""
    assert list(alone(dump(listeners=(listener(), REFUSED)))) == [("rejected", "the listener 0.0.0.0_8080")]


def test_a_refusal_that_was_never_made_good_is_told() -> None:
    """As many were refused as taken."""
    pages = dump(), counters(cluster_manager_cds_update_rejected=1, cluster_manager_cds_update_success=1)

    assert list(alone(*pages)) == [("rejected", "an update of its clusters")]


def test_a_refusal_of_long_ago_is_not_told() -> None:
    """Many updates were taken since."""
    assert (
        list(alone(dump(), counters(listener_manager_lds_update_rejected=1, listener_manager_lds_update_success=9)))
        == []
    )


def test_refused_routes_are_told_with_their_name() -> None:
    """The counters of routes are those of their listener."""
    stats = Stats(scopes={"http": {"outbound_0.0.0.0_8080": {"rds_8080_update_rejected": Counter(value=1, line=3)}}})

    assert list(alone(dump(), stats)) == [("rejected", "an update of the routes 8080")]


def test_a_cluster_that_waits_for_endpoints_is_told() -> None:
    """No earlier form of it is in use."""
    waiting = cluster(PAYMENTS, state=ConfigState.WARMING)

    assert list(alone(dump(waiting))) == [("warming", f"the endpoints of {PAYMENTS}")]


def test_a_cluster_that_waits_for_a_secret_is_not_told_here() -> None:
    """The missing secret is another matter."""
    waiting = cluster(PAYMENTS, state=ConfigState.WARMING)
    secret = SecretConfig(name="default", state=ConfigState.WARMING)

    assert list(alone(dump(waiting, secrets=(secret,)))) == []


def test_a_listener_that_waits_for_routes_is_told() -> None:
    """Nothing of that name is in use."""
    part = "the routes 9000, for which the listener 0.0.0.0_8080 waits"

    assert list(alone(dump(listeners=(WAITING,)))) == [("warming", part)]


def test_a_line_that_was_passed_through_past_a_waiting_listener_tells_so() -> None:
    """The listener for the port is not in use yet."""
    entry = line("UF", upstream_cluster="PassthroughCluster")
    page = dump(cluster("PassthroughCluster"), listeners=(WAITING,))

    assert told(entry, page)["evidence.config_lost"] == "warming"


def test_a_proxy_that_does_not_start_and_is_not_connected_does_not_reach_istiod() -> None:
    """The counter says 0."""
    assert list(alone(STARTING, counters(control_plane_connected_state=0))) == [("unreachable", "")]


def test_a_proxy_that_does_not_start_and_is_connected_hears_nothing() -> None:
    """No update of clusters was taken."""
    assert list(alone(STARTING, counters(control_plane_connected_state=1))) == [("silent", "")]


def test_a_proxy_that_has_started_may_lose_its_connection() -> None:
    """It connects anew every half hour."""
    assert list(alone(Ready(state="LIVE"), counters(control_plane_connected_state=0))) == []
