"""AuthorizationPolicies that would allow a request, if they were for the workload that refuses it."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, deployment, mesh, thing
from troubleshooter.facts import walk_cases
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

WEB = "rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/default]}}]}]"


def policy(name: str, spec: str, *, namespace: str = "shop", notes: str = "") -> str:
    """An AuthorizationPolicy."""
    return thing("AuthorizationPolicy", name, spec, namespace=namespace, meta=f"annotations: {{{notes}}}")


def selecting(labels: str, rules: str = WEB) -> str:
    """The spec of one that selects pods."""
    return f"selector: {{matchLabels: {{{labels}}}}}\n{rules}"


def case(*policies: str) -> Case:
    """What becomes of a request from web to pay, where a policy without rules lets nothing in."""
    held = mesh(SPACES, app("pay"), deployment("web"), thing("AuthorizationPolicy", "none", "{}"), *policies)
    return walk_cases(held, walk(held, parse_request("http://pay:8080/x", source="shop/deployment/web")))[0]


def why(found: Case) -> str:
    """Why a policy is for something else, "" if none is missed."""
    fact = found.facts.get("exception.no_effect_because")
    return fact.word if fact else ""


@pytest.mark.parametrize(
    ("expected", "missed"),
    [
        ("selector", policy("p", selecting("name: pay"))),
        ("selector", policy("p", selecting("app: payy"))),
        ("", policy("p", selecting("app: pay-v2"))),
        ("", policy("p", selecting("example.com/name: pay"))),
        ("", policy("p", selecting("app: payy", "rules: [{to: [{operation: {paths: [/y]}}]}]"))),
        ("", policy("p", selecting("app: payy", f"action: DENY\n{WEB}"))),
        ("", policy("p", selecting("app: payy"), notes='istio.io/dry-run: "true"')),
        ("caller", policy("p", selecting("app: web"))),
        (
            "caller",
            policy("p", selecting("app: web", "rules: [{from: [{source: {serviceAccounts: [shop/default]}}]}]")),
        ),
        ("", policy("p", selecting("app: web", 'rules: [{from: [{source: {principals: ["*"]}}]}]'))),
        ("other-namespace", policy("p", selecting("app: pay"), namespace="legacy")),
        ("", policy("p", WEB, namespace="legacy")),
        ("target-refs", policy("p", f"targetRefs: [{{kind: Service, name: pay}}]\n{WEB}")),
        ("target-refs", policy("p", f"targetRef: {{kind: Service, name: pay}}\n{WEB}")),
        ("", policy("p", f"targetRefs: [{{kind: Service, name: web}}]\n{WEB}")),
    ],
)
def test_why_a_policy_is_for_something_else(expected: str, missed: str) -> None:
    """Each way of missing the workload, and policies that were never meant for it."""
    assert expected == why(case(missed))


def test_service_account_without_a_namespace() -> None:
    """It is one of the namespace in which the policy would stand."""
    rules = "rules: [{from: [{source: {serviceAccounts: [default]}}]}]"

    assert "other-namespace" == why(case(policy("p", selecting("app: pay", rules), namespace="legacy")))


def test_name_that_is_taken() -> None:
    """A policy that moves takes nobody's name."""
    found = case(policy("none", selecting("app: pay"), namespace="legacy"))

    assert ("none", "none-2") == (found.roles["exception"].name, found.details["exception.new_name"])
