"""A gateway's hop: the way in, its servers, its virtual hosts; gateways behind gateways."""

from __future__ import annotations

import pytest

from tests.meshes import (
    INGRESS,
    SPACES,
    app,
    death,
    deployment,
    gateway,
    hop_of,
    mesh,
    service,
    step,
    thing,
    unknown,
    walked,
)
from troubleshooter.mesh import Mesh
from troubleshooter.walk import Walked

PLAIN = "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}"
TO = "http://shop.example.com/api"
TLS = "- {port: {number: 443, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop}}"


def routes(
    more: str = "http: [{route: [{destination: {host: payments}}]}]",
    *,
    name: str = "public",
    hosts: str = "[shop.example.com]",
) -> str:
    """A VirtualService that is bound to Gateway edge/public."""
    return thing("VirtualService", name, f"hosts: {hosts}\ngateways: [edge/public]\n{more}")


def edge(servers: str, *texts: str) -> Mesh:
    """A mesh with an ingress, a Gateway of these servers, payments and next."""
    return mesh(SPACES, INGRESS, app("payments"), app("next"), gateway("public", servers), *texts)


def outside(held: Mesh, to: str = TO, **options: str) -> Walked:
    """A walk from outside through the Gateway public."""
    return walked(held, to, "gateway:edge/public", **options)


def test_through_one_gateway() -> None:
    """Every stage of the gateway, then the target."""
    found = outside(edge(PLAIN, routes()))

    assert ("reachable", "deployment shop/payments") == (str(found.walk.verdict), str(hop_of(found).party.workload))
    assert "gateway" == step(found, "capture").result["proxy"]
    assert {"name": "0.0.0.0_8080", "filter_chain": "", "protocol": "http", "tls": ""} == step(found, "listener").result
    assert "shop.example.com:80" == step(found, "route").result["virtual_host"]


@pytest.mark.parametrize(
    ("servers", "to", "expected"),
    [
        (PLAIN, "http://shop.example.com:81/", "listener: refused"),
        (PLAIN, "http://shop.example.com:443/", "listener: refused"),
        (PLAIN, "https://shop.example.com:80/", "listener: 400 DPE http1.codec_error tls-error"),
        (TLS, "http://shop.example.com:443/", "listener: NR filter_chain_not_found reset"),
        (TLS.replace("[shop.example.com]", "['*']"), "http://shop.example.com:443/", "listener: reset"),
        (TLS, "https://other.example.com/", "listener: NR filter_chain_not_found reset"),
        (PLAIN, "http://other.example.com/", "route: 404 NR route_not_found"),
        (PLAIN.replace("'*'", "x.example.com"), TO, "route: 404 NR route_not_found"),
        ("- {port: {number: 9000, protocol: TCP}, hosts: ['*']}", "tcp://x:9000", "listener: refused"),
    ],
)
def test_ways_to_die_at_the_gateway(servers: str, to: str, expected: str) -> None:
    """No port, the wrong protocol, no server or no route for the name."""
    assert expected == death(outside(edge(servers, routes()), to))


def test_tls_is_terminated() -> None:
    """The server is chosen by the name in the hello; its certificate is assumed to be good."""
    found = outside(edge(TLS, routes()), "https://shop.example.com/")

    assert ("reachable", "SIMPLE") == (str(found.walk.verdict), step(found, "listener").result["tls"])
    assert "the certificate is good for the client" in step(found, "listener").assumes


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ((), ""),
        ((thing("Secret", "shop", namespace="edge"),), ""),
        ((thing("Secret", "other", namespace="edge"),), "listener: reset"),
        ((thing("Secret", "shop", namespace="shop"),), ""),
    ],
)
def test_secret_of_a_server(secret: tuple[str, ...], expected: str) -> None:
    """It has to be in the gateway's namespace, if Secrets were seen there."""
    assert expected == death(outside(edge(TLS, routes(), *secret), "https://shop.example.com/"))


