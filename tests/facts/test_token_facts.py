"""Which rule a refused token was probably meant for."""

from __future__ import annotations

import base64
import json

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
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
