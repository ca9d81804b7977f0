"""The cluster and endpoint stages: does the destination exist, and who answers?"""

from __future__ import annotations

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

TO = "http://payments.shop:8080/"
SUBSETS = "subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]"


def shop(*texts: str, route: str = "") -> Mesh:
    """A mesh with payments and web; `route` is the route of a VirtualService for payments."""
    held = (thing("VirtualService", "v", f"hosts: [payments]\nhttp: [{{route: {route}}}]"),) if route else ()
    return mesh(SPACES, app("payments"), deployment("web"), *held, *texts)


def rule(more: str = SUBSETS, name: str = "payments") -> str:
    """A DestinationRule for payments."""
    return thing("DestinationRule", name, f"host: payments\n{more}")


def running(name: str, labels: str, *, node: str = "", rest: str = "status: {phase: Running, podIP: 10.0.0.1}") -> str:
    """A running pod of payments with a proxy."""
    spec = f"nodeName: {node}\ncontainers: [{{name: app}}, {{name: istio-proxy}}]"
    return thing("Pod", name, spec, meta=f"labels: {{app: payments, {labels}}}", rest=rest)


NC = "cluster: 503 NC cluster_not_found"


@pytest.mark.parametrize(
    ("route", "texts", "expected"),
    [
        ("[{destination: {host: paymint}}]", (), NC),
        ("[{destination: {host: paymint.shop}}]", (), NC),
        ("[{destination: {host: payments, port: {number: 81}}}]", (), NC),
        ("[{destination: {host: payments, subset: v1}}]", (), NC),
        ("[{destination: {host: payments, subset: v9}}]", (rule(),), NC),
        ("[{destination: {host: payments, subset: v1}}]", (rule(),), "endpoint: 503 UH no_healthy_upstream"),
        ("[{destination: {host: payments, subset: v1}}]", (rule(), running("p-1", "version: v1")), ""),
        ("[{destination: {host: payments}}]", (), ""),
        ("[{destination: {host: payments.shop.svc.cluster.local}}]", (), ""),
    ],
)
def test_destinations(route: str, texts: tuple[str, ...], expected: str) -> None:
    """Host, port and subset have to exist, and some endpoint in the subset."""
    assert expected == death(walked(shop(*texts, route=route), TO))


def test_destination_in_a_namespace_that_was_not_seen() -> None:
    """Whether it exists is not known."""
    found = walked(shop(route="[{destination: {host: ledger.bank.svc.cluster.local}}]"), TO)

    assert ("undetermined", "cluster") == (str(found.walk.verdict), unknown(found)[0])


def test_missing_destination_of_a_connection() -> None:
    """It is closed."""
    held = mesh(
        SPACES, app("db", "{name: tcp, port: 5432}"), deployment("web"),
        thing("VirtualService", "v", "hosts: [db]\ntcp: [{route: [{destination: {host: none}}]}]"),
    )  # fmt: skip

    assert "cluster: NC reset" == death(walked(held, "tcp://db:5432"))


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("{name: http, port: 9090}", NC),
        ("{name: http, port: 9090}, {name: other, port: 9091}", NC),
        ("{name: http, port: 8080}, {name: other, port: 9091}", "outbound|8080||next.shop.svc.cluster.local"),
    ],
)
def test_port_that_a_route_does_not_name(ports: str, expected: str) -> None:
    """A sidecar takes the one that was dialled, whatever ports the Service has."""
    found = walked(shop(app("next", ports), route="[{destination: {host: next}}]"), TO)

    assert expected == (death(found) or step(found, "cluster").result["name"])


def test_rule_in_force() -> None:
    """It is pointed at, with the rules that do not count."""
    held = shop(rule(), thing("DestinationRule", "wide", "host: '*.local'", namespace="istio-system"))
    cluster = hop_of(walked(held, TO), 0).cluster

    assert ("payments", ["wide"]) == (cluster.rule.object.name, [r.object.name for r in cluster.rivals])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((service("empty"),), "endpoint: 503 UH no_healthy_upstream"),
        (
            (service("empty"), thing("Deployment", "e", "replicas: 0\ntemplate: {metadata: {labels: {app: empty}}}")),
            "endpoint: 503 UH no_healthy_upstream",
        ),
    ],
)
def test_no_endpoint(texts: tuple[str, ...], expected: str) -> None:
    """Nobody is there to answer."""
    assert expected == death(walked(shop(*texts), "http://empty:8080/"))


def test_no_endpoint_of_a_connection() -> None:
    """A connection is closed, and refused where no proxy makes it."""
    held = mesh(
        SPACES, service("db", "{name: tcp, port: 5432}"), deployment("web"), deployment("old", namespace="legacy")
    )  # fmt: skip

    assert "endpoint: UH reset" == death(walked(held, "tcp://db:5432"))
    assert "endpoint: refused" == death(walked(held, "tcp://db.shop:5432", "legacy/deployment/old"))