def test_tls_that_ends_at_a_load_balancer() -> None:
    """Where an annotation says that the load balancer ends TLS, a plaintext server is right for https."""
    plain = "- {port: {number: 443, protocol: HTTP}, hosts: ['*']}"
    cert = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert"
    ends = f"metadata: {{annotations: {{{cert}: arn}}, name: ingress"
    lines = mesh(SPACES, INGRESS.replace("kind: Service\nmetadata: {name: ingress", f"kind: Service\n{ends}"),
                 app("payments"), gateway("public", plain), routes())  # fmt: skip

    assert "" == death(outside(lines, "https://shop.example.com/api"))


def test_https_redirect() -> None:
    """A plain request is answered with 301, routes or not."""
    redirecting = "- {port: {number: 80, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}"

    assert ["301 direct_response"] * 2 == [death(outside(edge(redirecting, *held))) for held in ((), (routes(),))]


PASSTHROUGH = "- {port: {number: 443, protocol: TLS}, hosts: ['*.example.com'], tls: {mode: PASSTHROUGH}}"
BY_NAME = "tls: [{match: [{sniHosts: [shop.example.com]}], route: [{destination: {host: payments}}]}]"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (BY_NAME, ""),
        (BY_NAME.replace("shop.example.com", "x.example.com"), "route: NR filter_chain_not_found reset"),
        ("http: [{route: [{destination: {host: payments}}]}]", "route: refused"),
    ],
)
def test_tls_passthrough(more: str, expected: str) -> None:
    """Only tls routes count, by name."""
    held = mesh(
        SPACES, INGRESS, app("payments", "{name: tls, port: 443}"), gateway("public", PASSTHROUGH), routes(more)
    )  # fmt: skip

    assert expected == death(outside(held, "https://shop.example.com/"))


def test_tcp_through_a_gateway() -> None:
    """A tcp route by the server's port."""
    ports = "{name: tcp, port: 9000}"
    open_ = thing("Service", "more", "selector: {istio: ingress}\nports: [{name: tcp, port: 9000}]", namespace="edge")
    held = mesh(
        SPACES, INGRESS, open_, app("db", ports),
        gateway("public", "- {port: {number: 9000, protocol: TCP}, hosts: ['*']}"),
        routes("tcp: [{route: [{destination: {host: db, port: {number: 9000}}}]}]", hosts="['*']"),
    )  # fmt: skip

    assert "reachable" == outside(held, "tcp://shop.example.com:9000").walk.verdict


def test_gateway_without_pods() -> None:
    """Nothing listens, if other gateways were seen; else it is not known."""
    lost = gateway("lost", PLAIN, selector="istio: none")

    assert "listener: refused" == death(walked(mesh(SPACES, INGRESS, lost), TO, "gateway:edge/lost"))
    found = walked(mesh(SPACES, app("payments"), lost, routes().replace("public", "lost")), TO, "gateway:edge/lost")
    assert ("undetermined", True) == (str(found.walk.verdict), "listener" in unknown(found))


def test_auto_passthrough_is_for_names_of_the_mesh() -> None:
    """A client outside, whose hello has no such name, finds no filter chain."""
    held = edge("- {port: {number: 443, protocol: TLS}, hosts: ['*.local'], tls: {mode: AUTO_PASSTHROUGH}}")

    assert "listener: NR filter_chain_not_found reset" == death(
        outside(held, "https://payments.shop.svc.cluster.local/")
    )


def test_bound_elsewhere() -> None:
    """A VirtualService for the host that is not bound here is remembered."""
    other = thing(
        "VirtualService", "mine", "hosts: [shop.example.com]\nhttp: [{route: [{destination: {host: payments}}]}]"
    )
    found = outside(edge(PLAIN, other))

    assert "route: 404 NR route_not_found" == death(found)
    assert ["mine"] == [v.name for v in hop_of(found).routing.overlooked]


def test_merged_routes() -> None:
    """Routes of all VirtualServices for the host, the catch-all last."""
    all_ = routes(name="a")
    api = routes("http: [{match: [{uri: {prefix: /api}}], route: [{destination: {host: next}}]}]", name="b")
    found = outside(edge(PLAIN, all_, api))

    assert "deployment shop/next" == str(hop_of(found).party.workload)


