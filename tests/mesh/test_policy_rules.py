"""Whether a rule of an AuthorizationPolicy matches a request."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.mesh.policy.policy_rules import misses, rule_matches
from troubleshooter.mesh.policy.policy_values import value_of
from troubleshooter.mesh.policy.subject import Subject

HTTP = Subject(
    principal="cluster.local/ns/shop/sa/web",
    namespace="shop",
    request_principal="https://id/ann",
    claims={
        "iss": "https://id",
        "sub": "ann",
        "aud": ["a", "b"],
        "azp": "app",
        "scope": ["read", "write"],
        "org": {"unit": "x"},
        "n": 7,
    },
    host="web.shop:8080",
    method="GET",
    path="/api/v1?x=1",
    headers={"x-user": "ann"},
    port=8080,
)
BARE = replace(HTTP, principal="", namespace="", request_principal="", claims={})
TCP = replace(HTTP, http=False)


def matches(rule: str, subject: Subject = HTTP, *, denies: bool = False) -> str:
    """Yes, no or unknown."""
    found = rule_matches(yaml.safe_load(rule), subject, denies=denies, namespace="shop")
    return {True: "yes", False: "no", None: "unknown"}[found]


def source(text: str) -> str:
    """A rule with one source."""
    return f"{{from: [{{source: {{{text}}}}}]}}"


def operation(text: str) -> str:
    """A rule with one operation."""
    return f"{{to: [{{operation: {{{text}}}}}]}}"


def when(text: str) -> str:
    """A rule with one condition."""
    return f"{{when: [{{{text}}}]}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("principals: [cluster.local/ns/shop/sa/web]", "yes"),
        ("principals: [cluster.local/ns/shop/sa/api]", "no"),
        ("principals: ['*']", "yes"),
        ("principals: ['*/sa/web']", "yes"),
        ("principals: ['cluster.local/ns/shop/*']", "yes"),
        ("notPrincipals: [cluster.local/ns/shop/sa/web]", "no"),
        ("notPrincipals: [cluster.local/ns/shop/sa/api]", "yes"),
        ("principals: []", "yes"),
        ("principals: x", "yes"),
        ("requestPrincipals: [https://id/ann]", "yes"),
        ("requestPrincipals: ['https://id/*']", "yes"),
        ("requestPrincipals: [https://id/bob]", "no"),
        ("namespaces: [shop]", "yes"),
        ("namespaces: ['sh*']", "yes"),
        ("namespaces: ['*o*']", "yes"),
        ("namespaces: [bank]", "no"),
        ("notNamespaces: [shop]", "no"),
        ("serviceAccounts: [web]", "yes"),
        ("serviceAccounts: [shop/web]", "yes"),
        ("serviceAccounts: [bank/web]", "no"),
        ("notServiceAccounts: [web]", "no"),
        ("ipBlocks: [10.0.0.0/8]", "unknown"),
        ("notIpBlocks: [10.0.0.0/8]", "unknown"),
        ("remoteIpBlocks: [10.0.0.0/8]", "unknown"),
        ("namespaces: [bank], ipBlocks: [10.0.0.0/8]", "no"),
        ("namespaces: [shop], principals: ['*']", "yes"),
        ("", "yes"),
    ],
)
def test_sources(text: str, expected: str) -> None:
    """Every field of a source has to match, with some of its values."""
    assert expected == matches(source(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("principals: ['*']", "no"),
        ("namespaces: ['*']", "no"),
        ("serviceAccounts: [web]", "no"),
        ("requestPrincipals: ['*']", "no"),
        ("notPrincipals: ['*']", "yes"),
        ("notNamespaces: [shop]", "yes"),
    ],
)
def test_peer_without_identity(text: str, expected: str) -> None:
    """On plaintext there is no peer to match, and none to exclude."""
    assert expected == matches(source(text), BARE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("principals: ['*']", "yes"), ("principals: [a]", "unknown"), ("notNamespaces: [shop]", "unknown")],
)
def test_peer_whose_identity_is_not_known(text: str, expected: str) -> None:
    """It has one, but which is not known."""
    subject = replace(BARE, unknown=frozenset({"principals", "namespaces", "serviceAccounts"}))

    assert expected == matches(source(text), subject)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("cluster.local/ns/shop/sa/web", "yes"),
        ("corp/ns/shop/sa/web", "yes"),
        ("old/ns/shop/sa/web", "yes"),
        ("other/ns/shop/sa/web", "no"),
        ("*/ns/shop/sa/web", "yes"),
    ],
)
def test_trust_domains(wanted: str, expected: str) -> None:
    """The mesh's trust domain, its aliases and cluster.local stand for each other."""
    subject = replace(HTTP, principal="corp/ns/shop/sa/web", trust_domains=("corp", "old"))

    assert expected == matches(source(f"principals: ['{wanted}']"), subject)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("methods: [GET, POST]", "yes"),
        ("methods: [get]", "no"),
        ("notMethods: [GET]", "no"),
        ("paths: [/api/v1]", "yes"),
        ("paths: [/api/*]", "yes"),
        ("paths: ['*/v1']", "yes"),
        ("paths: [/api]", "no"),
        ("paths: ['/api/{*}']", "yes"),
        ("paths: ['/{*}']", "no"),
        ("paths: ['/{**}']", "yes"),
        ("paths: ['/{**}/v1']", "yes"),
        ("paths: ['/{*}/v2']", "no"),
        ("notPaths: [/health]", "yes"),
        ("hosts: ['web.shop:8080']", "yes"),
        ("hosts: [web.shop]", "no"),
        ("hosts: ['web.shop*']", "yes"),
        ("hosts: ['WEB.SHOP:*']", "yes"),
        ("notHosts: ['web.*']", "no"),
        ("ports: ['8080']", "yes"),
        ("ports: [8080]", "yes"),
        ("ports: ['80']", "no"),
        ("notPorts: ['8080']", "no"),
        ("methods: [GET], paths: [/x]", "no"),
    ],
)
def test_operations(text: str, expected: str) -> None:
    """The path without its query; hosts in any case; ports as texts."""
    assert expected == matches(operation(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key: 'request.headers[x-user]', values: [ann]", "yes"),
        ("key: 'request.headers[X-User]', values: [ann]", "yes"),
        ("key: 'request.headers[x-user]', values: ['a*']", "yes"),
        ("key: 'request.headers[x-user]', values: [bob]", "no"),
        ("key: 'request.headers[x-none]', values: ['*']", "no"),
        ("key: 'request.headers[x-none]', notValues: ['*']", "yes"),
        ("key: 'request.headers[x-user]', notValues: [ann]", "no"),
        ("key: 'request.headers[host]', values: ['web.shop:8080']", "yes"),
        ("key: 'request.headers[:authority]', values: ['web.shop:*']", "yes"),
        ("key: 'request.headers[:method]', values: [GET]", "yes"),
        ("key: 'request.headers[:path]', values: ['/api/v1?x=*']", "yes"),
        ("key: request.headers, values: [a]", "no"),
        ("key: source.namespace, values: [shop]", "yes"),
        ("key: source.principal, values: [cluster.local/ns/shop/sa/web]", "yes"),
        ("key: source.serviceAccount, values: [web]", "yes"),
        ("key: source.ip, values: [10.0.0.0/8]", "unknown"),
        ("key: remote.ip, values: [10.0.0.0/8]", "unknown"),
        ("key: destination.ip, values: [10.0.0.0/8]", "unknown"),
        ("key: connection.sni, values: [a]", "unknown"),
        ("key: 'experimental.envoy.filters.network.mysql_proxy[a.b]', values: [a]", "unknown"),
        ("key: destination.port, values: ['8080']", "yes"),
        ("key: request.auth.principal, values: [https://id/ann]", "yes"),
        ("key: request.auth.audiences, values: [b]", "yes"),
        ("key: request.auth.presenter, values: [app]", "yes"),
        ("key: 'request.auth.claims[sub]', values: [ann]", "yes"),
        ("key: 'request.auth.claims[sub]', values: ['*']", "yes"),
        ("key: 'request.auth.claims[org][unit]', values: [x]", "yes"),
        ("key: 'request.auth.claims[scope]', values: [write]", "yes"),
        ("key: 'request.auth.claims[scope]', values: [admin]", "no"),
        ("key: 'request.auth.claims[n]', values: ['7']", "no"),
        ("key: 'request.auth.claims[none]', values: ['*']", "no"),
        ("key: no.such.key, values: [a]", "no"),
        ("values: [a]", "no"),
    ],
)
def test_conditions(text: str, expected: str) -> None:
    """Every key of Istio; a rule with a key that is none is left out."""
    assert expected == matches(when(text))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{}", "yes"),
        ("{from: [], to: [], when: []}", "yes"),
        ("{from: 7, to: {a: b}, when: x}", "yes"),
        ("{from: [7]}", "yes"),
        ("{from: [{source: {namespaces: [bank]}}, {source: {namespaces: [shop]}}]}", "yes"),
        ("{from: [{source: {namespaces: [shop]}}], to: [{operation: {methods: [POST]}}]}", "no"),
        ("{when: [{key: source.namespace, values: [shop]}, {key: source.namespace, values: [bank]}]}", "no"),
        ("{from: [{source: {ipBlocks: [1.1.1.1]}}, {source: {namespaces: [shop]}}]}", "yes"),
        ("{from: [{source: {ipBlocks: [1.1.1.1]}}, {source: {namespaces: [bank]}}]}", "unknown"),
    ],
)
def test_parts(rule: str, expected: str) -> None:
    """Some source, some operation, every condition; absent ones match anything."""
    assert expected == matches(rule)


