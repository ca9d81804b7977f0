"""What ztunnel makes of policies that ask what only HTTP shows."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.policy.layer_seven import Peer, left_out, widened
from troubleshooter.model import Object

WEB = Peer(principal="cluster.local/ns/shop/sa/web", namespace="shop", port=8080)
GET = "to: [{operation: {methods: [GET]}}]"


def policy(*rules: str) -> Object:
    """A policy with these rules."""
    spec = f"rules: [{', '.join(f'{{{rule}}}' for rule in rules)}]"
    return mesh(thing("AuthorizationPolicy", "p", spec)).inventory.objects[0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (GET, "to[0].operation.methods"),
        ("to: [{operation: {ports: ['8080'], paths: [/x]}}]", "to[0].operation.paths"),
        ("to: [{operation: {ports: ['9090'], paths: [/x]}}]", ""),
        ("to: [{operation: {notPorts: ['9090'], paths: [/x]}}]", ""),
        ("to: [{operation: {ports: ['8080']}}]", ""),
        ("from: [{source: {requestPrincipals: ['*']}}]", "from[0].source.requestPrincipals"),
        ("from: [{source: {principals: ['*/sa/web']}}], " + GET, "to[0].operation.methods"),
        ("from: [{source: {principals: ['*/sa/batch']}}], " + GET, ""),
        ("from: [{source: {namespaces: [shop]}}], " + GET, "to[0].operation.methods"),
        ("from: [{source: {namespaces: [shop], principals: [x]}}], " + GET, ""),
        ("from: [{source: {ipBlocks: [10.0.0.0/8]}}], " + GET, ""),
        ("from: [{source: {notNamespaces: [bank]}}], " + GET, ""),
        ("when: [{key: 'request.headers[x]', values: [y]}]", "when[0]"),
        ("when: [{key: source.ip, values: [10.0.0.0/8]}], " + GET, ""),
    ],
)
def test_rule_that_is_left_out(rule: str, expected: str) -> None:
    """It is told only of a rule that is for the caller and the port, as far as names say."""
    assert (f"spec.rules[0].{expected}" if expected else "") == left_out(policy(rule), WEB)


def test_the_first_rule_that_is_for_the_caller() -> None:
    """Others are passed over."""
    other = "from: [{source: {namespaces: [bank]}}], " + GET

    assert "spec.rules[1].to[0].operation.methods" == left_out(policy(other, GET), WEB)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([GET], "spec.rules[0].to[0].operation.methods"),
        ([GET, "from: [{source: {namespaces: [bank]}}]"], ""),
        ([], ""),
    ],
)
def test_policy_that_denies_more_than_it_says(rules: list[str], expected: str) -> None:
    """Only where every rule loses a part: else a whole one may have matched."""
    assert expected == widened(policy(*rules))
