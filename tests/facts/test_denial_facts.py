"""What a DENY rule took a request by, and what would leave the request out of it."""

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
spec:
  action: DENY
  rules: [%s]
"""
ME = "cluster.local/ns/shop/sa/default"


def case_of(rules: str) -> Case:
    """The case of a request by the shop's web where these rules deny."""
    mesh = Mesh(inventory(SHOP, POLICY % rules))
    return walk_cases(mesh, walk(mesh, parse_request("http://payments.shop:8080/pay", source="shop/deployment/web")))[0]


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("{}", "from", [{"source": {"notPrincipals": [ME]}}]),
        ("{from: [{source: {namespaces: [shop]}}]}", "from[0].source.notPrincipals", [ME]),
        ("{from: [{source: {notPrincipals: [a]}}]}", "from[0].source.notPrincipals", ["a", ME]),
        (f"{{from: [{{source: {{principals: [a, {ME}]}}}}]}}", "from[0].source.principals", ["a"]),
        (
            "{from: [{source: {notServiceAccounts: [a]}}]}",
            "from[0].source.notServiceAccounts",
            ["a", "shop/default"],
        ),
        (
            "{from: [{source: {namespaces: [shop]}}, {source: {namespaces: ['*']}}]}",
            "from",
            [
                {"source": {"namespaces": ["shop"], "notPrincipals": [ME]}},
                {"source": {"namespaces": ["*"], "notPrincipals": [ME]}},
            ],
        ),
    ],
)
def test_how_a_rule_leaves_a_caller_out(rule: str, field: str, value: list[object]) -> None:
    """The caller is taken from a list that names it, else it is excluded where the rule took it."""
    details = case_of(rule).details
    found = (details["authorization_policy.caller_field"], details["authorization_policy.caller_value"])

    assert (f"spec.rules[0].{field}", value) == found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (f"{{from: [{{source: {{principals: [{ME}]}}}}]}}", "yes"),
        ("{from: [{source: {principals: ['*']}}]}", "no"),
    ],
)
def test_a_rule_for_this_very_caller_is_told_apart(rule: str, expected: str) -> None:
    """Without the caller such a rule would deny nobody."""
    assert expected == case_of(rule).facts["authorization_policy.only_caller"].word


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{from: [{source: {notNamespaces: [a]}}]}", "callers"),
        ("{from: [{source: {notRequestPrincipals: ['*']}}]}", "tokens"),
        ("{when: [{key: source.principal, notValues: [a]}, {key: 'request.auth.claims[a]', notValues: [b]}]}", "both"),
        ("{to: [{operation: {notPaths: [/x]}}]}", "nobody"),
    ],
)
def test_whom_a_rule_leaves_out(rule: str, expected: str) -> None:
    """Fields and conditions with `not` leave callers out, or requests with certain tokens."""
    assert expected == case_of(rule).facts["authorization_policy.spares"].word
