"""What a proxy's dump tells of a failed line where nobody sees the mesh."""

from __future__ import annotations

from tests.facts.proxy_pages import (
    GATEWAY,
    HOST,
    PAYMENTS,
    V2,
    case_of,
    cluster,
    counters,
    dump,
    line,
    listener,
    payments,
    status,
    told,
)
from troubleshooter.evidence.envoy.dump import ConfigState, FilterChain, RouteRule, VirtualHost

TO_V2 = payments(RouteRule(name="default", match="prefix /", clusters=((V2, 100.0),)))
NC = line("NC", details="cluster_not_found")
UH = line("UH", details="no_healthy_upstream", upstream_cluster=PAYMENTS)
NR = line("NR", details="route_not_found", response_code=404, route_name="")
CLOSED = VirtualHost(name="block_all", domains=("*",), routes=())


def test_a_subset_that_is_missing_beside_its_service_is_not_defined() -> None:
    """The cluster without subset is there, the one with it is not."""
    assert told(NC, dump(cluster(PAYMENTS), hosts=(TO_V2,)))["destination.subset"] == "not-defined"


def test_another_port_of_the_host_means_that_the_port_is_not_there() -> None:
    """The host is there with other ports."""
    found = told(NC, dump(cluster(f"outbound|80||{HOST}"), hosts=(TO_V2,)))

    assert (found.get("destination.port"), found.get("destination.subset")) == ("not-found", None)


def test_a_host_without_any_cluster_is_not_found() -> None:
    """A route to a host of which there is no cluster, for a virtual host of another name."""
    other = "outbound|8080||nobody.shop.svc.cluster.local"
    to = payments(RouteRule(name="default", clusters=((other, 100.0),)))

    assert told(NC, dump(cluster(PAYMENTS), hosts=(to,)))["destination.service"] == "not-found"


def test_a_service_of_that_name_elsewhere_is_what_could_be_meant() -> None:
    """Exactly one other namespace has the name."""
    other = "outbound|8080||payments.other.svc.cluster.local"
    to = payments(RouteRule(name="default", clusters=((other, 100.0),)))

    assert told(NC, dump(cluster(PAYMENTS), hosts=(to,)))["destination.host_guess"] == "elsewhere"


def test_the_objects_behind_are_those_that_the_metadata_name() -> None:
    """The VirtualService of the route is the object to look at."""
    made = "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/pay"
    to = payments(RouteRule(name="default", clusters=((V2, 100.0),), made_from=made))
    role = case_of(NC, dump(cluster(PAYMENTS), hosts=(to,))).roles["virtual_service"]

    assert ("VirtualService", "shop", "pay") == (role.kind, role.namespace, role.name)


def test_a_refused_update_of_clusters_is_where_a_missing_one_was_lost() -> None:
    """Then it is not said that the subset is not defined."""
    found = told(NC, dump(cluster(PAYMENTS), hosts=(TO_V2,)), counters(cluster_manager_cds_update_rejected=1))

    assert (found["evidence.config_lost"], found.get("destination.subset")) == ("rejected", None)


def test_a_cluster_that_waits_is_not_missing() -> None:
    """It was sent, and waits for its endpoints."""
    waiting = cluster(V2, state=ConfigState.WARMING)

    assert told(NC, dump(cluster(PAYMENTS), waiting, hosts=(TO_V2,)))["evidence.config_lost"] == "warming"


def test_a_cluster_that_came_after_the_line_has_arrived() -> None:
    """It is there now, and was not then."""
    late = cluster(V2, updated="2026-11-21T09:00:01.000Z")

    assert told(NC, dump(late, hosts=(TO_V2,)))["evidence.config_lost"] == "arrived"


def test_a_cluster_that_was_there_before_has_not_arrived() -> None:
    """Nothing is said where no change explains the line."""
    early = cluster(V2, updated="2026-11-21T08:00:00.000Z")

    assert "evidence.config_lost" not in told(NC, dump(early, hosts=(TO_V2,)))


def test_without_clusters_in_a_dump_nothing_is_missing() -> None:
    """What was not seen is not absent."""
    assert "destination.subset" not in told(NC, dump(hosts=(TO_V2,), clusters=None))


def test_a_virtual_host_without_a_fitting_route_has_no_default() -> None:
    """The host is known, and none of its routes took the request."""
    found = told(NR, dump(cluster(PAYMENTS), hosts=(TO_V2, CLOSED)))

    assert (found["route.match"], found["route.default"]) == ("none", "absent")


def test_a_gateway_with_other_hosts_has_none_for_this_one() -> None:
    """Virtual hosts are there, none for the authority."""
    found = told(NR, dump(hosts=(VirtualHost(name="a:8080", domains=("a.example.com",)),), node=GATEWAY))

    assert found["request.host_routes"] == "none"


def test_a_gateway_with_nothing_but_blackhole_has_no_routes() -> None:
    """Where nothing is bound, istiod makes that virtual host."""
    nothing = VirtualHost(name="blackhole:8080", domains=("*",))

    assert told(NR, dump(hosts=(nothing,), node=GATEWAY))["gateway.routes"] == "none"


