"""In which version of HTTP gRPC reaches the application."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, death, deployment, gateway, mesh, mesh_config, service, thing, walked

DIED = "application: 200 UPE upstream_reset_before_response_started{protocol_error}"
CALL = "grpc://ledger:9090/bank.Ledger/Post"


def rule(settings: str) -> str:
    """A DestinationRule with HTTP settings."""
    return thing("DestinationRule", "ledger", f"host: ledger\ntrafficPolicy: {{connectionPool: {{http: {settings}}}}}")


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("name: http-ledger", DIED),
        ("name: x, appProtocol: http", DIED),
        ("name: grpc", ""),
        ("name: http2", ""),
        ("name: ledger", ""),
        ("name: tcp", ""),
    ],
)
def test_what_a_port_is_declared_as(port: str, expected: str) -> None:
    """To a port that is declared http proxies speak HTTP/1.1; gRPC stays whole over any other."""
    found = walked(mesh(SPACES, deployment("web"), app("ledger", f"{{{port}, port: 9090}}")), CALL)

    assert expected == death(found)


@pytest.mark.parametrize("settings", ["{h2UpgradePolicy: UPGRADE}", "{useClientProtocol: true}"])
def test_settings_for_http2(settings: str) -> None:
    """Where somebody asks for HTTP/2, nothing is said against it."""
    held = mesh(SPACES, deployment("web"), app("ledger", "{name: http, port: 9090}"), rule(settings))

    assert "" == death(walked(held, CALL))


def test_the_mesh_asks_for_http2() -> None:
    """The same for the whole mesh."""
    upgrade = mesh_config("h2UpgradePolicy: UPGRADE")
    held = mesh(SPACES, upgrade, deployment("web"), app("ledger", "{name: http, port: 9090}"))

    assert "" == death(walked(held, CALL))


def test_without_any_proxy() -> None:
    """Where no proxy has a hand in it, the name of the port is nobody's business."""
    bare = deployment("batch", namespace="legacy")
    held = mesh(SPACES, bare, app("ledger", "{name: http, port: 9090}", namespace="legacy"))

    assert "" == death(walked(held, "grpc://ledger.legacy:9090/a.B/C", "legacy/deployment/batch"))


def test_http_is_no_grpc() -> None:
    """HTTP/1.1 is what such a port is for."""
    held = mesh(SPACES, deployment("web"), app("ledger", "{name: http, port: 9090}"))

    assert "" == death(walked(held, "http://ledger:9090/"))


@pytest.mark.parametrize(
    ("port", "expected"), [("http", DIED), ("ledger", DIED), ("grpc", ""), ("http2", ""), ("tcp", "")]
)
def test_from_a_gateway(port: str, expected: str) -> None:
    """A gateway does not detect the protocol: to a port that declares nothing it speaks HTTP/1.1 too."""
    server = "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}"
    routes = "hosts: ['*']\ngateways: [edge/public]\nhttp: [{route: [{destination: {host: ledger}}]}]"
    held = mesh(SPACES, INGRESS, app("ledger", f"{{name: {port}, port: 9090}}"), gateway("public", server),
                thing("VirtualService", "ledger", routes))  # fmt: skip

    assert expected == death(walked(held, "grpc://ledger.example.com:80/bank.Ledger/Post", "gateway:edge/public"))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("application/grpc", DIED), ("application/grpc+proto", DIED), ("application/grpc-web", ""), ("text/plain", "")],
)
def test_content_type(kind: str, expected: str) -> None:
    """It is gRPC by its content type too."""
    held = mesh(SPACES, deployment("web"), app("ledger", "{name: http, port: 9090}"))
    found = walked(held, "http://ledger:9090/bank.Ledger/Post", headers=[("content-type", kind)])

    assert expected == death(found)


def test_errors_of_proxies() -> None:
    """An error that a proxy makes for gRPC is an HTTP 200; the flag says what it is."""
    assert "endpoint: 200 UH no_healthy_upstream" == death(
        walked(mesh(SPACES, deployment("web"), service("ledger", "{name: grpc, port: 9090}")), CALL)
    )
