"""What the policies of an RBAC filter ask of a request."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.evidence.envoy.dump import RbacKind, RbacTest
from troubleshooter.evidence.envoy.rbac import filters_of

TYPE = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
NAME = "ns[shop]-policy[allow]-rule[0]"


def _filter(rules: Any) -> dict[str, Any]:
    return {"http_filters": [{"name": "rbac", "typed_config": {"@type": TYPE, "rules": rules}}]}


def _principal(raw: dict[str, Any]) -> RbacTest:
    [found] = filters_of(_filter({"policies": {NAME: {"permissions": [{"any": True}], "principals": [raw]}}}))
    return found.policies[0].principals.of[0]


def test_a_filter_without_rules_decides_nothing() -> None:
    """It is what istiod writes where policies are only tried (dry run)."""
    assert [] == list(filters_of({"http_filters": [{"name": "rbac", "typed_config": {"@type": TYPE}}]}))


def test_a_filter_with_empty_rules_allows_nobody() -> None:
    """It allows, by default, what its policies match, and has none."""
    [found] = filters_of(_filter({}))

    assert (True, ()) == (found.allows, found.policies)


def test_a_filter_that_denies_says_so() -> None:
    """Its action is DENY."""
    [found] = filters_of(_filter({"action": "DENY"}))

    assert found.allows is False


METADATA = {"filter": "envoy.filters.http.jwt_authn"}
KINDS: dict[str, tuple[dict[str, Any], RbacKind]] = {
    "certificate": ({"authenticated": {"principal_name": {"exact": "spiffe://x"}}}, RbacKind.IDENTITY),
    "filter-state": ({"filter_state": {"key": "io.istio.peer_principal"}}, RbacKind.IDENTITY),
    "issuer": ({"metadata": {**METADATA, "path": [{"key": "payload"}, {"key": "iss"}]}}, RbacKind.TOKEN),
    "subject": (
        {"metadata": {**METADATA, "path": [{"key": "sub"}], "value": {"string_match": {"exact": "ann"}}}},
        RbacKind.CLAIM,
    ),
    "claim": ({"metadata": {**METADATA, "path": [{"key": "payload"}, {"key": "groups"}]}}, RbacKind.CLAIM),
    "anybody": ({"any": True}, RbacKind.ALL),
    "address": ({"remote_ip": {"address_prefix": "10.0.0.0", "prefix_len": 8}}, RbacKind.OTHER),
}


@pytest.mark.parametrize("case", KINDS)
def test_a_principal_is_of_a_kind(case: str) -> None:
    """By what it looks at: the certificate, the token, another claim of it, or something else."""
    raw, kind = KINDS[case]

    assert kind is _principal(raw).kind


def test_methods_are_compared() -> None:
    """A header test of the method is read with how it compares."""
    permission = {"header": {"name": ":method", "string_match": {"exact": "GET"}}}
    [found] = filters_of(_filter({"policies": {NAME: {"permissions": [permission]}}}))

    assert RbacTest(kind=RbacKind.METHOD, how="exact", value="GET") == found.policies[0].permissions.of[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["and_rules", "rules", "ids", "or_ids", "header", "not_id", "any"]), inner)
    ),
)


@given(JSON)
def test_nothing_in_a_policy_raises(raw: Any) -> None:
    """Whatever stands in the place of a policy, it is read as far as it goes."""
    rules = {"policies": {NAME: {"permissions": [raw], "principals": raw}}}

    assert 1 == len(list(filters_of(_filter(rules))))