def test_a_wildcard_takes_a_host_below_it() -> None:
    """`*.example.com` takes `a.example.com`, so that it is the route that is missing, not the host."""
    entry = line("NR", details="route_not_found", route_name="", authority="a.example.com")
    host = VirtualHost(name="w", domains=("*.example.com",), routes=(RouteRule(match="prefix /api"),))

    assert told(entry, dump(hosts=(host,), node=GATEWAY))["route.match"] == "none"


def test_routes_that_a_listener_asks_for_and_that_are_not_there_never_came() -> None:
    """The dump has routes, and not these."""
    assert told(NR, dump(routes=()))["evidence.config_lost"] == "not-received"


def test_a_host_that_only_the_catch_all_takes_is_unregistered() -> None:
    """REGISTRY_ONLY, and no virtual host for the host."""
    entry = line(details="direct_response", response_code=502, route_name="block_all", authority="api.example.com")

    assert told(entry, dump(hosts=(TO_V2, CLOSED)))["request.destination"] == "unregistered"


def test_an_aborting_fault_is_seen_by_its_flag() -> None:
    """No dump is needed for it."""
    assert told(line("FI", details="fault_filter_abort"))["route.fault"] == "abort"


def test_limits_of_the_cluster_are_those_of_a_rule() -> None:
    """By itself istiod limits nothing."""
    entry = line("UO", upstream_cluster=PAYMENTS)
    pages = dump(cluster(PAYMENTS)), status(PAYMENTS, "", limits={"max_connections": 1, "max_requests": 2**32 - 1})

    assert told(entry, *pages)["destination_rule.limits"] == "set"


def test_a_cluster_without_limits_has_none() -> None:
    """The largest number stands for no limit."""
    entry = line("UO", upstream_cluster=PAYMENTS)
    pages = dump(cluster(PAYMENTS)), status(PAYMENTS, "", limits={"max_connections": 2**32 - 1})

    assert told(entry, *pages)["destination_rule.limits"] == "none"


def test_no_host_is_no_endpoint() -> None:
    """And why there is none, nobody tells."""
    found = told(UH, dump(cluster(PAYMENTS)), status(PAYMENTS))

    assert (found["service.endpoints"], found["service.no_endpoints_because"]) == ("none", "not-told")


def test_hosts_that_are_not_ready_are_why_there_is_no_endpoint() -> None:
    """They are sent as unhealthy."""
    found = told(UH, dump(cluster(PAYMENTS)), status(PAYMENTS, "failed_eds_health"))

    assert found["service.no_endpoints_because"] == "pods-not-ready"


def test_a_subset_without_hosts_beside_a_service_with_some_is_empty() -> None:
    """It is the labels of the subset, not the Service."""
    both = {**status(V2).by_name, **status(PAYMENTS, "").by_name}
    entry = line("UH", upstream_cluster=V2)
    page = type(status(V2))(by_name=both)

    assert told(entry, dump(cluster(V2), cluster(PAYMENTS)), page)["destination.subset_endpoints"] == "none"


def test_a_name_that_is_looked_up_in_vain_has_no_address() -> None:
    """The cluster looks its host up, and has none."""
    name = "outbound|8080||api.nosuch.example"
    entry = line("UH", upstream_cluster=name)

    assert (
        told(entry, dump(cluster(name, discovery="STRICT_DNS")), status(name))["service_entry.no_endpoints_because"]
        == "not-resolved"
    )


def test_hosts_that_were_all_put_aside_are_ejected() -> None:
    """A threshold of 0 lets none of them be used again."""
    found = told(UH, dump(cluster(PAYMENTS, outlier=True, panic=0.0)), status(PAYMENTS, "failed_outlier_check"))

    assert (found["evidence.hosts"], found["destination_rule.ejects"]) == ("ejected", "all")


def test_panic_lets_them_be_used_again() -> None:
    """A threshold above 0 does."""
    found = told(UH, dump(cluster(PAYMENTS, outlier=True, panic=50.0)), status(PAYMENTS, "failed_outlier_check"))

    assert found["destination_rule.ejects"] == "fallback"


def test_endpoints_of_a_dump_do_where_no_other_page_has_them() -> None:
    """A dump with endpoints, none of this cluster."""
    assert told(UH, dump(cluster(PAYMENTS), endpoints=()))["evidence.hosts"] == "none"


def test_the_idle_timeout_of_a_route_goes_first() -> None:
    """Both are set."""
    host = payments(RouteRule(name="default", clusters=((PAYMENTS, 100.0),), idle_timeout="5s"))
    chain = FilterChain(route_config="8080", stream_idle="60s")
    entry = line("SI", details="stream_idle_timeout", upstream_cluster=PAYMENTS)

    assert (
        told(entry, dump(cluster(PAYMENTS), hosts=(host,), listeners=(listener(chain),)))["evidence.idle_limit"]
        == "route"
    )
