"""The route stage of a sidecar, and what a route makes of a request."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.meshes import (
    SPACES,
    app,
    branch,
    death,
    deployment,
    hop_of,
    mesh,
    mesh_config,
    service,
    step,
    thing,
    unknown,
    walked,
)
from troubleshooter.mesh import Mesh
from troubleshooter.walk import Walked

TO = "http://payments.shop:8080/api"
NEXT = "route: [{destination: {host: next}}]"
NEXT_8080 = "route: [{destination: {host: next, port: {number: 8080}}}]"


def shop(*texts: str, more: str = "") -> Mesh:
    """A mesh with payments, next and the client web; `more` is the VirtualService of payments below its hosts."""
    routes = (routed(more),) if more else ()
    return mesh(SPACES, app("payments"), app("next"), deployment("web"), *routes, *texts)


def routed(more: str, name: str = "payments", hosts: str = "[payments]") -> str:
    """A VirtualService."""
    return thing("VirtualService", name, f"hosts: {hosts}\n{dedent(more)}")


def target(found: Walked) -> str:
    """The workload at which the first branch arrives, or how it dies."""
    return death(found) if branch(found).failed else hop_of(found).party.workload.name


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "payments"),
        (f"http: [{{{NEXT}}}]", "next"),
        (f"http: [{{match: [{{uri: {{prefix: /api}}}}], {NEXT}}}]", "next"),
        (f"http: [{{match: [{{uri: {{prefix: /x}}}}], {NEXT}}}]", "route: 404 NR route_not_found"),
        (f"http: [{{match: [{{sourceLabels: {{app: web}}}}], {NEXT}}}]", "next"),
        (f"http: [{{match: [{{sourceLabels: {{app: api}}}}], {NEXT}}}]", "payments"),
        (f"http: [{{match: [{{port: 9090}}], {NEXT}}}]", "payments"),
        (f"gateways: [edge/public]\nhttp: [{{{NEXT}}}]", "payments"),
        (f"gateways: [mesh, edge/public]\nhttp: [{{{NEXT}}}]", "next"),
        (f"tcp: [{{{NEXT}}}]", "payments"),
        ("http: []", "payments"),
        ("http: [{route: []}]", "route: 503 NC cluster_not_found"),
        ("http: [{redirect: {uri: /new}}]", "301 direct_response"),
    ],
)
def test_routes(more: str, expected: str) -> None:
    """The first route that takes the request; one that has none for this proxy leaves the Service's own."""
    found = walked(shop(more=more), TO)

    assert expected == (death(found) if "direct" in expected else target(found))


def test_nearest_miss() -> None:
    """Where nothing takes it, the field that came nearest is pointed at."""
    found = walked(shop(more=f"http: [{{match: [{{uri: {{exact: /API}}}}], {NEXT}}}]"), TO)

    assert "spec.http[0].match[0].uri.exact" == getattr(step(found, "route").resource, "field", "")


def test_two_virtual_services_for_a_host() -> None:
    """The oldest counts alone; of one that has no route for this proxy the next is taken."""
    two = [routed(f"http: [{{match: [{{port: {p}}}], {NEXT}}}]", f"a{p}") for p in (9090, 8080)]

    assert "next" == target(walked(shop(*two), TO))
    assert "route: 404 NR route_not_found" == target(
        walked(
            shop(
                routed(f"http: [{{match: [{{uri: {{exact: /x}}}}], {NEXT}}}]", "a"), routed(f"http: [{{{NEXT}}}]", "b")
            ),
            TO,
        )
    )


