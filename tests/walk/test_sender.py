"""The sender's hop up to its listener: name, capture, listener."""

from __future__ import annotations

import pytest

from tests.meshes import (
    SPACES,
    app,
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

REGISTRY_ONLY = mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")
ENTRY = """
hosts: [api.example.com]
ports: [{number: 443, name: tls, protocol: TLS}, {number: 80, name: http, protocol: HTTP}]
resolution: DNS
"""


def shop(*texts: str, web: str = "") -> Mesh:
    """A mesh with payments and the client web."""
    return mesh(SPACES, app("payments"), web or deployment("web"), *texts)


@pytest.mark.parametrize("host", ["payments", "payments.shop", "payments.shop.svc", "payments.shop.svc.cluster.local"])
def test_name_of_a_service(host: str) -> None:
    """Every name of the search list."""
    found = walked(shop(), f"http://{host}:8080/")

    assert ("pass", "Service shop/payments") == (step(found, "dns").verdict, str(step(found, "dns").resource))
    assert "reachable" == found.walk.verdict


@pytest.mark.parametrize("host", ["paymint", "paymint.shop", "paymint.shop.svc", "paymint.shop.svc.cluster.local"])
def test_name_that_does_not_resolve(host: str) -> None:
    """A Service that is not there in a namespace that was seen."""
    assert "dns: dns" == death(walked(shop(), f"http://{host}:8080/"))


@pytest.mark.parametrize(
    "spec",
    [
        "hostAliases: [{ip: 192.0.2.7, hostnames: [mainframe]}]",
        "dnsConfig: {searches: [corp.example]}",
        "dnsPolicy: Default",
        "dnsPolicy: None",
        "hostNetwork: true",
    ],
)
def test_name_that_the_pod_may_know_by_itself(spec: str) -> None:
    """A hosts file, DNS servers or search domains of its own: where the name leads is assumed."""
    found = walked(shop(web=deployment("web", pod=spec)), "http://mainframe:8080/")

    assert ("where mainframe leads",) == step(found, "dns").assumes


def test_pod_that_calls_itself_by_name() -> None:
    """No Service has the name localhost, and it resolves all the same."""
    assert ("where localhost leads",) == step(walked(shop(), "http://localhost:8080/"), "dns").assumes


@pytest.mark.parametrize("host", ["example.com", "api.github.com", "example.org"])
def test_name_of_the_world(host: str) -> None:
    """That it resolves is assumed."""
    assert any("resolves" in a for a in step(walked(shop(), f"http://{host}/"), "dns").assumes)


def test_name_of_a_namespace_that_was_not_seen() -> None:
    """Not known, and neither is what follows."""
    found = walked(shop(), "http://ledger.bank:8080/")

    assert ("undetermined", "dns") == (str(found.walk.verdict), unknown(found)[0])


def test_name_in_a_service_entry() -> None:
    """It resolves outside Kubernetes."""
    assert ("public DNS",) == step(
        walked(shop(thing("ServiceEntry", "api", ENTRY)), "https://api.example.com/"), "dns"
    ).assumes


def test_virtual_address() -> None:
    """The address of a Service is the Service."""
    held = shop(service("ledger", more="clusterIP: 10.9.0.1"), deployment("ledger"))

    assert "Service shop/ledger" == str(step(walked(held, "http://10.9.0.1:8080/"), "dns").resource)


HEAD = (
    service("db", "{name: tcp, port: 5432}", more="clusterIP: None"),
    thing("StatefulSet", "db"),
    *(
        thing(
            "Pod",
            f"db-{n}",
            "containers: [{name: app}, {name: istio-proxy}]",
            meta="labels: {app: db}, ownerReferences: [{kind: StatefulSet, name: db}]",
            rest=f"status: {{phase: Running, podIP: 10.0.0.{n}}}",
        )
        for n in (1, 2)
    ),
    thing("Pod", "web-1", "containers: [{name: app}, {name: istio-proxy}]", meta="labels: {app: web}"),
)


def test_pod_of_a_headless_service() -> None:
    """A pod's own name leads to it alone."""
    found = walked(mesh(SPACES, *HEAD), "tcp://db-1.db.shop:5432", "shop/web-1")

    assert ("reachable", "db-1") == (str(found.walk.verdict), hop_of(found).party.pod.name)


def test_pod_that_a_headless_service_does_not_have() -> None:
    """Its name does not resolve."""
    assert "dns: dns" == death(walked(mesh(SPACES, *HEAD), "tcp://db-7.db.shop:5432", "shop/web-1"))


def test_headless_service_without_endpoints() -> None:
    """There is no address to resolve to."""
    held = shop(service("db", "{name: tcp, port: 5432}", more="clusterIP: None"))

    assert "endpoint: dns" == death(walked(held, "tcp://db.shop:5432"))


def test_stand_in_answers_for_all_pods() -> None:
    """Where pods were not seen, any name of one is good."""
    held = shop(
        service("db", "{name: tcp, port: 5432}", more="clusterIP: None"),
        thing("StatefulSet", "db", "template: {metadata: {labels: {app: db}}}"),
    )

    assert "reachable" == walked(held, "tcp://db-3.db.shop:5432").walk.verdict


def proxy(found: Walked) -> str:
    """Which proxy takes the connection."""
    return f"{step(found, 'capture').verdict} {step(found, 'capture').result.get('proxy', '')}".strip()


@pytest.mark.parametrize(
    ("web", "source", "expected"),
    [
        (deployment("web"), "shop/deployment/web", "pass sidecar"),
        (deployment("web", namespace="legacy"), "legacy/deployment/web", "pass none"),
        (deployment("web", notes='traffic.sidecar.istio.io/excludeOutboundPorts: "8080"'), "shop/web", "pass none"),
        (deployment("web", notes='traffic.sidecar.istio.io/excludeOutboundPorts: "80"'), "shop/web", "pass sidecar"),
        (deployment("web", namespace="dark"), "dark/deployment/web", "unknown"),
        (deployment("web"), "gone/deployment/web", "unknown"),
    ],
)
def test_capture(web: str, source: str, expected: str) -> None:
    """A sidecar takes the connection, unless there is none or the port is left out."""
    assert expected == proxy(walked(shop(web=web), "http://payments.shop:8080/", source))


def test_capture_of_an_assumed_client() -> None:
    """It is said that the client is assumed."""
    assert "assumed" in step(walked(shop(), "http://payments.shop:8080/", ""), "capture").detail


AMBIENT = thing("Namespace", "mesh", namespace="", meta="labels: {istio.io/dataplane-mode: ambient}")


def test_ambient() -> None:
    """What ztunnel does is not modelled: unknown."""
    held = shop(AMBIENT, deployment("api", namespace="mesh"), app("far", namespace="mesh"))
    out, in_ = (
        walked(held, "http://payments.shop:8080/", "mesh/deployment/api"),
        walked(held, "http://far.mesh:8080/"),
    )

    assert "unknown ztunnel" == proxy(out)
    assert ("undetermined", "undetermined") == (str(out.walk.verdict), str(in_.walk.verdict))
    assert "transport" in unknown(in_)


def listener(port: str, to: str, *texts: str) -> str:
    """Name, filter chain and protocol of the listener for a port of payments, or how the request dies."""
    held = mesh(SPACES, service("payments", port), deployment("payments", pod="nodeName: n"), deployment("web"), *texts)
    found = walked(held, to)
    one = step(found, "listener", hop=0)
    return death(found) if one.verdict == "fail" else " ".join(filter(None, map(str, one.result.values())))


@pytest.mark.parametrize(
    ("port", "to", "expected"),
    [
        ("{name: http, port: 80}", "http://payments:80/", "0.0.0.0_80 http"),
        ("{name: tcp, port: 80}", "tcp://payments:80", "payments.shop.svc.cluster.local_80 tcp"),
        ("{name: tcp, port: 80}", "http://payments:80/", "payments.shop.svc.cluster.local_80 tcp"),
        ("{name: web, port: 80}", "http://payments:80/", "payments.shop.svc.cluster.local_80 auto"),
        ("{name: https, port: 443}", "https://payments/", "payments.shop.svc.cluster.local_443 https"),
        ("{name: http, port: 80}", "https://payments:80/", "0.0.0.0_80 PassthroughFilterChain http"),
        ("{name: http, port: 80}", "tcp://payments:80", "0.0.0.0_80 PassthroughFilterChain http"),
        ("{name: x, port: 80, protocol: UDP}", "tcp://payments:80", ""),
    ],
)
def test_listeners(port: str, to: str, expected: str) -> None:
    """By the port's protocol and what the client speaks."""
    assert expected == listener(port, to)


def test_what_is_no_http_is_let_nowhere() -> None:
    """With REGISTRY_ONLY the passthrough is closed."""
    assert "listener: UH reset" == listener("{name: http, port: 80}", "tcp://payments:80", REGISTRY_ONLY)


REFUSED = "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"


@pytest.mark.parametrize(
    ("to", "texts", "expected"),
    [
        ("http://payments.shop:81/", (), "listener: UF,URX reset"),
        ("http://payments.shop:81/", (service("x", "{name: http, port: 81}"),), f"listener: 503 UF {REFUSED}"),
        ("tcp://payments.shop:81", (service("x", "{name: http, port: 81}"),), "listener: UF,URX reset"),
        ("http://payments.shop:81/", (REGISTRY_ONLY,), "listener: UH reset"),
        (
            "http://payments.shop:81/",
            (service("x", "{name: http, port: 81}"), REGISTRY_ONLY),
            "route: 502 direct_response",
        ),
    ],
)
def test_port_that_the_service_does_not_have(to: str, texts: tuple[str, ...], expected: str) -> None:
    """Its address is passed through, where the mesh allows it, and nobody answers there."""
    assert expected == death(walked(shop(*texts), to))


def test_port_that_a_headless_service_does_not_have() -> None:
    """The pods themselves are dialled, which may listen there."""
    assert "reachable" == walked(mesh(SPACES, *HEAD), "tcp://db.shop:9999", "shop/web-1").walk.verdict


@pytest.mark.parametrize(
    ("to", "texts", "expected"),
    [
        ("http://example.com/", (REGISTRY_ONLY,), "listener: UH reset"),
        ("https://example.com/", (REGISTRY_ONLY,), "listener: UH reset"),
        ("http://example.com/", (REGISTRY_ONLY, service("x", "{name: http, port: 80}")), "route: 502 direct_response"),
        ("https://example.com:80/", (REGISTRY_ONLY, service("x", "{name: http, port: 80}")), "listener: UH reset"),
        ("http://10.0.0.99/", (REGISTRY_ONLY,), "listener: UH reset"),
        ("http://example.com/", (), ""),
        ("https://example.com/", (), ""),
        ("http://example.com/", (service("x", "{name: http, port: 80}"),), ""),
        ("http://10.0.0.99/", (), ""),
    ],
)
def test_outside_the_registry(to: str, texts: tuple[str, ...], expected: str) -> None:
    """Passed through; with REGISTRY_ONLY 502 where others make an HTTP listener on the port, else the black hole."""
    assert expected == death(walked(shop(*texts), to))


@pytest.mark.parametrize(
    ("port", "shared"),
    [
        (service("x", "{name: http, port: 80}"), True),
        (service("x", "{name: tcp, port: 80}"), False),
        (service("x", "{port: 80}"), False),
        (thing("ServiceEntry", "x", "hosts: [a.com]\nports: [{number: 80}]"), True),
        (thing("ServiceEntry", "x", "hosts: [a.com]\naddresses: [10.0.0.1]\nports: [{number: 80}]"), False),
        (thing("ServiceEntry", "x", "hosts: [a.com]\nexportTo: [other]\nports: [{number: 80, protocol: HTTP}]"), False),
    ],
)
def test_listener_that_others_make(port: str, *, shared: bool) -> None:
    """Declared HTTP ports share a listener, and so do undeclared ones without an address of their own."""
    found = step(walked(shop(port), "http://example.com/"), "listener").result.get("name")

    assert ("0.0.0.0_80" if shared else "virtualOutbound") == found


def test_where_the_black_hole_is_set() -> None:
    """The mesh config is pointed at."""
    found = step(walked(shop(REGISTRY_ONLY), "http://example.com/"), "listener")

    assert "virtualOutbound-catchall-tcp" == found.result["filter_chain"]
    assert "ConfigMap istio-system/istio" == str(found.resource)


def test_service_that_is_hidden() -> None:
    """What is not exported to the caller is passed through, or let nowhere."""
    hidden = service("hidden", namespace="bank").replace(
        "namespace: bank", 'namespace: bank, annotations: {networking.istio.io/exportTo: "."}'
    )
    to = "tcp://hidden.bank:8080"

    assert "PassthroughFilterChain" == step(walked(shop(hidden), to), "listener").result["filter_chain"]
    assert "listener: UH reset" == death(walked(shop(hidden, REGISTRY_ONLY), to))


def test_alias() -> None:
    """An ExternalName Service of another Service is that Service; one of the world is passed through."""
    inner, outer = (
        thing("Service", n, f"type: ExternalName\nexternalName: {to}\nports: [{{name: http, port: 8080}}]")
        for n, to in (("inner", "payments.shop.svc.cluster.local"), ("outer", "api.example.com"))
    )
    found = walked(shop(inner, outer), "http://inner.shop:8080/")

    assert "deployment shop/payments" == str(hop_of(found).party.workload)
    assert "reachable" == walked(shop(inner, outer), "tcp://outer.shop:8080").walk.verdict
