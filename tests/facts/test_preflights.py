"""Preflight requests that policies deny, and what they make of the request that follows."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: shop}
spec: {%s}
"""
PREFLIGHT = {"Origin": "https://a.example.com", "Access-Control-Request-Method": "PUT"}
TOKEN = "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]"


def case_of(spec: str, method: str = "OPTIONS", headers: dict[str, str] = PREFLIGHT) -> Case:
    """The case of a request by the shop's web where this policy is in force."""
    mesh = Mesh(inventory(SHOP, POLICY % spec))
    url, sent = "http://payments.shop:8080/pay", headers.items()
    request = parse_request(url, source="shop/deployment/web", method=method, headers=sent)
    return walk_cases(mesh, walk(mesh, request))[0]


def word(case: Case, name: str) -> str:
    """The word of a fact, "" where it is not known."""
    return case.facts[name].word if name in case.facts else ""


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("OPTIONS", PREFLIGHT, "yes"),
        ("OPTIONS", {}, ""),
        ("OPTIONS", {"Origin": "https://a.example.com"}, ""),
        ("PUT", {}, "no"),
    ],
)
def test_what_is_a_preflight(method: str, headers: dict[str, str], expected: str) -> None:
    """OPTIONS with both headers; where a header is not told, nobody knows."""
    assert expected == word(case_of(TOKEN, method, headers), "request.preflight")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (TOKEN, "may-pass"),
        ("rules: [{to: [{operation: {methods: [PUT]}}]}]", "may-pass"),
        ("rules: [{to: [{operation: {methods: [POST]}}]}]", "denied"),
        ("rules: [{from: [{source: {namespaces: [office]}}]}]", "denied"),
        ("", "denied"),
        ("rules: [{when: [{key: 'request.auth.claims[group]', values: [staff]}]}]", "may-pass"),
        ("rules: [{when: [{key: 'request.auth.presenter'}], from: [{source: {namespaces: [x]}}]}]", "denied"),
        ("action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*']}}]}]", "may-pass"),
        ("action: DENY, rules: [{to: [{operation: {methods: [OPTIONS]}}]}]", "may-pass"),
        ("action: DENY, rules: [{}]", "denied"),
    ],
)  # fmt: skip
def test_what_follows_a_preflight(spec: str, expected: str) -> None:
    """The request with the method that the preflight names, and with whatever token."""
    assert expected == word(case_of(spec), "authorization_policy.after_preflight")


def test_method_that_is_not_told() -> None:
    """Where nobody knows the method of the request that follows, rules by method may allow it."""
    spec = "rules: [{to: [{operation: {methods: [POST]}}]}]"

    assert "may-pass" == word(case_of(spec, "OPTIONS", {}), "authorization_policy.after_preflight")


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("{}", "to", [{"operation": {"notMethods": ["OPTIONS"]}}]),
        ("{to: [{operation: {paths: [/pay]}}]}", "to[0].operation.notMethods", ["OPTIONS"]),
        ("{to: [{operation: {methods: [OPTIONS, PUT]}}]}", "to[0].operation.methods", ["PUT"]),
    ],
)
def test_how_a_deny_rule_leaves_options_out(rule: str, field: str, value: list[object]) -> None:
    """The method is taken from a list that names it, else it is excluded where the rule took the preflight."""
    details = case_of(f"action: DENY, rules: [{rule}]").details
    found = (details["authorization_policy.preflight_field"], details["authorization_policy.preflight_value"])

    assert (f"spec.rules[0].{field}", value) == found


def test_deny_rule_for_options_alone() -> None:
    """Nothing would be left of it."""
    spec = "action: DENY, rules: [{to: [{operation: {methods: [OPTIONS]}}]}]"

    assert "yes" == word(case_of(spec), "authorization_policy.only_preflight")
