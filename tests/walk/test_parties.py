"""Who sends a request, named or assumed."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, branch, deployment, gateway, hop_of, mesh, thing, unknown, walked
from troubleshooter.mesh import Mesh
from troubleshooter.walk import RequestError, Walked

TO = "http://payments.shop:8080/"
OWNER = "ownerReferences: [{kind: StatefulSet, name: db}]"


def shop(*texts: str) -> Mesh:
    """A mesh with payments and web."""
    return mesh(SPACES, app("payments"), deployment("web"), *texts)


def sender(found: Walked) -> str:
    """Who sends, and as what."""
    party = hop_of(found, 0).party
    return f"{party.workload or party.namespace}{' assumed' if party.assumed else ''}"


@pytest.mark.parametrize("source", ["shop/deployment/web", "shop/deploy/web", "shop/web"])
def test_workload(source: str) -> None:
    """By kind and name; a bare name may be any workload that alone has it."""
    assert "deployment shop/web" == sender(walked(shop(), TO, source))


def test_pod() -> None:
    """A pod by its name, or by its ReplicaSet."""
    held = shop(thing("Pod", "db-0", "containers: [{name: app}]", meta=OWNER), thing("StatefulSet", "db"))

    assert "statefulset shop/db" == sender(walked(held, TO, "shop/pod/db-0"))
    assert "db-0" == hop_of(walked(held, TO, "shop/db-0"), 0).party.pod.name


def test_workload_without_pods() -> None:
    """Its template sends."""
    held = shop(thing("Deployment", "idle", "replicas: 0\ntemplate: {metadata: {labels: {app: idle}}}"))

    assert hop_of(walked(held, TO, "shop/deployment/idle"), 0).party.pod.standin


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("shop/deployment/webb", "there is deployment/web"),
        ("shop/nobody", "no pod/nobody in namespace shop"),
        ("legacy/x", "there are no workloads in it"),
        ("gateway:edge/publik", "there is edge/public"),
        ("gateway:shop/y", "there is no such Gateway"),
        ("gateway:x/y", "nothing of namespace x"),
    ],
)
def test_nobody_of_that_name(source: str, said: str) -> None:
    """In a namespace that was seen a caller has to be there; who is meant is named."""
    with pytest.raises(RequestError, match=said):
        walked(shop(INGRESS, gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}")), TO, source)


def test_namespace_that_was_not_seen() -> None:
    """Of a caller in it nothing is known."""
    found = walked(shop(), TO, "dark/deployment/web")

    assert ("dark", "undetermined") == (sender(found), str(found.walk.verdict))
    assert {"capture", "transport"} <= set(unknown(found))


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("http://payments.shop:8080/", "shop assumed"),
        ("http://payments:8080/", "shop assumed"),
        ("http://example.com/", "default assumed"),
        ("http://10.0.0.1/", "default assumed"),
    ],
)
def test_assumed_client(to: str, expected: str) -> None:
    """Without `--from` a client with a proxy in the destination's namespace is assumed, and said."""
    found = walked(shop(), to, "")

    assert expected == sender(found)
    assert any("with a proxy in namespace" in text for text in found.walk.request.assumed)


def test_short_name_that_several_namespaces_have() -> None:
    """It means nobody's in particular."""
    held = shop(app("payments", namespace="bank"))

    assert "default assumed" == sender(walked(held, "http://payments:8080/", ""))


PUBLIC = (
    INGRESS,
    gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: [shop.example.com]}"),
    thing(
        "VirtualService",
        "public",
        "hosts: [shop.example.com]\ngateways: [edge/public]\nhttp: [{route: [{destination: {host: payments}}]}]",
    ),
)


PUBLIC_URL = "http://shop.example.com/"


def test_outside_is_assumed_where_only_gateways_serve() -> None:
    """A host that only a Gateway has comes from outside."""
    found = walked(shop(*PUBLIC), "http://shop.example.com/", "")

    assert ("reachable", "deployment edge/ingress") == (str(found.walk.verdict), sender(found))
    assert any("outside" in text for text in found.walk.request.assumed)


def test_outside_is_assumed_where_a_route_is_for_gateways_alone() -> None:
    """A host that no Gateway takes, though a VirtualService for gateways has it: that may be the very mistake."""
    others = gateway("public", "- {port: {number: 80, protocol: HTTP}, hosts: [other.example.com]}")
    found = walked(shop(INGRESS, others, PUBLIC[2]), "http://shop.example.com/", "")

    assert ("unreachable", "deployment edge/ingress") == (str(found.walk.verdict), sender(found))
    assert any("bound to gateways alone" in text for text in found.walk.request.assumed)


