"""Which AuthorizationPolicies apply, and what they decide together."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, mesh, mesh_config, thing
from troubleshooter.mesh.policy.policies import Judgement
from troubleshooter.mesh.policy.subject import Subject

CALLER = Subject(
    principal="cluster.local/ns/shop/sa/web", namespace="shop", host="web.shop", method="GET", path="/api", port=8080
)
PROVIDERS = "\n---\n".join(
    (
        app("opa", "{name: grpc, port: 9000}"),
        mesh_config(
            """
            extensionProviders:
            - {name: opa, envoyExtAuthzGrpc: {service: opa.shop.svc.cluster.local, port: 9000}}
            - {name: web, envoyExtAuthzHttp: {service: opa.shop.svc.cluster.local, port: 9000}}
            """
        ),
    )
)
"""A mesh config with two authorizers, and the service that both are."""


def policy(name: str, spec: str = "", *, namespace: str = "shop", meta: str = "") -> str:
    """An AuthorizationPolicy."""
    return thing("AuthorizationPolicy", name, spec, namespace=namespace, meta=meta)


def judged(*texts: str, subject: Subject = CALLER) -> Judgement:
    """The decision of the proxy of web."""
    held = mesh(SPACES, app("web"), *texts)
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    return held.authorization_policies.judge(workload.pods[0], subject)


def who(found: Judgement) -> str:
    """The decision with the names of the policies that decided."""
    return " ".join([str(found.decision), *(p.name for p in found.decided_by)])


ALLOW_GET = policy("allow-get", "rules: [{to: [{operation: {methods: [GET]}}]}]")
ALLOW_POST = policy("allow-post", "rules: [{to: [{operation: {methods: [POST]}}]}]")
DENY_GET = policy("deny-get", "action: DENY\nrules: [{to: [{operation: {methods: [GET]}}]}]")
DENY_POST = policy("deny-post", "action: DENY\nrules: [{to: [{operation: {methods: [POST]}}]}]")
AUDIT = policy("audit", "action: AUDIT\nrules: [{}]")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), "no-policy"),
        ((ALLOW_GET,), "allowed allow-get"),
        ((ALLOW_POST,), "no-allow-matched allow-post"),
        ((ALLOW_POST, ALLOW_GET), "allowed allow-get"),
        ((DENY_GET,), "deny-matched deny-get"),
        ((DENY_POST,), "allowed deny-post"),
        ((DENY_GET, ALLOW_GET), "deny-matched deny-get"),
        ((DENY_POST, ALLOW_POST), "no-allow-matched allow-post"),
        ((AUDIT,), "allowed audit"),
        ((policy("nothing", "rules: []"),), "no-allow-matched nothing"),
        ((policy("empty"),), "no-allow-matched empty"),
        ((policy("all", "rules: [{}]"),), "allowed all"),
        ((policy("none", "action: DENY"),), "allowed none"),
        ((policy("nil", "rules: [null, 7]"),), "no-allow-matched nil"),
        ((policy("lower", "action: deny\nrules: [{}]"),), "deny-matched lower"),
    ],
)
def test_order_of_actions(texts: tuple[str, ...], expected: str) -> None:
    """DENY before ALLOW; where an ALLOW policy applies, some rule has to match."""
    assert expected == who(judged(*texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (policy("p", "action: DENY\nrules: [{}]", namespace="istio-system"), "deny-matched p"),
        (policy("p", "action: DENY\nrules: [{}]", namespace="other"), "no-policy"),
        (policy("p", "action: DENY\nselector: {matchLabels: {app: web}}\nrules: [{}]"), "deny-matched p"),
        (policy("p", "action: DENY\nselector: {matchLabels: {app: api}}\nrules: [{}]"), "no-policy"),
        (
            policy("p", "action: DENY\nselector: {matchLabels: {app: web}}\nrules: [{}]", namespace="istio-system"),
            "deny-matched p",
        ),
        (policy("p", "action: DENY\ntargetRefs: [{kind: Gateway, name: g}]\nrules: [{}]"), "no-policy"),
        (policy("p", "action: DENY\nrules: [{}]", meta='annotations: {istio.io/dry-run: "true"}'), "no-policy"),
        (policy("p", "action: DENY\nrules: [{}]", meta='annotations: {istio.io/dry-run: "false"}'), "deny-matched p"),
    ],
)
def test_to_whom_it_applies(text: str, expected: str) -> None:
    """Of the pod's or the root namespace, by selector; a dry run decides nothing."""
    assert expected == who(judged(text))


