"""What the logs of istiod and of agents tell."""

from __future__ import annotations

import pytest

from tests.evidence.istiod.control_plane_texts import (
    AGENT_LOG,
    HEALTHY_AGENT_LOG,
    ISTIOD_JSON_LOG,
    ISTIOD_LOG,
    NO_FILTER,
    read,
)
from troubleshooter.evidence.istiod.values import AgentLog, Event, IstiodLog, LogEvent

WARMING = (
    "2026-11-21T10:00:02.000001Z\twarn\tsds\tfailed to warm certificate: failed to generate workload certificate: "
    'create certificate: rpc error: code = Unavailable desc = connection error: desc = "transport: '
)

STREAM = "2026-11-21T10:00:02.000001Z\twarning\tenvoy config\tStreamAggregatedResources gRPC config stream "


def events(text: str = ISTIOD_LOG) -> dict[Event, LogEvent]:
    """The events of istiod's log."""
    return {one.event: one for one in read(text, IstiodLog).events}


def agent(text: str) -> dict[Event, LogEvent]:
    """The events of an agent's log."""
    return {one.event: one for one in read(text, AgentLog).events}


def test_rejection() -> None:
    """A refusal names the proxy, the type and the reason, and is counted over its connections."""
    found = events()[Event.REJECTED]

    assert (found.about, found.type, found.why) == ("web-1.shop", "LDS", f"Internal:{NO_FILTER}")
    assert (found.line, found.end, found.count) == (3, 6, 2)
    assert (found.first, found.last) == ("2026-11-21T10:00:02.000001Z", "2026-11-21T10:00:04.000001Z")


def test_watch_errors() -> None:
    """A watch that fails is of a cluster; an API that is not installed is no trouble."""
    found = [one for one in read(ISTIOD_LOG, IstiodLog).events if one.event is Event.WATCH]

    assert ["west"] == [one.about for one in found]
    assert "i/o timeout" in found[0].why


def test_remote_cluster_timeout() -> None:
    """A remote cluster that is not read in time is named."""
    assert events()[Event.CLUSTER_TIMEOUT].about == "west"


def test_keys_of_both_wordings() -> None:
    """Keys that could not be fetched are told by issuer, with their address; keys that came later are told too."""
    found = [one for one in read(ISTIOD_LOG, IstiodLog).events if one.event is Event.JWKS]

    assert [("https://id.example.com", "https://id.example.com/keys"), ("old", "http://id.shop/keys")] == [
        (one.about, one.why) for one in found
    ]
    assert events()[Event.JWKS_FETCHED].about == "http://id.shop/keys"


def test_no_token_is_kept() -> None:
    """A token that istiod logs is in no value."""
    found = events()[Event.CLIENT_REFUSED]

    assert "eyJ" not in found.why + found.text
    assert "<token>" in found.why


def test_webhook_certificate() -> None:
    """Whoever does not trust the injector's certificate says so to it."""
    assert events()[Event.BAD_CERTIFICATE].why == "remote error: tls: bad certificate"


def test_json_form() -> None:
    """Lines of JSON tell the same."""
    found = events(ISTIOD_JSON_LOG)[Event.REJECTED]

    assert (found.about, found.type, found.why, found.line) == ("web-1.shop", "CDS", "Internal:no", 2)


def test_agent_that_cannot_connect() -> None:
    """The agent's and Envoy's lines say that istiod is not reached, and that nothing came."""
    found = agent(AGENT_LOG)

    assert found[Event.CANNOT_CONNECT].count == 2
    assert "15012: i/o timeout" in found[Event.CANNOT_CONNECT].why
    assert found[Event.NO_CONFIG].line == 6


def test_streams_that_end_are_usual() -> None:
    """A stream that istiod ends after half an hour is no trouble."""
    assert list(agent(HEALTHY_AGENT_LOG)) == [Event.READY]


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (STREAM + "to xds-grpc closed: 16, authentication failure", Event.NOT_AUTHENTICATED),
        (
            WARMING + 'authentication handshake failed: x509: certificate signed by unknown authority"',
            Event.NOT_TRUSTED,
        ),
        (
            WARMING + 'authentication handshake failed: x509: certificate has expired or is not yet valid: current"',
            Event.WRONG_TIME,
        ),
        (
            WARMING + 'Error while dialing: dial tcp: lookup istiod on 10.96.0.10:53: no such host"',
            Event.CANNOT_CONNECT,
        ),
    ],
)
def test_what_keeps_an_agent_from_istiod(line: str, event: Event) -> None:
    """Not let in, not trusted, not reached."""
    assert [event] == list(agent(line))