def test_route_of_a_wildcard_entry() -> None:
    """A VirtualService may be for a name below a wildcard ServiceEntry."""
    entry = thing("ServiceEntry", "wild", "hosts: ['*.example.com']\nports: [{number: 80, name: http, protocol: HTTP}]")
    found = walked(shop(entry, routed(f"http: [{{{NEXT_8080}}}]", "v", "[a.example.com]")), "http://a.example.com/")

    assert "next" == target(found)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://unheard.example.com/", "next"),
        ("http://unheard.example.com:8080/", ""),
        ("http://unheard.example.com:7777/", ""),
    ],
)
def test_route_of_a_host_beyond_the_registry(url: str, expected: str) -> None:
    """On port 80, where others make an HTTP listener, a VirtualService is enough."""
    rule = routed(f"http: [{{{NEXT_8080}}}]", "v", "[unheard.example.com]")
    found = walked(shop(service("other", "{name: http, port: 80}"), rule), url)

    assert "reachable" == found.walk.verdict
    assert expected == (hop_of(found).party.workload.name if hop_of(found).kind == "target" else "")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("next", "next"),
        ("next.shop:8080", "next"),
        ("payments", "payments"),
        ("unheard.example.com", ""),
    ],
)
def test_host_header(header: str, expected: str) -> None:
    """The authority decides among the services of the port, not the name that was dialled."""
    found = walked(shop(), TO, headers=[("Host", header)])
    arrived = hop_of(found)

    assert expected == (arrived.party.workload.name if arrived.kind == "target" and expected else "")
    assert "reachable" == found.walk.verdict


def test_host_header_on_a_sniffed_port() -> None:
    """A port of no declared protocol has one virtual host for any authority."""
    held = mesh(SPACES, app("payments", "{port: 8080}"), app("next", "{port: 8080}"), deployment("web"))

    assert "payments" == target(walked(held, TO, headers=[("Host", "next")]))


def test_host_header_of_nobody() -> None:
    """With REGISTRY_ONLY it is let nowhere."""
    held = shop(mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))

    assert "route: 502 direct_response" == death(walked(held, TO, headers=[("Host", "unheard.example.com")]))


@pytest.mark.parametrize(
    ("fault", "verdict", "expected"),
    [
        ("{abort: {httpStatus: 503, percentage: {value: 100}}}", "unreachable", ["route: 503 FI fault_filter_abort"]),
        (
            "{abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}",
            "unreachable",
            ["route: 200 FI fault_filter_abort"],
        ),
        ("{abort: {httpStatus: 503, percentage: {value: 25}}}", "ambiguous", ["route: 503 FI fault_filter_abort", ""]),
        ("{abort: {httpStatus: 503, percentage: {value: 0}}}", "reachable", [""]),
        ("{abort: {httpStatus: 503}}", "reachable", [""]),
        ("{abort: {httpStatus: x, percentage: {value: 100}}}", "reachable", [""]),
        ("{abort: {httpStatus: 503, percentage: {value: x}}}", "reachable", [""]),
        ("7", "reachable", [""]),
    ],
)
def test_faults(fault: str, verdict: str, expected: list[str]) -> None:
    """A fault takes out its part of the requests."""
    found = walked(shop(more=f"http: [{{fault: {fault}, {NEXT}}}]"), TO)

    assert (verdict, expected) == (str(found.walk.verdict), [death(found, n) for n in range(len(found.walk.branches))])


def test_share_of_a_fault() -> None:
    """What is left goes on."""
    found = walked(
        shop(more=f"http: [{{fault: {{abort: {{httpStatus: 500, percentage: {{value: 25}}}}}}, {NEXT}}}]"), TO
    )

    assert [(0.25, "fault"), (0.75, "fault")] == [(b.share, b.by) for b in found.walk.branches]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("redirect: {uri: /x, redirectCode: 307}", "307 direct_response"),
        ("redirect: {uri: /x, redirectCode: 999}", "301 direct_response"),
        ("redirect: {redirectCode: 302}", "route: 302 direct_response"),
        ("directResponse: {status: 204}", "204 direct_response"),
        ("directResponse: {status: 503}", "route: 503 direct_response"),
    ],
)
def test_answers(route: str, expected: str) -> None:
    """A proxy may answer itself."""
    assert expected == death(walked(shop(more=f"http: [{{{route}}}]"), TO))


