"""What is said of the time that a route gives a request, and of a log line that says it was over."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.evidence import AccessLogEntry, parse_lines
from troubleshooter.facts import observe, walk_cases
from troubleshooter.facts.of_timeouts import milliseconds
from troubleshooter.mesh import Mesh
from troubleshooter.model import Stage
from troubleshooter.walk import parse_request, walk

LINE = (
    '[2026-11-20T09:14:07.318Z] "GET / HTTP/1.1" 504 %s - "-" 0 24 %d - "-" "curl/8.5.0" "5d1c2c9e" '
    '"payments.shop:8080" "10.244.1.12:8080" outbound|8080||payments.shop.svc.cluster.local 10.244.2.7:43218 '
    "10.96.45.12:8080 10.244.2.7:51732 - -"
)
WORDS = {"UT": Stage.APPLICATION}


def told(route: str, flags: str = "", lasted: int = 0) -> tuple[str, ...]:
    """What is known of the limits of the route, of the one that was over, and of whether they fit."""
    routes = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: payments, namespace: shop}}
spec:
  hosts: [payments]
  http: [{{route: [{{destination: {{host: payments}}}}], {route}}}]
"""
    mesh = Mesh(inventory(SHOP, routes))
    walked, seen = walk(mesh, parse_request("http://payments.shop:8080/", source="shop/deployment/web")), None
    if flags:
        entry = next(iter(parse_lines([LINE % (flags, lasted)], file="a.log")))
        assert isinstance(entry, AccessLogEntry)
        walked, seen = observe(walked, entry, WORDS)
    facts = walk_cases(mesh, walked, seen)[0].facts
    names = ("route.timeout", "failure.timeout", "failure.lasted")
    return tuple(facts[name].word if name in facts else "" for name in names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5s", 5000), ("1m30s", 90_000), ("250ms", 250), ("1.5h", 5_400_000), ("0s", 0), ("soon", 0), ("", 0), (None, 0)],
)
def test_durations(text: object, expected: float) -> None:
    """A duration in milliseconds; what is none is 0."""
    assert expected == milliseconds(text)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("timeout: 5s", "route"),
        ("retries: {attempts: 2, perTryTimeout: 1s}", "try"),
        ("timeout: 5s, retries: {attempts: 2, perTryTimeout: 1s}", "both"),
        ("timeout: 0s", "none"),
        ("retries: {attempts: 2}", "none"),
        ("timeout: 5s, fault: {delay: {fixedDelay: 1s, percentage: {value: 1}}}", "none"),
    ],
)
def test_limits_of_a_route(route: str, expected: str) -> None:
    """A timeout of 0s is none, and none is in force beside a fault."""
    assert (expected, "", "") == told(route)


@pytest.mark.parametrize(
    ("flags", "lasted", "expected"),
    [
        ("UT response_timeout", 5001, ("route", "as-set")),
        ("UT response_timeout", 15_001, ("route", "otherwise")),
        ("UT response_timeout", 1200, ("route", "otherwise")),
        ("UT upstream_per_try_timeout", 3100, ("try", "as-set")),
        ("UT upstream_per_try_timeout", 900, ("try", "otherwise")),
        ("UT -", 5000, ("other", "")),
        ("UH no_healthy_upstream", 5000, ("", "")),
    ],
)
def test_limit_that_was_over(flags: str, lasted: int, expected: tuple[str, str]) -> None:
    """The details of the line say which limit was over; how long the request lasted, whether it was the route's."""
    assert ("both", *expected) == told("timeout: 5s, retries: {attempts: 2, perTryTimeout: 1s}", flags, lasted)
