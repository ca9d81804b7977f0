"""Bodies of a proxy's own answers."""

from __future__ import annotations

import pytest

from troubleshooter.evidence import details_in
from troubleshooter.facts import told_by_answer

RESET = "upstream connect error or disconnect/reset before headers. "


@pytest.mark.parametrize(
    ("body", "details", "reason"),
    [
        ("reset reason: connection termination", "{connection_termination}", "termination"),
        ("retried and the latest reset reason: connection timeout", "{connection_timeout}", "connection-timeout"),
        (
            "reset reason: connection failure, transport failure reason: delayed connect error: Connection refused",
            "{connection_failure|delayed_connect_error:_Connection_refused}",
            "connection-refused",
        ),
        (
            "reset reason: connection failure, transport failure reason: delayed connect error: 111",
            "{connection_failure|delayed_connect_error:_111}",
            "connection-refused",
        ),
        (
            "reset reason: connection failure, transport failure reason: TLS error: 268435703:WRONG_VERSION_NUMBER",
            "{connection_failure|TLS_error:_268435703:WRONG_VERSION_NUMBER}",
            "tls",
        ),
    ],
)  # fmt: skip
def test_a_body_tells_what_the_log_would(body: str, details: str, reason: str) -> None:
    """The text that a client got holds the details of the log line, and so the fact that they tell."""
    text = f"HTTP/1.1 503 Service Unavailable\n\n{RESET}{body}\n* Connection #0 left intact"

    assert details_in(text) == f"upstream_reset_before_response_started{details}"
    assert dict(told_by_answer(text)) == {"failure.reason": reason} | (
        {"failure.tls": "no-tls"} if reason == "tls" else {}
    )


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end", "not-accepted"),
        ("TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", "no-tls"),
        ("delayed connect error: 111", None),
    ],
)
def test_a_body_tells_of_the_handshake(said: str, word: str | None) -> None:
    """What the proxy says of TLS in its answer need not be looked up in its log."""
    text = f"{RESET}reset reason: remote connection failure, transport failure reason: {said}"

    assert dict(told_by_answer(text)).get("failure.tls") == word


@pytest.mark.parametrize(
    ("why", "word"),
    [
        ("context deadline exceeded", "webhook-timeout"),
        ('no endpoints available for service "istiod"', "webhook-no-endpoints"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "webhook-certificate"),
    ],
)
def test_what_the_api_server_says_of_the_injector(why: str, word: str) -> None:
    """The API server's own error tells why pods are not made."""
    call = 'Post "https://istiod.istio-system.svc:443/inject?timeout=10s"'
    text = f'failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: {call}: {why}'

    assert told_by_answer(text) == (("workload.create_failure", word),)


def test_any_other_error_tells_nothing_of_pods() -> None:
    """A text about something else says nothing of why pods are not made."""
    assert told_by_answer("curl: (6) Could not resolve host: payments.shop") == ()


def test_other_texts_tell_nothing() -> None:
    """An answer without such a body tells nothing of a connection."""
    assert told_by_answer("no healthy upstream") == ()
