"""What keeps the nearest rule from allowing a request, and what would let it pass."""

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
metadata: {name: payments, namespace: shop}
spec:
  selector: {matchLabels: {app: payments}}
  rules: [%s]
"""
ME = "cluster.local/ns/shop/sa/default"


def case_of(rules: str, url: str = "http://payments.shop:8080/pay", texts: tuple[str, ...] = (SHOP,)) -> Case:
    """The case of a request by the shop's web where these rules are all that payments has."""
    mesh = Mesh(inventory(*texts, POLICY % rules))
    return walk_cases(mesh, walk(mesh, parse_request(url, source="shop/deployment/web")))[0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{from: [{source: {principals: [a]}}]}", "principals"),
        (f"{{from: [{{source: {{principals: ['spiffe://{ME}']}}}}]}}", "spiffe-scheme"),
        ("{from: [{source: {namespaces: [a]}}]}", "namespaces"),
        ("{from: [{source: {serviceAccounts: [a]}}]}", "service-accounts"),
        ("{from: [{source: {requestPrincipals: ['*']}}]}", "token"),
        ("{to: [{operation: {methods: [PUT]}}]}", "methods"),
        ("{to: [{operation: {paths: [/x]}}]}", "paths"),
        ("{to: [{operation: {notPaths: [/pay]}}]}", "excluded"),
        ("{to: [{operation: {hosts: [payments]}}]}", "hosts"),
        ("{to: [{operation: {ports: ['99']}}]}", "ports"),
        ("{when: [{key: 'request.headers[x]', values: [y]}]}", "other"),
        ("{when: [{key: source.principal, values: [y]}]}", "principals"),
        ("{from: [{source: {principals: [a]}}], to: [{operation: {methods: [PUT]}}]}", "several"),
        ("", "no-rules"),
    ],
)
def test_what_keeps_a_rule_from_matching(rules: str, expected: str) -> None:
    """One word says what kind of field it is."""
    assert expected == case_of(rules).facts["authorization_policy.miss"].word


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{to: [{operation: {methods: [PUT]}}]}", "spec.rules[0].to[0].operation.methods"),
        ("{from: [{source: {principals: [a]}}], to: [{operation: {methods: [PUT]}}]}", "spec.rules[0]"),
        (
            "{from: [{source: {principals: [a]}}],to: [{operation: {ports: ['9']}}]},{to: [{operation: {paths: [x]}}]}",
            "spec.rules[1].to[0].operation.paths",
        ),
        (
            "{to: [{operation: {methods: [PUT], paths: [/x]}}, {operation: {methods: [PATCH]}}]}",
            "spec.rules[0].to[1].operation.methods",
        ),
        ("", "spec.rules"),
    ],
)
def test_the_nearest_rule_is_pointed_at(rules: str, expected: str) -> None:
    """Of several rules the one with the fewest differences counts, and of its operations the nearest; one field that
    differs is named, of several the rule."""
    (place, *_) = case_of(rules).facts["authorization_policy.decision"].sources

    assert place.resource is not None
    assert expected == place.resource.field


def test_the_port_of_the_service_is_told_from_the_container_s() -> None:
    """A rule that names the Service's port, where the container has another, is a slip of its own."""
    other = SHOP.replace("port: 8080, targetPort: 8080", "port: 80, targetPort: 8080")
    case = case_of("{to: [{operation: {ports: ['80']}}]}", "http://payments.shop/pay", (other,))

    assert "service-port" == case.facts["authorization_policy.miss"].word
    assert "spec.rules[0].to[0].operation.ports[0]" == case.details["authorization_policy.item_field"]


def test_a_rule_for_just_this_request() -> None:
    """What would be allowed is the caller, the method and the path, and nothing else."""
    expected = {
        "from": [{"source": {"principals": [ME]}}],
        "to": [{"operation": {"methods": ["GET"], "paths": ["/pay"]}}],
    }

    assert expected == case_of("").details["authorization_policy.rule"]


def test_a_rewritten_path_is_what_the_policy_sees() -> None:
    """Where a route rewrites the path, the rule is held against the new one."""
    route = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments]
  http: [{match: [{uri: {prefix: /pay}}], rewrite: {uri: /new}, route: [{destination: {host: payments}}]}]
"""
    case = case_of("{to: [{operation: {paths: [/x]}}]}", "http://payments.shop:8080/pay/7", (SHOP, route))

    assert ("the path /new/7", "yes") == (
        case.details["authorization_policy.had"],
        case.facts["request.rewritten"].word,
    )