def test_namespace_of_which_no_workload_was_seen() -> None:
    """Whether a Service has endpoints is not known then."""
    found = walked(shop(service("ledger", namespace="bank")), "http://ledger.bank:8080/")

    assert ("undetermined", ["endpoint"]) == (str(found.walk.verdict), unknown(found))


def test_port_of_a_bare_caller() -> None:
    """Without a proxy a port that the Service does not have leads nowhere."""
    held = shop(deployment("old", namespace="legacy"))

    assert "cluster: refused" == death(walked(held, "http://payments.shop:81/", "legacy/deployment/old"))


def test_address_of_a_pod() -> None:
    """It is passed through to the pod; the pod's proxy judges it."""
    held = mesh(SPACES, deployment("web"), service("payments"), running("p-1", "v: x"))
    found = walked(held, "http://10.0.0.1:8080/")

    assert ("reachable", "pod shop/p-1") == (str(found.walk.verdict), str(hop_of(found).party.workload))
    assert "inbound|8080||" == step(found, "listener", hop=1).result["filter_chain"]


def test_address_of_a_pod_under_strict() -> None:
    """What is passed through is plaintext."""
    strict = thing("PeerAuthentication", "p", "mtls: {mode: STRICT}")
    held = mesh(SPACES, deployment("web"), service("payments"), running("p-1", "v: x"), strict)

    assert "transport: reset" == death(walked(held, "tcp://10.0.0.1:8080"))


def test_the_world() -> None:
    """What answers there is assumed."""
    found = walked(shop(), "http://example.com/")

    assert ("reachable", ["example.com answers"]) == (str(found.walk.verdict), list(step(found, "endpoint").assumes))
    assert ["sender"] == [str(h.kind) for h in found.trails[0].hops]


ENTRY = """
hosts: [api.example.com]
ports: [{{number: 443, name: tls, protocol: TLS}}, {{number: 80, name: http, protocol: HTTP}}]
{}
"""


@pytest.mark.parametrize(
    ("more", "to", "expected"),
    [
        ("resolution: DNS", "https://api.example.com/", ""),
        ("resolution: DNS", "http://api.example.com/", ""),
        ("resolution: NONE", "https://api.example.com/", ""),
        ("resolution: STATIC", "http://api.example.com/", "endpoint: 503 UH no_healthy_upstream"),
        ("resolution: STATIC\nendpoints: [{address: 10.9.9.9}]", "http://api.example.com/", ""),
    ],
)
def test_egress_by_a_service_entry(more: str, to: str, expected: str) -> None:
    """A host of the world that the registry has, with or without REGISTRY_ONLY."""
    only = mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")
    entry = thing("ServiceEntry", "api", ENTRY.format(more))

    assert [expected, expected] == [death(walked(shop(entry, *t), to)) for t in ((), (only,))]


def test_weights() -> None:
    """Each destination is a branch; one of which no subset is left dies for its share."""
    parts = (("v1", 90), ("v2", 10))
    route = ", ".join(f"{{destination: {{host: payments, subset: {s}}}, weight: {w}}}" for s, w in parts)
    found = walked(shop(rule(), running("p-1", "version: v1"), route=f"[{route}]"), TO)

    assert ("ambiguous", ["endpoint: 503 UH no_healthy_upstream", ""]) == (
        str(found.walk.verdict), [death(found, n) for n in (0, 1)],
    )  # fmt: skip
    assert [(0.1, "weight"), (0.9, "weight")] == [(b.share, b.by) for b in found.walk.branches]


def test_endpoints_without_a_proxy_under_strict() -> None:
    """Auto mTLS knows which endpoints have a proxy; a rule does not."""
    bare = thing(
        "Pod", "p-2", "containers: [{name: app}]", meta="labels: {app: payments}", rest="status: {phase: Running}"
    )
    held = (running("p-1", "version: v1"), bare)
    mutual = rule("trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}")

    assert "reachable" == walked(mesh(SPACES, service("payments"), deployment("web"), *held), TO).walk.verdict
    found = walked(mesh(SPACES, service("payments"), deployment("web"), *held, mutual), TO)
    assert ("ambiguous", [0.5, 0.5], "endpoints") == (
        str(found.walk.verdict), [b.share for b in found.walk.branches], branch(found).by,
    )  # fmt: skip


def node(name: str, zone: str) -> str:
    """A Node."""
    meta = f"labels: {{topology.kubernetes.io/region: r, topology.kubernetes.io/zone: {zone}}}"
    return thing("Node", name, namespace="", meta=meta)


def zones(*texts: str) -> Walked:
    """A walk from a pod in zone z1 to payments with pods in z1 and z2."""
    web = thing("Pod", "web", "nodeName: n1\ncontainers: [{name: app}, {name: istio-proxy}]")
    held = mesh(
        SPACES, node("n1", "z1"), node("n2", "z2"), web, service("payments"),
        running("p-1", "version: v1", node="n1"),
        running("p-2", "version: v2", node="n2", rest="status: {phase: Running, podIP: 10.0.0.2}"), *texts,
    )  # fmt: skip
    return walked(held, TO, "shop/web")


