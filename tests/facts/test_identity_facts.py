"""What policies would decide if they saw the caller itself."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, deployment, gateway, mesh, thing
from troubleshooter.facts import walk_cases
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

PLAIN = thing(
    "DestinationRule", "plain", "host: pay\ntrafficPolicy: {tls: {mode: DISABLE}}"
)  # fmt: skip
BATCH = "legacy/deployment/batch"


def policy(rule: str, action: str = "ALLOW") -> str:
    """A policy with one rule for pay."""
    return thing(
        "AuthorizationPolicy", "pay", f"selector: {{matchLabels: {{app: pay}}}}\naction: {action}\nrules: [{rule}]"
    )


def case(*texts: str, source: str = BATCH, to: str = "http://pay.shop:8080/x") -> Case:
    """What becomes of a request to pay."""
    held = mesh(SPACES, app("pay"), deployment("batch", namespace="legacy"), deployment("web"), *texts)
    return walk_cases(held, walk(held, parse_request(to, source=source)))[0]


def word(found: Case) -> str:
    """What they would decide, "" where that is not asked."""
    fact = found.facts.get("authorization_policy.with_identity")
    return fact.word if fact else ""


@pytest.mark.parametrize(
    ("expected", "rule", "action"),
    [
        ("allowed", "{from: [{source: {namespaces: [legacy]}}]}", "ALLOW"),
        ("allowed", '{from: [{source: {principals: ["*"]}}]}', "ALLOW"),
        ("allowed", "{from: [{source: {serviceAccounts: [legacy/default]}}]}", "ALLOW"),
        ("allowed", "{when: [{key: source.namespace, values: [legacy]}]}", "ALLOW"),
        ("allowed", '{from: [{source: {notPrincipals: ["*"]}}]}', "DENY"),
        ("denied", "{from: [{source: {namespaces: [shop]}}]}", "ALLOW"),
        ("denied", "{from: [{source: {namespaces: [legacy]}}], to: [{operation: {paths: [/y]}}]}", "ALLOW"),
        ("denied", "{to: [{operation: {paths: [/x]}}]}", "DENY"),
        ("", "{to: [{operation: {paths: [/x]}}]}", "ALLOW"),
        ("", "{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}", "ALLOW"),
    ],
)
def test_plaintext_caller(expected: str, rule: str, action: str) -> None:
    """Known only where a plaintext request is refused."""
    assert expected == word(case(policy(rule, action)))


def test_caller_whose_proxy_sends_plaintext() -> None:
    """What counts is the connection, not whether a proxy is there."""
    found = case(PLAIN, policy("{from: [{source: {namespaces: [shop]}}]}"), source="shop/deployment/web")

    assert ("allowed", "cluster.local/ns/shop/sa/default") == (word(found), found.details["caller.principal"])


def test_caller_with_an_identity() -> None:
    """Where the identity is seen, nothing is asked."""
    assert "" == word(case(policy("{from: [{source: {namespaces: [bank]}}]}"), source="shop/deployment/web"))


@pytest.mark.parametrize(
    ("expected", "source"), [("outside", "gateway:edge/shop"), ("workload", "shop/deployment/web")]
)  # fmt: skip
def test_who_made_a_request_that_goes_through_a_gateway(expected: str, source: str) -> None:
    """The gateway is the caller, whoever made the request at first."""
    servers = "- {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}"
    routes = "hosts: [shop.example.com]\ngateways: [edge/shop]\nhttp: [{route: [{destination: {host: pay}}]}]"
    held = mesh(
        SPACES, INGRESS, app("pay"), deployment("web"), gateway("shop", servers), thing("VirtualService", "s", routes)
    )
    to = "http://shop.example.com/" if expected == "outside" else "http://ingress.edge/"
    request = parse_request(to, source=source, headers=[("host", "shop.example.com")])
    found = walk_cases(held, walk(held, request))[0]

    assert (expected, "gateway") == (found.facts["request.origin"].word, found.facts["caller.kind"].word)
