"""Single values of a rule against a request."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from troubleshooter.mesh.policy.policy_rules import rule_matches
from troubleshooter.mesh.policy.policy_values import within
from troubleshooter.mesh.policy.subject import Subject

TOKEN = Subject(request_principal="https://id/a/ann", claims={"iss": "https://id/a", "sub": "ann"})
SEEN = replace(
    TOKEN, peers=("10.1.0.5",), clients=("203.0.113.9",), addresses=("10.1.0.9",), sni="outbound_.80_._.web.shop"
)


def matches(rule: str, subject: Subject, *, denies: bool = False) -> str:
    """Yes, no or unknown."""
    found = rule_matches(yaml.safe_load(rule), subject, denies=denies, namespace="shop")
    return {True: "yes", False: "no", None: "unknown"}[found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("*", "yes"),
        ("https://id/a/ann", "yes"),
        ("https://id/a/*", "yes"),
        ("https://id/a/an*", "yes"),
        ("https://id/*", "no"),
        ("https://id/a*", "no"),
        ("*/ann", "yes"),
        ("*id/a/ann", "yes"),
        ("*nn", "yes"),
        ("*/bob", "no"),
        ("https*", "yes"),
        ("https://id/a", "no"),
        ("ann", "no"),
    ],
)
def test_request_principals(wanted: str, expected: str) -> None:
    """Issuer and subject are compared each by itself."""
    assert expected == matches(f"{{from: [{{source: {{requestPrincipals: ['{wanted}']}}}}]}}", TOKEN)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}", "yes"),
        ("{from: [{source: {ipBlocks: [10.1.0.5]}}]}", "yes"),
        ("{from: [{source: {ipBlocks: [10.2.0.0/16, nonsense]}}]}", "no"),
        ("{from: [{source: {notIpBlocks: [10.1.0.0/16]}}]}", "no"),
        ("{from: [{source: {remoteIpBlocks: [203.0.113.0/24]}}]}", "yes"),
        ("{from: [{source: {remoteIpBlocks: ['fd00::/8']}}]}", "no"),
        ("{when: [{key: source.ip, values: [10.1.0.0/16]}]}", "yes"),
        ("{when: [{key: remote.ip, notValues: [203.0.113.9]}]}", "no"),
        ("{when: [{key: destination.ip, values: [10.1.0.9]}]}", "yes"),
        ("{when: [{key: connection.sni, values: ['*.web.shop']}]}", "yes"),
        ("{when: [{key: connection.sni, values: [web.shop]}]}", "no"),
        ("{when: [{key: connection.sni, notValues: ['*']}]}", "no"),
    ],
)
def test_addresses_and_names_that_are_known(rule: str, expected: str) -> None:
    """Blocks of addresses, single addresses, and the name in the TLS hello."""
    assert expected == matches(rule, SEEN)


def test_plaintext_has_no_name() -> None:
    """It matches no name, not even any."""
    assert "no" == matches("{when: [{key: connection.sni, values: ['*']}]}", replace(SEEN, sni=""))


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [(("10.0.0.1", "10.0.0.2"), True), (("10.0.0.1", "10.9.0.1"), None), (("no address",), None), ((), None)],
)
def test_several_addresses(addresses: tuple[str, ...], expected: bool | None) -> None:  # noqa: FBT001 - the answer
    """Where only some lie in a block, it hangs on the pod that calls."""
    assert expected is within(["10.0.0.0/24"], addresses)


@pytest.mark.parametrize("key", ["request.auth.groups", "request.auth", "request.time", "source.labels[app]"])
def test_keys_that_are_none(key: str) -> None:
    """A rule with such a condition is left out, whatever the action."""
    rule = f"{{when: [{{key: '{key}', notValues: [x]}}]}}"

    assert ("no", "no") == (matches(rule, SEEN), matches(rule, SEEN, denies=True))