def test_rule_that_denies() -> None:
    """The rule is pointed at and named as Envoy's log names it; of several the first by name."""
    found = judged(
        policy("b", "action: DENY\nrules: [{}]"),
        policy("a", "action: DENY\nrules: [{to: [{operation: {ports: ['1']}}]}, {}]"),
    )

    assert ("ns[shop]-policy[a]-rule[1]", "spec.rules[1]") == (found.rule, getattr(found.place, "field", ""))


def test_why_nothing_allows() -> None:
    """What kept each rule from matching, the nearest first."""
    far = policy(
        "a", "rules: [{from: [{source: {namespaces: [x]}}], to: [{operation: {methods: [POST], paths: [/x]}}]}]"
    )
    found = judged(far, ALLOW_POST)

    assert [
        ("allow-post", "methods", "GET"),
        ("a", "namespaces", "shop"),
        ("a", "methods", "GET"),
        ("a", "paths", "/api"),
    ] == [(m.place.name, m.attribute, m.had) for m in found.misses]


CUSTOM = "action: CUSTOM\nprovider: {{name: {}}}\nrules: [{{}}]"


def test_authorizer_is_asked() -> None:
    """Its answer is not known; what follows is judged."""
    found = judged(policy("ask", CUSTOM.format("opa")), ALLOW_GET, PROVIDERS)

    assert ("allowed allow-get", "ask") == (who(found), getattr(found.asks, "name", ""))


def test_authorizer_is_not_asked_without_a_rule() -> None:
    """A CUSTOM policy of which no rule matches asks nobody."""
    assert judged(policy("ask", CUSTOM.format("opa").replace("[{}]", "[]")), PROVIDERS).asks is None


def test_authorizer_that_is_not_there() -> None:
    """Where the mesh has no such provider, what the policy's rules take is denied."""
    found = judged(policy("ask", CUSTOM.format("none")), ALLOW_GET, PROVIDERS)

    bad = "istio-ext-authz-ns[shop]-policy[ask]-rule[0]-deny-due-to-bad-CUSTOM-action"
    assert ("deny-matched ask", bad) == (who(found), found.rule)
    assert "spec.provider.name" == getattr(found.place, "field", "")


def test_authorizer_of_a_mesh_that_was_not_seen() -> None:
    """Without the mesh config nothing is known of providers."""
    assert "allowed allow-get" == who(judged(policy("ask", CUSTOM.format("none")), ALLOW_GET))


def test_http_authorizer_and_tcp() -> None:
    """A provider that speaks HTTP is not asked about TCP."""
    tcp = Subject(principal=CALLER.principal, port=8080, http=False)
    asked = [judged(policy("ask", CUSTOM.format(n)), PROVIDERS, subject=tcp).asks for n in ("web", "opa")]

    assert [None, "ask"] == [getattr(a, "name", None) for a in asked]


ADDRESS = "rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((policy("p", ADDRESS),), "unknown p"),
        ((policy("p", "action: DENY\n" + ADDRESS),), "unknown p"),
        ((policy("p", "action: DENY\n" + ADDRESS), ALLOW_POST), "no-allow-matched allow-post"),
        ((policy("p", "action: DENY\n" + ADDRESS), DENY_GET), "deny-matched deny-get"),
        ((policy("p", ADDRESS), ALLOW_GET), "allowed allow-get"),
    ],
)
def test_what_is_not_known(texts: tuple[str, ...], expected: str) -> None:
    """A rule by an address may match; what is sure outranks it."""
    assert expected == who(judged(*texts))


def custom(name: str, provider: str) -> str:
    """A CUSTOM policy for everything."""
    return policy(name, f"action: CUSTOM\nprovider: {{name: {provider}}}\nrules: [{{}}]")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((custom("a", "opa"), custom("b", "opa")), "allowed a b"),
        ((custom("a", "opa"), custom("b", "web")), "deny-matched a"),
        ((custom("a", "opa"), custom("b", "web"), DENY_GET), "deny-matched a"),
    ],
)
def test_several_authorizers_for_one_workload(texts: tuple[str, ...], expected: str) -> None:
    """Then none is asked, and what their rules take is denied."""
    assert expected == who(judged(PROVIDERS, *texts))


def test_provider_that_is_no_authorizer() -> None:
    """A provider for logs cannot be asked, so everything is denied."""
    config = mesh_config("extensionProviders: [{name: logs, envoyFileAccessLog: {path: /dev/stdout}}]")

    assert "deny-matched a" == who(judged(config, custom("a", "logs")))