OUTLIER = "outlierDetection: {consecutive5xxErrors: 5}"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), [0, 0]),
        ((rule(f"trafficPolicy: {{{OUTLIER}}}"),), [0, 1]),
        ((rule("trafficPolicy: {outlierDetection: {}}"),), [0, 1]),
        ((rule(f"trafficPolicy: {{{OUTLIER}, loadBalancer: {{localityLbSetting: {{enabled: false}}}}}}"),), [0, 0]),
        ((rule(f"trafficPolicy: {{{OUTLIER}}}"), mesh_config("localityLbSetting: {enabled: false}")), [0, 0]),
    ],
)
def test_localities(texts: tuple[str, ...], expected: list[int]) -> None:
    """Priorities hold with outlier detection, unless the setting is off."""
    assert expected == [e["priority"] for e in step(zones(*texts), "endpoint").result["endpoints"]]


def test_distribution_away_from_here() -> None:
    """Weights to a zone where nobody is leave nobody."""
    setting = "{distribute: [{from: 'r/z1/*', to: {'r/z9/*': 100}}]}"
    found = zones(rule(f"trafficPolicy: {{loadBalancer: {{localityLbSetting: {setting}}}}}"))

    assert "endpoint: 503 UH no_healthy_upstream" == death(found)


def test_what_a_service_prefers() -> None:
    """TrafficDistribution makes priorities without outlier detection; a rule's own setting outranks it."""
    held = [
        mesh(
            SPACES, node("n1", "z1"), node("n2", "z2"), deployment("web"),
            thing("Pod", "client", "nodeName: n1\ncontainers: [{name: app}, {name: istio-proxy}]"),
            service("payments", more="trafficDistribution: PreferClose"),
            running("p-1", "version: v1", node="n1"), running("p-2", "version: v2", node="n2"), *texts,
        )
        for texts in ((), (rule("trafficPolicy: {loadBalancer: {localityLbSetting: {}}}"),))
    ]  # fmt: skip

    assert [[0, 1], [0, 0]] == [
        [e["priority"] for e in step(walked(h, TO, "shop/client"), "endpoint").result["endpoints"]] for h in held
    ]


def test_ambient_has_a_part() -> None:
    """Endpoints that ztunnel takes connections for are not modelled."""
    held = shop(
        thing("Namespace", "m", namespace="", meta="labels: {istio.io/dataplane-mode: ambient}"),
        app("far", namespace="m"),
    )

    assert "transport" in unknown(walked(held, "http://far.m:8080/"))


def test_what_an_endpoint_shows() -> None:
    """Address, port, workload, place, weight and health."""
    (shown,) = step(walked(shop(), TO), "endpoint").result["endpoints"]

    assert {
        "address": "", "port": 8080, "workload": "deployment shop/payments", "locality": "", "network": "",
        "priority": 0, "weight": 1, "healthy": True,
    } == shown  # fmt: skip


@pytest.mark.parametrize(
    ("host", "texts", "expected"),
    [
        ("ledger.bank.svc.cluster.local", (thing("Namespace", "bank", namespace=""),), "undetermined"),
        ("ledger.bank.svc.cluster.local", (service("other", namespace="bank"),), "unreachable"),
        ("payments.bank.svc.cluster.local", (thing("Namespace", "bank", namespace=""),), "unreachable"),
        ("payments.shop.svc.corp.example", (), "undetermined"),
        ("payments.shop.svc.cluster.locl", (), "unreachable"),
    ],
)
def test_whether_a_destination_exists(host: str, texts: tuple[str, ...], expected: str) -> None:
    """It is known where Services or workloads of its namespace were seen, or one of that name elsewhere; nobody tells
    the DNS suffix of the cluster."""
    assert expected == walked(shop(*texts, route=f"[{{destination: {{host: {host}}}}}]"), TO).walk.verdict


OTHER = "other.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("api.example.com", "Service shop/alias stands for api.example.com, and api.example.com is in no registry"),
        (
            OTHER,
            f"Service shop/alias stands for {OTHER}, and Service shop/other is an ExternalName Service too",
        ),
    ],
)
def test_what_an_external_name_stands_for_has_no_cluster(named: str, expected: str) -> None:
    """A route to an ExternalName Service needs the host that this stands for, and follows no second one."""
    alias = thing("Service", "alias", f"type: ExternalName\nexternalName: {named}")
    other = thing("Service", "other", "type: ExternalName\nexternalName: payments.shop.svc.cluster.local")

    found = walked(shop(alias, other, route="[{destination: {host: alias}}]"), TO)

    assert expected == step(found, "cluster").detail
