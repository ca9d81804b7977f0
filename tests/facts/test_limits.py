"""What a DestinationRule lets a proxy refuse or put aside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.meshes import app, mesh, thing, walked
from troubleshooter.facts.of_limits import ejects
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, "some"),
        ({"maxEjectionPercent": 99}, "some"),
        ({"maxEjectionPercent": 100}, "all"),
        ({"maxEjectionPercent": 100, "minHealthPercent": 0}, "all"),
        ({"maxEjectionPercent": 100, "minHealthPercent": 1}, "fallback"),
        ({"maxEjectionPercent": 100, "consecutive5xxErrors": 0}, "nothing"),
        ({"maxEjectionPercent": 100, "consecutive5xxErrors": 0, "consecutiveGatewayErrors": 3}, "all"),
        ({"maxEjectionPercent": 100, "consecutive5xxErrors": 0, "splitExternalLocalOriginErrors": True}, "all"),
    ],
)
def test_how_much_may_be_ejected(raw: dict[str, Any], expected: str) -> None:
    """All endpoints only with 100 per cent, errors that count, and nothing that keeps some."""
    assert expected == ejects(raw)


def case(spec: str) -> Case:
    """The case of a request to payments, for which this rule is made."""
    held = mesh(app("web"), app("payments"), thing("DestinationRule", "payments", f"host: payments\n{spec}"))
    return walk_cases(held, walked(held, "http://payments:8080/"))[0]


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("tcp: {maxConnections: 7}", ("set", "maxConnections 7")),
        (
            "tcp: {maxConnections: 7}, http: {maxRetries: 3, http2MaxRequests: 9}",
            ("set", "maxConnections 7, http2MaxRequests 9, maxRetries 3"),
        ),
        ("tcp: {connectTimeout: 1s}, http: {idleTimeout: 4s}", ("none", None)),
        ("tcp: {maxConnections: 0}", ("none", None)),
        ("tcp: {maxConnections: lots}", ("none", None)),
    ],
)
def test_limits_are_told_from_timeouts(pool: str, expected: tuple[str, str | None]) -> None:
    """Only what a circuit breaker counts is a limit; 0 and what is no number stand for none."""
    found = case(f"trafficPolicy: {{connectionPool: {{{pool}}}}}")

    assert expected == (
        found.facts["destination_rule.limits"].word,
        found.details.get("destination_rule.limits"),
    )


def test_doubled_limits_keep_the_rest() -> None:
    """What is no limit stays as it is."""
    found = case("trafficPolicy: {connectionPool: {tcp: {maxConnections: 7, connectTimeout: 1s}}}")

    assert {"tcp": {"maxConnections": 14, "connectTimeout": "1s"}} == found.details["destination_rule.pool_doubled"]
