"""Clusters without a host that may be used, and limits that turn requests away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.envoy.envoy_shapes import Shape, address
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.peers import NoNames, answers
from tests.envoy.failures.rows import failure
from tests.envoy.failures.shapes import HOST, LIMITS, PAYMENTS, RETRIES, cluster, endpoint, for_tcp, table, to

EJECTION = {
    "consecutive_5xx": 3, "interval": "10s", "base_ejection_time": "30s", "max_ejection_percent": 100,
    "enforcing_consecutive_5xx": 100, "enforcing_success_rate": 0,
}  # fmt: skip
ONCE = {"num_retries": 0, "retry_on": ""}


@failure("service-no-endpoints", "endpoint", "the cluster is there, and has no host")
def uh_no_endpoints(lab: Lab) -> None:
    """The Service's selector fits no pod that is ready."""
    lab.caller([cluster()])
    lab.ask()


@failure("service-no-endpoints", "endpoint", "the same, of a TCP port")
def tcp_no_endpoints(lab: Lab) -> None:
    """The same for a database."""
    name = "outbound|3306||mysql.shop.svc.cluster.local"
    lab.caller([cluster(name=name)], listeners=[for_tcp("10.96.0.50", 3306, name)])
    lab.say(b"ping\n", meant=("10.96.0.50", 3306))


@failure("dr-subset-no-endpoints", "endpoint", "the subset's cluster is empty, and the host's own is not")
def uh_subset_no_endpoints(lab: Lab) -> None:
    """The labels of a subset fit no pod."""
    name = f"outbound|8080|v2|{HOST}"
    lab.caller([cluster(lab.app()), cluster(name=name)], table(to(name)))
    lab.ask()


@failure("service-no-endpoints", "endpoint", "every host is unhealthy by EDS: its pod is not ready")
def uh_eds_unhealthy(lab: Lab) -> None:
    """Pods that are not ready are sent as unhealthy."""
    lab.caller([cluster(endpoint(lab.app(), health_status="UNHEALTHY"))])
    lab.ask()


@failure("outlier-all-ejected", "endpoint", "UH, and every host has failed_outlier_check")
def outlier_ejected_all(lab: Lab) -> None:
    """All hosts fail three times, and are ejected."""
    once = to(route={"retry_policy": ONCE})
    lab.caller([cluster(lab.app("500"), outlier_detection=EJECTION)], table(once))
    lab.ask(times=8)


@failure("serviceentry-no-endpoints", "endpoint", "a cluster that looks up a name, and has no host")
def uh_dns_nxdomain(lab: Lab) -> None:
    """A ServiceEntry with resolution DNS, for a name that does not exist."""
    host = "api.nosuch.example"
    name = f"outbound|8080||{host}"
    resolver = {"socket_address": {**address(*lab.keep(NoNames, 5353))["socket_address"], "protocol": "UDP"}}
    ares = "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig"
    looked_up = {"endpoint": {"address": address(host, 8080)}}
    named = cluster(name=name, type="STRICT_DNS", dns_lookup_family="V4_ONLY")
    named["load_assignment"] = {"cluster_name": name, "endpoints": [{"lb_endpoints": [looked_up]}]}
    named["typed_dns_resolver_config"] = {
        "name": "envoy.network.dns_resolver.cares", "typed_config": {"@type": ares, "resolvers": [resolver]},
    }  # fmt: skip
    lab.caller([named], table(to(name), domains=(host,)))
    lab.ask(f"{host}:8080")


@failure("circuit-breaker-overflow", "cluster", "UO, and upstream_rq_pending_overflow")
def uo_pending(lab: Lab) -> None:
    """Requests that wait for the only connection are more than may wait."""
    limits = LIMITS | {"max_connections": 1, "max_pending_requests": 1}
    _all_at_once(lab, limits)


@failure("circuit-breaker-overflow", "cluster", "UO, and the limit of requests is the one that is set")
def uo_requests(lab: Lab) -> None:
    """More requests at once than may be."""
    _all_at_once(lab, LIMITS | {"max_requests": 1})


def _all_at_once(lab: Lab, limits: dict[str, int]) -> None:
    breakers = {"thresholds": [limits]}
    lab.caller([cluster(lab.app("slow"), circuit_breakers=breakers)], table(to(route={"retry_policy": ONCE})))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: lab.ask(), range(8)))


@failure("circuit-breaker-overflow", "cluster", "UO of a TCP connection")
def uo_tcp_connections(lab: Lab) -> None:
    """More connections at once than may be."""
    name = "outbound|3306||mysql.shop.svc.cluster.local"
    breakers = {"thresholds": [LIMITS | {"max_connections": 1}]}
    held = cluster(lab.app("hangs"), name=name, circuit_breakers=breakers)
    lab.caller([held], listeners=[for_tcp("10.96.0.50", 3306, name)])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: lab.say(b"ping\n", meant=("10.96.0.50", 3306), patience=0.3), range(4)))


@failure("retry-limit-exceeded", "application", "URX alone with via_upstream: every try was answered 503")
def urx_upstream_503(lab: Lab) -> None:
    """The application answers 503 to all three tries."""
    lab.caller([cluster(lab.app("503"))])
    lab.ask()