def test_policies_of_a_gateway() -> None:
    """Tokens and policies are looked at before routes."""
    deny = thing("AuthorizationPolicy", "deny", "action: DENY\nrules: [{}]", namespace="edge")
    jwt = thing("RequestAuthentication", "jwt", "jwtRules: [{issuer: a}]", namespace="edge")
    held = edge(PLAIN, routes(), jwt)

    assert death(outside(edge(PLAIN, routes(), deny))).startswith("authorization: 403")
    assert death(walked(held, TO, "gateway:edge/public", headers=[("Authorization", "Bearer x")])).startswith(
        "authentication: 401"
    )


def test_policy_sees_the_container_port() -> None:
    """A policy names the port on which the gateway listens."""
    held = [
        edge(
            PLAIN,
            routes(),
            thing(
                "AuthorizationPolicy",
                "d",
                f"action: DENY\nrules: [{{to: [{{operation: {{ports: ['{p}']}}}}]}}]",
                namespace="edge",
            ),
        )
        for p in (80, 8080)
    ]

    assert ["reachable", "unreachable"] == [str(outside(h).walk.verdict) for h in held]


def test_from_a_sidecar_through_the_gateways_service() -> None:
    """A client in the mesh reaches it by its Service; plaintext fits, mutual TLS is not sent."""
    held = edge(PLAIN, routes(), deployment("web"))
    found = walked(held, "http://ingress.edge/", headers=[("Host", "shop.example.com")])

    assert ["sender", "gateway", "target"] == [str(h.kind) for h in found.trails[0].hops]
    assert "reachable" == found.walk.verdict


EGRESS = (
    thing("Namespace", "egress", namespace="", meta="labels: {istio-injection: enabled}"),
    thing(
        "Service",
        "egress",
        "selector: {istio: egress}\nports: [{name: http, port: 80, targetPort: 8080}]",
        namespace="egress",
    ),
    thing(
        "Deployment",
        "egress",
        "template: {metadata: {labels: {istio: egress}}, spec: {containers: [{name: istio-proxy}]}}",
        namespace="egress",
    ),
    thing(
        "ServiceEntry",
        "api",
        """
        hosts: [api.example.com]
        ports: [{number: 80, name: http, protocol: HTTP}, {number: 443, name: tls, protocol: TLS}]
        resolution: DNS
        """,
    ),
    gateway("egress", PLAIN, namespace="egress", selector="istio: egress"),
)
BOTH = """
hosts: [api.example.com]
gateways: [mesh, egress/egress]
http:
- match: [{gateways: [mesh], port: 80}]
  route: [{destination: {host: egress.egress.svc.cluster.local, port: {number: 80}}}]
- match: [{gateways: [egress/egress], port: 80}]
  route: [{destination: {host: api.example.com, port: {number: 443}}}]
"""


def egress(*texts: str) -> Mesh:
    """A mesh whose calls of api.example.com leave through an egress gateway."""
    return mesh(SPACES, *EGRESS, deployment("web"), thing("VirtualService", "api", BOTH), *texts)


def test_egress_gateway() -> None:
    """One VirtualService for the sidecar and the gateway makes two hops."""
    found = walked(egress(), "http://api.example.com/")

    assert ["sender", "gateway"] == [str(h.kind) for h in found.trails[0].hops]
    assert ["outbound|80||egress.egress.svc.cluster.local", "outbound|443||api.example.com"] == [
        step(found, "cluster", hop=n).result["name"] for n in (0, 1)
    ]
    assert "reachable" == found.walk.verdict


def test_egress_gateway_originates_tls() -> None:
    """A DestinationRule for the world makes the gateway speak TLS."""
    rule = thing(
        "DestinationRule", "api", "host: api.example.com\ntrafficPolicy: {tls: {mode: SIMPLE}}", namespace="egress"
    )

    assert "tls" == step(walked(egress(rule), "http://api.example.com/"), "transport", hop=1).result["mode"]


def test_mutual_tls_to_a_plaintext_server() -> None:
    """A server of the gateway takes TLS or plaintext, one or the other."""
    rule = thing(
        "DestinationRule", "e", "host: egress.egress.svc.cluster.local\ntrafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"
    )

    assert death(walked(egress(rule), "http://api.example.com/")).startswith("transport: 503 UF")


