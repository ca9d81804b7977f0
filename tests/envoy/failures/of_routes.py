"""Requests that no route takes, or whose route leads nowhere."""

from __future__ import annotations

from tests.envoy.envoy_shapes import Shape, typed
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.peers import answers
from tests.envoy.failures.rows import failure
from tests.envoy.failures.shapes import BLACKHOLE, HOST, PAYMENTS, cluster, for_http, for_tcp, table, to

V1, V2 = f"outbound|8080|v1|{HOST}", f"outbound|8080|v2|{HOST}"


def without(field: str, route: Shape) -> Shape:
    """A route without one of its fields."""
    return {key: value for key, value in route.items() if key != field}


@failure("vs-no-match-no-default", "route", "the virtual host is there, and none of its routes matches the path")
def nr_route_not_found(lab: Lab) -> None:
    """Every route of the VirtualService asks for a path, and the request has another."""
    lab.caller([cluster(lab.app())], table(to(name="api", match={"prefix": "/api"})))
    lab.ask(path="/pay")


@failure("dr-subset-not-defined", "cluster", "the route's cluster has a subset, and the dump has others of the host")
def nc_missing_subset(lab: Lab) -> None:
    """The route names subset v2; only v1 is defined."""
    lab.caller([cluster(lab.app()), cluster(lab.app(), name=V1)], table(to(V2)))
    lab.ask()


@failure(
    "dr-subset-not-defined", "cluster", "the same, and the mesh names the VirtualService", mesh="dr-subset-not-defined"
)
def nc_missing_subset_with_the_mesh(lab: Lab) -> None:
    """The same beside the objects."""
    lab.caller([cluster(lab.app()), cluster(lab.app(), name=V1)], table(to(V2)))
    lab.ask()


@failure("dr-subset-not-defined", "cluster", "one of two shares is lost: half of the lines have NC")
def nc_missing_subset_of_a_weight(lab: Lab) -> None:
    """Half of the weight goes to a subset that is not defined."""
    shares = {"clusters": [{"name": V1, "weight": 50}, {"name": V2, "weight": 50}]}
    route = to(route={"weighted_clusters": shares})
    route["route"].pop("cluster")
    lab.caller([cluster(lab.app()), cluster(lab.app(), name=V1)], table(route))
    lab.ask(times=12)


@failure("vs-destination-port-not-in-service", "cluster", "the dump has clusters of the host, and none of the port")
def nc_port_not_in_service(lab: Lab) -> None:
    """The route names port 80, and the Service has 8080."""
    lab.caller([cluster(lab.app())], table(to(f"outbound|80||{HOST}")))
    lab.ask()


@failure("vs-destination-host-unknown", "cluster", "the dump has no cluster of the route's host at all")
def nc_unknown_host(lab: Lab) -> None:
    """The route names a host that nobody has."""
    lab.caller([cluster(lab.app())], table(to("outbound|8080||paymnts.shop.svc.cluster.local")))
    lab.ask()


@failure(
    "dr-subset-not-defined", "cluster", "the listener of the Service's own address leads to a subset without cluster"
)
def tcp_no_cluster(lab: Lab) -> None:
    """A tcp route names a subset that is not defined."""
    host = "mysql.shop.svc.cluster.local"
    wanted = for_tcp("10.96.0.50", 3306, f"outbound|3306|v2|{host}")
    lab.caller([cluster(lab.app(), name=f"outbound|3306||{host}")], listeners=[wanted])
    lab.say(b"ping\n", meant=("10.96.0.50", 3306))


@failure("egress-registry-only-blackhole", "route", "route block_all answers 502")
def blackhole_http_502(lab: Lab) -> None:
    """REGISTRY_ONLY, and a host that no ServiceEntry has."""
    lab.caller([cluster(lab.app())], rest=BLACKHOLE)
    lab.ask("api.example.com:8080")


@failure("egress-registry-only-blackhole", "listener", "BlackHoleCluster, and a port without a listener")
def blackhole_tcp(lab: Lab) -> None:
    """REGISTRY_ONLY, and an address outside."""
    lab.caller([cluster(lab.app())], rest=BLACKHOLE)
    lab.say(b"ping\n", meant=("34.1.2.3", 9999))


@failure("vs-fault-injection-left", "route", "FI, which nothing but a fault of a route makes")
def fi_abort(lab: Lab) -> None:
    """A fault that somebody left in a VirtualService."""
    percent = {"numerator": 100, "denominator": "HUNDRED"}
    faults("abort", {"http_status": 555, "percentage": percent}, lab)
    lab.ask()


@failure("vs-fault-injection-left", "route", "DI, and an answer that came too late for the one who waited")
def di_delay(lab: Lab) -> None:
    """A delay that somebody left in, longer than the client waits."""
    percent = {"numerator": 100, "denominator": "HUNDRED"}
    faults("delay", {"fixed_delay": "0.6s", "percentage": percent}, lab)
    lab.ask(patience=0.3)


def faults(kind: str, setting: Shape, lab: Lab) -> None:
    """The caller's sidecar with a fault on its route."""
    kinds = ("envoy.filters.http.fault", "extensions.filters.http.fault.v3.HTTPFault")
    made = typed(*kinds)["typed_config"] | {kind: setting}
    route = to(typed_per_filter_config={kinds[0]: made})
    lab.caller([cluster(lab.app())], table(route), listeners=[for_http(filters=[typed(*kinds)])])


@failure("vs-direct-response-error", "route", "direct_response, by a route that is not block_all")
def direct_response_503(lab: Lab) -> None:
    """A VirtualService that answers 503 itself."""
    route = without("route", to()) | {"direct_response": {"status": 503}}
    lab.caller([cluster(lab.app())], table(route))
    lab.ask()


@failure("http10-client-426", "listener", "426 with low_version")
def http10_426(lab: Lab) -> None:
    """A client of HTTP/1.0."""
    lab.caller([cluster(lab.app())])
    lab.ask(version="1.0")


@failure("unexplained", "application", "the application answered 404: its paths are its own")
def upstream_404(lab: Lab) -> None:
    """The application does not know the path."""
    lab.caller([cluster(lab.app(answers(404)))], table(to(PAYMENTS)))
    lab.ask()
