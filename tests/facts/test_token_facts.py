"""Which rule a refused token was probably meant for."""

from __future__ import annotations

import base64
import json

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.facts import observe, walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Stage
from troubleshooter.walk import parse_request, walk

POLICY = """
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: shop}
spec:
  jwtRules: [%s]
"""


def case_of(rules: str, **claims: object) -> Case:
    """The case of a request with these claims where these rules apply."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    mesh = Mesh(inventory(SHOP, POLICY % rules))
    headers = [("authorization", f"Bearer e30.{payload}.c2ln")]
    request = parse_request("http://payments.shop:8080/pay", source="shop/deployment/web", headers=headers)
    return walk_cases(mesh, walk(mesh, request))[0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{issuer: 'https://a.example.com/'}", "one"),
        ("{issuer: 'http://A.example.com'}, {issuer: 'https://b.example.com'}", "one"),
        ("{issuer: 'http://a.example.com'}, {issuer: 'https://a.example.com/'}", "none"),
        ("{issuer: 'https://b.example.com'}", "none"),
    ],
)
def test_a_rule_with_nearly_the_issuer(rules: str, expected: str) -> None:
    """It is a guess only where one rule alone has nearly the token's issuer."""
    facts = case_of(rules, iss="https://a.example.com").facts

    assert expected == facts["request_authentication.issuer_guess"].word


@pytest.mark.parametrize(("audience", "expected"), [("x", "some"), (["x", "y"], "some"), (None, "none")])
def test_whether_a_token_has_an_audience(audience: object, expected: str) -> None:
    """A token that is refused for its audience may have one, several or none."""
    facts = case_of("{issuer: a, audiences: [b]}", iss="a", aud=audience).facts

    assert expected == facts["request_authentication.audience"].word


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{issuer: a, jwks: '{}'}", "held"),
        ("{issuer: a, jwksUri: 'https://a.example.com/keys'}", "outside"),
        ("{issuer: a, jwksUri: 'http://payments.shop:8080/keys'}", "service"),
        ("{issuer: 'https://a.example.com'}", "discovered"),
        ("{issuer: a, jwksUri: 'http://['}", "discovered"),
        ("{issuer: a, jwks: '{}'}, {issuer: b}", "held"),
        ("{issuer: b}, {issuer: c}", ""),
    ],
)
def test_where_the_keys_come_from(rules: str, expected: str) -> None:
    """They are in the rule for the issuer, or fetched from a host; nothing is said where no one rule is meant."""
    found = case_of(rules, iss="a").facts.get("request_authentication.keys")

    assert expected == (found.word if found else "")


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ("jwt_authn_access_denied{Jwt_is_expired}", "expired"),
        ("jwt_authn_access_denied{Jwks_remote_fetch_is_failed}", "no-keys"),
        ("jwt_authn_access_denied{Something_new}", "missing"),
        ("via_upstream", "missing"),
    ],
)
def test_what_a_log_says_of_a_token(details: str, expected: str) -> None:
    """The words of a log outrank a request that is asked without its token."""
    mesh = Mesh(inventory(SHOP, POLICY % "{issuer: a}"))
    request = parse_request("http://payments.shop:8080/pay", source="shop/deployment/web")
    line = f'[2026-11-20T10:00:00.000Z] "GET /pay HTTP/1.1" 401 - {details} - "-" 0 14 0 - "-" "curl" "id" '
    line += '"payments.shop:8080" "-" inbound|8080|| - 10.244.1.12:8080 10.244.2.7:43218 - default'
    entry = parse_line(line, file="access.log", number=1)
    assert isinstance(entry, AccessLogEntry)
    seen, observation = observe(walk(mesh, request), entry, {"jwt_authn_access_denied": Stage.AUTHENTICATION})

    assert expected == walk_cases(mesh, seen, observation)[0].facts["request_authentication.token"].word
