"""Servers of one gateway port that show the same certificate and have different routes."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, gateway, mesh, thing
from troubleshooter.mesh.certificates import sharing

SERVER = "- {port: {number: %s, protocol: %s}, hosts: [%s], tls: {%s}}"
ONE = "mode: SIMPLE, credentialName: one"
FILES = "mode: SIMPLE, serverCertificate: /c.pem, privateKey: /k.pem"


def server(host: str, tls: str = ONE, number: int = 443, protocol: str = "HTTPS") -> str:
    """A TLS server of a Gateway."""
    return SERVER % (number, protocol, host, tls)


def bound(host: str, name: str) -> str:
    """A VirtualService for a host, bound to the Gateway of that name."""
    spec = f"hosts: ['{host}']\ngateways: [edge/{name}]\nhttp: [{{route: [{{destination: {{host: x}}}}]}}]"
    return thing("VirtualService", f"{name}-{host[-5:-4]}", spec)


def shared(*texts: str) -> list[tuple[str, str, str]]:
    """Certificate, and both servers, of each pair."""
    held = mesh(INGRESS, *texts)
    return [
        (s.certificate, f"{s.first.gateway.name}.{s.first.index}", f"{s.second.gateway.name}.{s.second.index}")
        for w in held.gateways.proxies()
        for s in sharing(held, w)
    ]


A, B = bound("a.com", "a"), bound("b.com", "b")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (server("a.com"), server("b.com"), [("Secret edge/one", "a.0", "b.0")]),
        (server("a.com", FILES), server("b.com", FILES), [("file /c.pem", "a.0", "b.0")]),
        (server("a.com"), server("b.com", ONE.replace("one", "two")), []),
        (server("a.com"), server("b.com", FILES), []),
        (server("a.com"), server("b.com", number=8443), [("Secret edge/one", "a.0", "b.0")]),
        (server("a.com"), server("b.com", number=9443), []),
        (server("a.com"), server("b.com", protocol="TLS"), []),
        (server("a.com", "mode: PASSTHROUGH"), server("b.com", "mode: PASSTHROUGH"), []),
        (server("a.com"), server("b.com", "mode: ISTIO_MUTUAL"), []),
    ],
)
def test_two_gateways(first: str, second: str, expected: list[tuple[str, str, str]]) -> None:
    """Same container port, same certificate, different hosts. Number 8443 is the container port behind 443."""
    assert expected == shared(gateway("a", first), gateway("b", second), A, B)


def test_two_servers_of_one_gateway() -> None:
    """Each has routes of its own."""
    both = gateway("a", f"{server('a.com')}\n{server('b.com')}")

    assert [("Secret edge/one", "a.0", "a.1")] == shared(both, A, bound("b.com", "a"))


def test_one_server_for_all_hosts() -> None:
    """There is nothing to mix up."""
    assert [] == shared(gateway("a", server("a.com, b.com")), A, bound("b.com", "a"))


def test_a_server_without_routes() -> None:
    """Nobody has a connection to it."""
    assert [] == shared(gateway("a", server("a.com")), gateway("b", server("b.com")), A)


def test_a_server_that_is_not_opened() -> None:
    """Of two with the same host the first is opened."""
    assert [] == shared(gateway("a", server("a.com")), gateway("b", server("a.com")), A, bound("a.com", "b"))


def test_many_servers_are_named_once() -> None:
    """The first two of a certificate stand for all."""
    third = gateway("c", server("c.com"))

    assert [("Secret edge/one", "a.0", "b.0")] == shared(
        gateway("a", server("a.com")), gateway("b", server("b.com")), third, A, B, bound("c.com", "c")
    )


def test_wildcards() -> None:
    """A server for a wildcard has no routes of a server for one of its names."""
    wide, narrow = gateway("a", server("'*.com'")), gateway("b", server("b.com"))

    assert [("Secret edge/one", "a.0", "b.0")] == shared(wide, narrow, bound("*.com", "a"), B)