@pytest.mark.parametrize("source", ["outside", "gateway:edge/public"])
def test_outside(source: str) -> None:
    """By the gateway that serves it, or the one that is named."""
    assert "deployment edge/ingress" == sender(walked(shop(*PUBLIC), "http://shop.example.com/", source))


def test_outside_by_a_port_that_no_gateway_has() -> None:
    """The pods of the gateway that names the host refuse it."""
    found = walked(shop(*PUBLIC), "http://shop.example.com:81/", "outside")

    assert ("refused", "deployment edge/ingress") == (str(found.walk.outcome.connection), sender(found))


def test_outside_at_a_host_and_port_that_no_gateway_has() -> None:
    """It is said that none serves it."""
    with pytest.raises(RequestError, match="no Gateway serves http, port 81"):
        walked(shop(*PUBLIC), "http://other.example.com:81/", "outside")


SECOND = (
    INGRESS.replace("name: ingress", "name: second").replace("istio: ingress", "istio: second"),
    gateway("second", "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}", selector="istio: second"),
)


def test_two_gateways() -> None:
    """Where both have routes for the host, nothing tells how many requests come through each."""
    routes = "hosts: [shop.example.com]\ngateways: [edge/second]\nhttp: [{route: [{destination: {host: nobody}}]}]"
    found = walked(shop(*PUBLIC, *SECOND, thing("VirtualService", "second", routes)), PUBLIC_URL, "outside")

    assert ("ambiguous", [None, None]) == (str(found.walk.verdict), [b.share for b in found.walk.branches])
    assert {"gateway"} == {b.by for b in found.walk.branches}
    assert ["unreachable", "reachable"] == [str(b.verdict) for b in found.walk.branches]


def test_two_gateways_and_one_with_routes() -> None:
    """A client enters by the gateway that has routes for the host, though another would take the host too."""
    found = walked(shop(*PUBLIC, *SECOND), PUBLIC_URL, "outside")

    assert ("reachable", "deployment edge/ingress") == (str(found.walk.verdict), sender(found))


def test_gateway_of_the_gateway_api_beside_another() -> None:
    """Whoever names the host comes before a Gateway that takes any host and has no routes for this one."""
    listener = "listeners: [{port: 80, hostname: api.example.com, protocol: HTTP}]"
    api = thing("Gateway", "api", listener).replace("networking.istio.io", "gateway.networking.k8s.io")
    found = walked(shop(*SECOND, api), "http://api.example.com/", "outside")

    assert "undetermined" == str(found.walk.verdict)


def test_two_gateways_alike() -> None:
    """Where both do the same it is one branch."""
    other = INGRESS.replace("name: ingress", "name: second").replace("istio: ingress", "istio: second")
    wide = [
        t.replace("istio: ingress", "") if t.startswith("apiVersion: networking.istio.io/v1\nkind: Gateway") else t
        for t in PUBLIC
    ]
    found = walked(shop(*wide, other), "http://shop.example.com/", "outside")

    assert (1, 1.0, "reachable") == (len(found.walk.branches), branch(found).share, str(found.walk.verdict))


def test_pods_of_the_caller_that_differ() -> None:
    """Pods of one workload that a request could tell apart are branches."""
    held = shop(
        thing("StatefulSet", "db"),
        thing("PeerAuthentication", "strict", "mtls: {mode: STRICT}"),
        *(thing("Pod", f"db-{n}", "containers: [{name: app}]", meta=OWNER) for n in range(2)),
        thing("Pod", "db-2", "containers: [{name: app}, {name: istio-proxy}]", meta=OWNER),
        thing("Pod", "payments-0", "containers: [{name: app}, {name: istio-proxy}]", meta="labels: {app: payments}"),
    )
    found = walked(held, TO, "shop/statefulset/db")

    assert ("ambiguous", [0.6667, 0.3333]) == (str(found.walk.verdict), [b.share for b in found.walk.branches])
    assert "pods of the caller" == branch(found).by


def test_gateway_of_the_gateway_api() -> None:
    """It is there, and not modelled."""
    listener = "listeners: [{port: 80, hostname: '*.example.com', protocol: HTTP}]"
    text = thing("Gateway", "api", listener).replace("networking.istio.io", "gateway.networking.k8s.io")
    held = shop(text)

    assert ["undetermined"] * 2 == [
        str(walked(held, "http://shop.example.com/", source).walk.verdict) for source in ("outside", "gateway:shop/api")
    ]
