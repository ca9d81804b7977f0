"""Sidecar objects: which is in force, what it leaves to a proxy, and what becomes of the rest."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, death, deployment, mesh, mesh_config, step, thing, unknown, walked
from troubleshooter.mesh import Mesh

CLOSED = mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")
OTHER = thing("Namespace", "other", namespace="", meta="labels: {istio-injection: enabled}")


def sidecar(spec: str, name: str = "default", namespace: str = "shop") -> str:
    """A Sidecar."""
    return thing("Sidecar", name, spec, namespace=namespace)


def held(*texts: str) -> Mesh:
    """Two services in shop and one in other, with Sidecars and more."""
    return mesh(SPACES, OTHER, app("web"), app("payments"), app("stock", namespace="other"), *texts)


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("['./*']", (True, False)),
        ("['*/*']", (True, True)),
        ("['other/*']", (False, True)),
        ("['./payments.shop.svc.cluster.local', 'other/stock.other.svc.cluster.local']", (True, True)),
        ("['*/*.other.svc.cluster.local']", (False, True)),
        ("['~/*']", (False, False)),
        ("[]", (False, False)),
    ],
)
def test_what_is_imported(hosts: str, expected: tuple[bool, bool]) -> None:
    """A service is left to a proxy if a pattern has its namespace and covers its host."""
    found = held(sidecar(f"egress: [{{hosts: {hosts}}}]"))
    scope = found.sidecars.scope("shop", {})
    names = ("payments.shop.svc.cluster.local", "stock.other.svc.cluster.local")
    services = [found.registry.get(name) for name in names]

    assert expected == tuple(service is not None and scope.has(service) for service in services)


@pytest.mark.parametrize(
    ("labels", "expected"), [({"app": "web"}, "for-web"), ({"app": "payments"}, "default"), ({}, "default")]
)
def test_which_is_in_force(labels: dict[str, str], expected: str) -> None:
    """One that selects the workload goes before the one for the whole namespace, and that before the root's."""
    found = held(
        sidecar("egress: [{hosts: ['*/*']}]", "everybody", "istio-system"),
        sidecar("egress: [{hosts: ['./*']}]"),
        sidecar("workloadSelector: {labels: {app: web}}", "for-web"),
    )
    chosen = found.sidecars.in_force("shop", labels)

    assert (expected, "everybody") == (
        chosen.name if chosen else "",
        getattr(found.sidecars.in_force("other", labels), "name", ""),
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{}", False),
        ("outboundTrafficPolicy: {mode: REGISTRY_ONLY}", True),
        ("outboundTrafficPolicy: {mode: ALLOW_ANY}", False),
        ("outboundTrafficPolicy: {}", True),
    ],
)
def test_what_is_not_known(spec: str, expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """A Sidecar's own policy goes before the mesh's; one without a mode is REGISTRY_ONLY."""
    assert expected == held(sidecar(spec)).sidecars.scope("shop", {}).closed


def test_an_imported_service_is_reached() -> None:
    """A Sidecar that imports what a request uses makes no difference to it."""
    found = walked(held(sidecar("egress: [{hosts: ['./*']}]")), "http://payments:8080/")

    assert ("reachable", []) == (found.walk.verdict, unknown(found))


def test_a_hidden_service_under_registry_only() -> None:
    """What is not imported is not known to the proxy, and refused; the Sidecar is named."""
    found = walked(held(CLOSED, sidecar("egress: [{hosts: ['./*']}]")), "http://stock.other:8080/")

    assert "route: 502 direct_response" == death(found)


def test_a_hidden_service_elsewhere() -> None:
    """Where unknown hosts may be called the request is passed through as it is: in plaintext, which STRICT refuses."""
    strict = thing("PeerAuthentication", "default", "mtls: {mode: STRICT}", namespace="other")
    found = walked(held(strict, sidecar("egress: [{hosts: ['./*']}]")), "http://stock.other:8080/")

    assert "plaintext" == step(found, "transport").result["mode"]
    assert death(found).startswith("transport: ")


def test_routes_that_are_not_imported() -> None:
    """A VirtualService of a namespace that is not imported has no effect."""
    routes = thing(
        "VirtualService",
        "payments",
        "hosts: [payments.shop.svc.cluster.local]\nhttp: [{match: [{uri: {exact: /a}}], "
        "route: [{destination: {host: payments.shop.svc.cluster.local}}]}]",
        namespace="other",
    )
    closed_off = walked(held(routes, sidecar("egress: [{hosts: ['./*']}]")), "http://payments:8080/b")
    open_to_all = walked(held(routes), "http://payments:8080/b")

    assert ("reachable", "route: 404 NR route_not_found") == (closed_off.walk.verdict, death(open_to_all))


def test_listeners_of_its_own() -> None:
    """A listener that is an HTTP proxy is not modelled: what it would do is not known."""
    port = "port: {number: 8080, protocol: HTTP_PROXY, name: proxy}"
    found = walked(held(sidecar(f"egress: [{{{port}, hosts: ['./*']}}]")), "http://payments:8080/")

    assert ["listener", "route", "cluster"] == unknown(found)


def test_shared_listeners_by_sidecar() -> None:
    """Proxies of one namespace with different Sidecars have different listeners of a port, whoever is asked first."""
    found = held(sidecar("workloadSelector: {labels: {app: web}}\negress: [{hosts: ['~/*']}]", "for-web"))
    scopes = [found.sidecars.scope("shop", labels) for labels in ({"app": "payments"}, {"app": "web"}, {})]

    assert [True, False, True] == [found.listeners.shared(8080, scope) is not None for scope in scopes]


def test_inbound_listeners_of_its_own() -> None:
    """Those on the way in are known but for one that is bound to its port, or ends TLS of its own."""
    mine = (
        "workloadSelector: {{labels: {{app: payments}}}}\n"
        "ingress: [{{port: {{number: 8080, protocol: HTTP, name: x}}, defaultEndpoint: '127.0.0.1:80'{more}}}]"
    )

    assert [] == unknown(walked(held(sidecar(mine.format(more=""))), "http://payments:8080/"))
    bound = held(sidecar(mine.format(more=", captureMode: NONE")))
    assert ["listener"] == unknown(walked(bound, "http://payments:8080/"))


def test_gateways_take_no_sidecar() -> None:
    """A Sidecar is for proxies beside an application."""
    alone = mesh(SPACES, deployment("web"), sidecar("egress: [{captureMode: NONE, hosts: ['./*']}]"))

    assert [] == alone.unmodelled.of_proxy("shop", {"app": "web"}, gateway=True)