@pytest.mark.parametrize(
    ("rule", "allows", "denies"),
    [
        (operation("methods: [GET]"), "no", "yes"),
        (operation("methods: [POST]"), "no", "yes"),
        (operation("methods: [POST], ports: ['9090']"), "no", "no"),
        (operation("ports: ['8080']"), "yes", "yes"),
        (source("requestPrincipals: ['*']"), "no", "yes"),
        (source("namespaces: [shop]"), "yes", "yes"),
        (when("key: 'request.headers[x-user]', values: [bob]"), "no", "yes"),
        (when("key: source.namespace, values: [bank]"), "no", "no"),
    ],
)
def test_http_fields_on_tcp(rule: str, allows: str, denies: str) -> None:
    """An ALLOW rule with an HTTP field is left out; a DENY rule is judged without it."""
    assert (allows, denies) == (matches(rule, TCP), matches(rule, TCP, denies=True))


def missed(rule: str, subject: Subject = HTTP) -> list[str]:
    """What kept a rule of an ALLOW policy from matching."""
    policy = inventory(thing("AuthorizationPolicy", "p")).objects[0]
    return [f"{m.place.field} {m.had}".strip() for m in misses(policy, 0, yaml.safe_load(rule), subject)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (source("namespaces: [bank]"), ["spec.rules[0].from[0].source.namespaces shop"]),
        (source("notNamespaces: [shop]"), ["spec.rules[0].from[0].source.notNamespaces shop"]),
        (operation("methods: [POST], paths: [/api/v1]"), ["spec.rules[0].to[0].operation.methods GET"]),
        (when("key: source.namespace, values: [bank]"), ["spec.rules[0].when[0]"]),
        (when("key: no.such.key, values: [bank]"), ["spec.rules[0].when[0]"]),
        ("{from: [{source: {namespaces: [bank]}}, {source: {namespaces: [shop]}}]}", []),
        ("{}", []),
    ],
)
def test_misses(rule: str, expected: list[str]) -> None:
    """The fields that do not match, with what the request has."""
    assert expected == missed(rule)


def test_misses_on_tcp() -> None:
    """HTTP fields cannot match there."""
    assert ["spec.rules[0].to[0].operation.methods"] == missed(operation("methods: [GET]"), TCP)
    assert ["spec.rules[0].when[0]"] == missed(when("key: 'request.headers[a]', values: [x]"), TCP)


def test_values() -> None:
    """What a request has for a field; nothing for a field that is none."""
    assert ["shop/web", "/api/v1", ""] == [value_of(n, HTTP) for n in ("serviceAccounts", "paths", "other")]