def test_delegate_that_was_not_seen() -> None:
    """Where nothing of its namespace was seen, what it does is not known."""
    found = walked(shop(more="http: [{delegate: {name: other, namespace: far}}]"), TO)

    assert ("undetermined", ["route"]) == (str(found.walk.verdict), unknown(found))
    assert "spec.http[0].delegate" == getattr(step(found, "route").resource, "field", "")


def test_route_of_the_gateway_api_is_not_modelled() -> None:
    """It replaces the mesh routes of its Service."""
    found = walked(shop(thing("HTTPRoute", "r", "parentRefs: [{kind: Service, name: payments}]")), TO)

    assert ["route"] == unknown(found)


@pytest.mark.parametrize(
    ("rewrite", "match", "path"),
    [
        ("{uri: /new}", "{uri: {prefix: /api}}", "/new/v1?x=1"),
        ("{uri: /new}", "{uri: {exact: /api/v1}}", "/new?x=1"),
        ("{uri: /new}", "{uri: {regex: '/api/.*'}}", "/new?x=1"),
        ("{uri: /}", "{uri: {prefix: /api/}}", "/v1?x=1"),
        ("{uri: /new/}", "{}", "/new/api/v1?x=1"),
        ("{uriRegexRewrite: {match: '/api/(v[0-9])', rewrite: '/\\1/api'}}", "{}", "/v1/api?x=1"),
        ("{authority: other}", "{}", "/api/v1?x=1"),
        ("7", "{}", "/api/v1?x=1"),
    ],
)
def test_rewritten_path(rewrite: str, match: str, path: str) -> None:
    """What was matched is replaced; the query stays."""
    held = shop(more=f"http: [{{match: [{match}], rewrite: {rewrite}, route: [{{destination: {{host: payments}}}}]}}]")
    found = walked(held, "http://payments.shop:8080/api/v1?x=1")

    assert path == hop_of(found).subject.path


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("{request: {set: {X-User: bob}}}", {"x-user": "bob", "x-a": "1"}),
        ("{request: {add: {x-user: bob}}}", {"x-user": "ann,bob", "x-a": "1"}),
        ("{request: {add: {x-new: bob}}}", {"x-user": "ann", "x-a": "1", "x-new": "bob"}),
        ("{request: {remove: [X-User, x-none]}}", {"x-a": "1"}),
        ("{request: {set: {':authority': other}, remove: [host]}}", {"x-user": "ann", "x-a": "1", "host": "other"}),
        ("{response: {set: {x-user: bob}}}", {"x-user": "ann", "x-a": "1"}),
        ("[1]", {"x-user": "ann", "x-a": "1"}),
    ],
)
def test_rewritten_headers(headers: str, expected: dict[str, str]) -> None:
    """What a route, and a destination of it, sets, adds and removes."""
    sent = [("x-user", "ann"), ("x-a", "1")]
    of_route = shop(more=f"http: [{{headers: {headers}, route: [{{destination: {{host: payments}}}}]}}]")
    of_target = shop(more=f"http: [{{route: [{{destination: {{host: payments}}, headers: {headers}}}]}}]")

    assert [expected, expected] == [
        dict(hop_of(walked(h, TO, headers=sent)).subject.headers) for h in (of_route, of_target)
    ]


def test_policies_see_what_was_rewritten() -> None:
    """A policy of the target looks at the new path."""
    deny = thing("AuthorizationPolicy", "deny", "action: DENY\nrules: [{to: [{operation: {paths: [/secret*]}}]}]")
    held = shop(deny, more="http: [{rewrite: {uri: /secret}, route: [{destination: {host: payments}}]}]")

    assert death(walked(held, TO)).startswith("authorization: 403")


