"""The protocol of a port, by its declaration."""

from __future__ import annotations

import pytest

from troubleshooter.mesh.service.protocols import Protocol, declared, declared_by, of_server


@pytest.mark.parametrize(
    ("name", "app_protocol", "number", "expected"),
    [
        ("http", "", 80, "http"),
        ("http-web", "", 80, "http"),
        ("HTTP-web", "", 80, "http"),
        ("httpweb", "", 80, "auto"),
        ("http2-web", "", 80, "http2"),
        ("grpc", "", 80, "grpc"),
        ("grpc-web", "", 80, "grpc-web"),
        ("grpc-web-api", "", 80, "grpc-web"),
        ("grpc-api", "", 80, "grpc"),
        ("https-web", "", 443, "https"),
        ("tls", "", 443, "tls"),
        ("tcp", "", 80, "tcp"),
        ("mongo-db", "", 27017, "mongo"),
        ("mysql", "", 3306, "mysql"),
        ("redis", "", 6379, "redis"),
        ("udp", "", 80, "tcp"),
        ("", "", 80, "auto"),
        ("web", "", 80, "auto"),
        ("auto", "", 80, "auto"),
        ("", "", 25, "tcp"),
        ("web", "", 3306, "tcp"),
        ("http", "", 3306, "http"),
        ("tcp", "http", 80, "http"),
        ("http", "tcp", 80, "tcp"),
        ("http", "kubernetes.io/h2c", 80, "http2"),
        ("tcp", "kubernetes.io/ws", 80, "http"),
        ("http", "kubernetes.io/wss", 80, "https"),
        ("http", "example.com/custom", 80, "auto"),
    ],
)
def test_declared(name: str, app_protocol: str, number: int, expected: str) -> None:
    """The appProtocol outranks the name, of which the part before the first dash counts, then the number."""
    assert expected == declared(name, app_protocol, number)


def test_udp() -> None:
    """A UDP port is UDP whatever its name says."""
    assert Protocol.UDP is declared("http", "", 80, "UDP")


@pytest.mark.parametrize(
    ("name", "app_protocol", "expected"),
    [("http", "", "name"), ("web", "http", "appProtocol"), ("web", "", ""), ("http", "example.com/x", "")],
)
def test_what_declares(name: str, app_protocol: str, expected: str) -> None:
    """Something that is no protocol declares nothing."""
    assert expected == declared_by(name, app_protocol)


@pytest.mark.parametrize(
    ("word", "expected"), [("HTTPS", "https"), ("TLS", "tls"), ("HTTP2", "http2"), ("", "auto"), ("QUIC", "auto")]
)
def test_of_a_server(word: str, expected: str) -> None:
    """Servers and ServiceEntries name protocols in any case."""
    assert expected == of_server(word)


@pytest.mark.parametrize(
    ("protocol", "family"),
    [
        ("http2", "http"),
        ("grpc-web", "http"),
        ("https", "tls"),
        ("tls", "tls"),
        ("redis", "tcp"),
        ("auto", "auto"),
        ("udp", "udp"),
    ],
)
def test_families(protocol: str, family: str) -> None:
    """What a listener makes of a protocol."""
    assert family == Protocol(protocol).family