@failure("unexplained", "application", "the application answered: what it means by 503 only it knows")
def upstream_503(lab: Lab) -> None:
    """The application answers 503, and nothing is tried again."""
    lab.caller([cluster(lab.app("503"))], table(to(route={"retry_policy": ONCE})))
    lab.ask()


@failure("vs-timeout-too-short", "application", "UT, and the route's timeout is as long as the request lasted")
def ut_route_timeout(lab: Lab) -> None:
    """The route waits for less time than the application needs."""
    lab.caller([cluster(lab.app("slow"))], table(to(route={"timeout": "0.3s"})))
    lab.ask()


@failure("vs-timeout-too-short", "application", "UT with upstream_per_try_timeout, and per_try_timeout of the route")
def ut_per_try_timeout(lab: Lab) -> None:
    """Each try waits for less time than the application needs."""
    policy = RETRIES | {"per_try_timeout": "0.2s", "num_retries": 1}
    lab.caller([cluster(lab.app("slow"))], table(to(route={"retry_policy": policy})))
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "one host of two is at fault: the lines name it")
def one_of_two_fails(lab: Lab) -> None:
    """One of two pods answers 500."""
    held = cluster(lab.app("500"), lab.app(), lb_policy="ROUND_ROBIN")
    lab.caller([held], table(to(route={"retry_policy": ONCE})))
    lab.ask(times=12)


@failure("", "", "every request was answered: that some tries failed is no failure that anybody saw")
def retries_hide(lab: Lab) -> None:
    """One of two pods refuses, and the second try gets through."""
    lab.caller([cluster(lab.place(), lab.app(), lb_policy="ROUND_ROBIN")], table(to(PAYMENTS)))
    lab.ask(times=6)


@failure("", "", "the second priority answers: failover works")
def failover(lab: Lab) -> None:
    """The hosts of the own locality are not ready, and another takes over."""
    near, far = endpoint(lab.app(), health_status="UNHEALTHY"), endpoint(lab.app(), priority=1)
    lab.caller([cluster(near, far, lb_policy="ROUND_ROBIN")])
    lab.ask(times=3)


@failure("", "", "half are healthy, which is not below 50 per cent: no request goes to the other half")
def half_healthy_no_panic(lab: Lab) -> None:
    """One of two pods is not ready, and minHealthPercent is 50."""
    _panics_at(lab, endpoint(lab.app()), endpoint(lab.app("503"), health_status="UNHEALTHY"))


@failure("", "", "the healthy priority takes everything: a share below the threshold alone is no panic")
def failover_no_panic(lab: Lab) -> None:
    """Two of three near pods are not ready, and the far ones are well."""
    gone = [endpoint(lab.app("503"), health_status="UNHEALTHY") for _ in range(2)]
    far = [endpoint(lab.app(), priority=1) for _ in range(3)]
    _panics_at(lab, endpoint(lab.app()), *gone, *far)


@failure("min-health-percent-panic", "application", "both priorities are below the threshold, and together too little")
def panic_of_two_priorities(lab: Lab) -> None:
    """Two of three pods in each of two zones are not ready."""
    gone = [endpoint(lab.app("503"), health_status="UNHEALTHY", priority=n) for n in (0, 0, 1, 1)]
    _panics_at(lab, endpoint(lab.app()), endpoint(lab.app(), priority=1), *gone)


def _panics_at(lab: Lab, *hosts: Shape) -> None:
    threshold = {"healthy_panic_threshold": {"value": 50}}
    held = cluster(*hosts, lb_policy="ROUND_ROBIN", common_lb_config=threshold)
    lab.caller([held], table(to(route={"retry_policy": ONCE})))
    lab.ask(times=12)


@failure("outlier-all-ejected", "endpoint", "the near pod is not ready, and the far one has failed_outlier_check")
def far_ones_ejected(lab: Lab) -> None:
    """Requests fail over to a zone whose pods fail, until these are ejected too."""
    near, far = endpoint(lab.app(), health_status="UNHEALTHY"), endpoint(lab.app("500"), priority=1)
    once = to(route={"retry_policy": ONCE})
    lab.caller([cluster(near, far, outlier_detection=EJECTION)], table(once))
    lab.ask(times=8)


@failure("app-not-ready-or-crashing", "application", "a proxy hardly ever answers 500 by itself")
def upstream_500(lab: Lab) -> None:
    """The application answers 500."""
    lab.caller([cluster(lab.app(answers(500)))])
    lab.ask()


@failure(
    "min-health-percent-panic",
    "application",
    "the answers came from hosts with failed_eds_health, and the panic threshold is not 0",
)
def lb_panic(lab: Lab) -> None:
    """Two of three pods are not ready, and minHealthPercent is 50."""
    gone = [endpoint(lab.app("503"), health_status="UNHEALTHY") for _ in range(2)]
    threshold = {"healthy_panic_threshold": {"value": 50}}
    held = cluster(endpoint(lab.app()), *gone, lb_policy="ROUND_ROBIN", common_lb_config=threshold)
    lab.caller([held], table(to(route={"retry_policy": ONCE})))
    lab.ask(times=9)