def connections(more: str, to: str, *texts: str) -> Walked:
    """A walk to payments over TLS or TCP, with a VirtualService of it."""
    held = mesh(
        SPACES,
        app("payments", "{name: tls, port: 443}, {name: tcp, port: 9000}"),
        app("next", "{name: tls, port: 443}, {name: tcp, port: 9000}"),
        deployment("web"),
        routed(more),
        *texts,
    )
    return walked(held, to)


@pytest.mark.parametrize(
    ("more", "to", "expected"),
    [
        (f"tcp: [{{{NEXT}}}]", "tcp://payments:9000", "next"),
        (f"tcp: [{{match: [{{port: 9000}}], {NEXT}}}]", "tcp://payments:9000", "next"),
        (f"tcp: [{{match: [{{port: 1}}], {NEXT}}}]", "tcp://payments:9000", "payments"),
        (
            f"tcp: [{{match: [{{sourceLabels: {{app: web}}, sourceNamespace: shop}}], {NEXT}}}]",
            "tcp://payments:9000",
            "next",
        ),
        (f"tcp: [{{match: [{{sourceNamespace: bank}}], {NEXT}}}]", "tcp://payments:9000", "payments"),
        (f"http: [{{{NEXT}}}]", "tcp://payments:9000", "payments"),
        (f"tls: [{{match: [{{sniHosts: [payments]}}], {NEXT}}}]", "https://payments/", "next"),
        (f"tls: [{{match: [{{sniHosts: ['*']}}], {NEXT}}}]", "https://payments/", "next"),
        (
            f"tls: [{{match: [{{sniHosts: [payments], gateways: [edge/public]}}], {NEXT}}}]",
            "https://payments/",
            "payments",
        ),
        (f"tcp: [{{{NEXT}}}]", "https://payments/", "payments"),
        (f"tls: [{{match: [{{sniHosts: [payments]}}], {NEXT}}}]", "tcp://payments:9000", "payments"),
        ("tcp: [{route: []}]", "tcp://payments:9000", "route: NC reset"),
    ],
)
def test_connections(more: str, to: str, expected: str) -> None:
    """Tls routes by name, tcp routes by port; http routes are not used."""
    assert expected == target(connections(more, to))


def test_ignored_http_routes_are_named() -> None:
    """They have no effect on a port that is no HTTP port."""
    assert (
        "http routes of VirtualService shop/payments are not used"
        in step(connections(f"http: [{{{NEXT}}}]", "tcp://payments:9000"), "route").detail
    )


def test_name_in_the_hello() -> None:
    """The SNI decides, not the host; of several names the most specific."""
    more = f"""
    tls:
    - {{match: [{{sniHosts: ['*.example.com']}}], route: [{{destination: {{host: payments}}}}]}}
    - {{match: [{{sniHosts: [a.example.com]}}], {NEXT}}}
    """
    held = mesh(
        SPACES,
        app("payments", "{name: tls, port: 443}"),
        app("next", "{name: tls, port: 443}"),
        deployment("web"),
        routed(more),
    )

    assert ["next", "payments"] == [target(walked(held, "https://payments/", sni=f"{n}.example.com")) for n in "ab"]


def test_name_that_no_tls_route_has() -> None:
    """The connection is passed through."""
    found = connections(f"tls: [{{match: [{{sniHosts: [other]}}], {NEXT}}}]", "https://payments/")

    assert "passed through" in step(found, "route").detail
    assert "reachable" == found.walk.verdict


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("http://orders.shop/", "next"),
        ("http://orders/", "orders"),
        ("http://orders.shop:8080/", "orders"),
    ],
)
def test_host_with_a_dot_that_is_no_full_name(to: str, expected: str) -> None:
    """On port 80 a VirtualService for `orders.shop` takes calls by that very name, and no others."""
    both = app("orders", "{name: http, port: 80, targetPort: 8080}, {name: http-alt, port: 8080}")
    found = walked(shop(both, routed(f"http: [{{{NEXT}}}]", "orders", "[orders.shop]")), to)
    cluster = found.trails[0].hops[0].cluster

    assert cluster
    assert expected == cluster.host.partition(".")[0]
