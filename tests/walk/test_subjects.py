"""A request as the proxy that judges it sees it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.meshes import INGRESS, SPACES, app, deployment, gateway, hop_of, mesh, mesh_config, thing, walked
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.subject import Subject

TO = "http://pay.shop:8080/a"


def pod(name: str, address: str, owner: str = "web") -> str:
    """A pod of a Deployment, with a proxy."""
    meta = f"labels: {{app: {owner}, pod-template-hash: '1'}}, ownerReferences: [{{kind: ReplicaSet, name: {owner}-1}}]"
    status = f"status: {{phase: Running, podIP: '{address}', conditions: [{{type: Ready, status: 'True'}}]}}"
    return thing("Pod", name, "containers: [{name: app}, {name: istio-proxy}]", meta=meta, rest=status)


def shop(*texts: str) -> Mesh:
    """A mesh in which two pods of web call the one pod of pay."""
    pods = (pod("web-1-a", "10.1.0.5"), pod("web-1-b", "10.1.0.6"), pod("pay-1-a", "10.1.0.9", "pay"))
    return mesh(SPACES, app("pay"), deployment("web"), *pods, *texts)


def seen(held: Mesh, to: str = TO, source: str = "shop/deployment/web", **options: Any) -> Subject:
    """What the proxy of pay sees."""
    found: Subject = hop_of(walked(held, to, source, **options)).subject
    return found


def test_addresses_of_the_peer() -> None:
    """Those of all pods of a workload, or that of the pod that was named."""
    assert ("10.1.0.5", "10.1.0.6") == seen(shop()).peers
    assert ("10.1.0.6",) == seen(shop(), source="shop/pod/web-1-b").peers


def test_address_that_was_not_seen() -> None:
    """Where pods are only foretold, no address is known."""
    assert () == seen(mesh(SPACES, app("pay"), deployment("web"))).peers


def test_where_the_connection_came_in() -> None:
    """The address of the pod that takes it."""
    assert ("10.1.0.9",) == seen(shop()).addresses


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", ("10.1.0.6",)), ("203.0.113.9", ("203.0.113.9",)), ("203.0.113.9, 10.9.9.9", ("10.9.9.9",))],
)
def test_address_of_the_client(header: str, expected: tuple[str, ...]) -> None:
    """A sidecar takes the last one of the header, and else that of its peer."""
    headers = [("x-forwarded-for", header)] if header else []

    assert expected == seen(shop(), source="shop/pod/web-1-b", headers=headers).clients


def test_client_behind_a_gateway() -> None:
    """What a gateway makes of the address of its client, no object tells."""
    servers = "- {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}"
    routes = "hosts: [shop.example.com]\ngateways: [edge/shop]\nhttp: [{route: [{destination: {host: pay}}]}]"
    held = shop(INGRESS, gateway("shop", servers), thing("VirtualService", "s", routes))

    assert () == seen(held, "http://shop.example.com/", "gateway:edge/shop").clients


@pytest.mark.parametrize(
    ("mode", "expected"), [("ISTIO_MUTUAL", "outbound_.8080_._.pay.shop.svc.cluster.local"), ("DISABLE", "")]
)
def test_name_in_the_hello(mode: str, expected: str) -> None:
    """Mutual TLS of the mesh names the service; plaintext has no name."""
    rule = thing("DestinationRule", "pay", f"host: pay\ntrafficPolicy: {{tls: {{mode: {mode}}}}}")

    assert expected == seen(shop(rule)).sni


@pytest.mark.parametrize(("option", "expected"), [("BASE", "/b"), ("NONE", "/a/../b")])
def test_path(option: str, expected: str) -> None:
    """It is normalized as the mesh says."""
    config = mesh_config(f"pathNormalization: {{normalization: {option}}}")

    assert expected == seen(shop(config), "http://pay.shop:8080/a/../b").path