def test_plaintext_to_a_tls_server() -> None:
    """And the other way round."""
    mutual = "- {port: {number: 80, protocol: HTTPS}, hosts: ['*'], tls: {mode: ISTIO_MUTUAL}}"
    texts = [
        t if "kind: Gateway" not in t else gateway("egress", mutual, namespace="egress", selector="istio: egress")
        for t in EGRESS
    ]
    held = mesh(SPACES, *texts, deployment("web"), thing("VirtualService", "api", BOTH))
    rule = thing(
        "DestinationRule", "e", "host: egress.egress.svc.cluster.local\ntrafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"
    )

    assert death(walked(held, "http://api.example.com/")).startswith("transport: 503 UC")
    with_rule = mesh(SPACES, *texts, deployment("web"), thing("VirtualService", "api", BOTH), rule)
    assert "reachable" == walked(with_rule, "http://api.example.com/").walk.verdict


def test_gateway_that_sends_to_itself() -> None:
    """A route in a circle ends."""
    loop = routes("http: [{route: [{destination: {host: ingress.edge.svc.cluster.local, port: {number: 80}}}]}]")
    found = outside(edge(PLAIN, loop))

    assert len(found.trails[0].hops) <= 7


def test_two_gateways_in_a_row() -> None:
    """A gateway may send to the pods of another."""
    second = (
        INGRESS.replace("edge", "inner")
        .replace("istio: ingress", "istio: inner")
        .replace("name: ingress", "name: inner")
    )
    inner = thing(
        "VirtualService",
        "inner",
        "hosts: ['*']\ngateways: [inner/inner]\nhttp: [{route: [{destination: {host: payments}}]}]",
    )
    held = edge(
        PLAIN,
        second,
        gateway("inner", PLAIN, namespace="inner", selector="istio: inner"),
        routes("http: [{route: [{destination: {host: inner.inner.svc.cluster.local, port: {number: 80}}}]}]"),
        inner,
    )
    found = outside(held)

    assert ["gateway", "gateway", "target"] == [str(h.kind) for h in found.trails[0].hops]
    assert "reachable" == found.walk.verdict


def test_port_that_the_inner_gateway_does_not_open() -> None:
    """The proxy before it answers for it."""
    closed = gateway(
        "egress", "- {port: {number: 81, protocol: HTTP}, hosts: ['*']}", namespace="egress", selector="istio: egress"
    )
    texts = [t for t in EGRESS if "kind: Gateway" not in t]
    held = mesh(SPACES, *texts, closed, deployment("web"), thing("VirtualService", "api", BOTH))

    assert death(walked(held, "http://api.example.com/")).startswith("listener: 503 UF")


def test_service_in_front_without_the_port() -> None:
    """A client outside is refused."""
    narrow = service("ingress", "{name: http, port: 8888}", namespace="edge").replace("app: ingress", "istio: ingress")
    texts = [
        INGRESS.replace("{name: http, port: 80, targetPort: 8080}", "{name: http, port: 8000, targetPort: 8080}"),
        narrow,
    ]
    held = mesh(SPACES, *texts, app("payments"), gateway("public", PLAIN), routes())

    assert "listener: refused" == death(outside(held))


def test_route_of_the_gateway_that_is_patched() -> None:
    """What an EnvoyFilter makes of a gateway's routes is unknown."""
    patch = thing(
        "EnvoyFilter", "f", "configPatches: [{applyTo: HTTP_ROUTE, match: {context: GATEWAY}}]", namespace="edge"
    )
    found = outside(edge(PLAIN, routes(), patch))

    assert ("undetermined", ["route"]) == (str(found.walk.verdict), unknown(found))


def test_ipv6_authority() -> None:
    """A host may be an IPv6 address."""
    found = outside(edge(PLAIN, routes(hosts="['*']")), "http://[2001:db8::1]/")

    assert "reachable" == found.walk.verdict


def test_tcp_behind_tls() -> None:
    """A TLS server that is not HTTPS passes on what is inside."""
    server = "- {port: {number: 443, protocol: TLS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop}}"
    held = mesh(
        SPACES, INGRESS, app("db", "{name: tcp, port: 5432}"), gateway("public", server),
        routes("tcp: [{route: [{destination: {host: db}}]}]", hosts="['*']"),
    )  # fmt: skip
    found = outside(held, "https://shop.example.com/")

    assert ("reachable", "tcp") == (str(found.walk.verdict), step(found, "listener", hop=1).result["protocol"])
