"""Requests that a policy, a token, an authorizer or a limit turns away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.envoy.apps import Place
from tests.envoy.envoy_shapes import Shape, typed
from tests.envoy.failures.lab import Lab
from tests.envoy.failures.peers import answers
from tests.envoy.failures.rows import failure
from tests.envoy.failures.shapes import INBOUND, cluster, taking, tcp

RBAC = ("envoy.filters.http.rbac", "extensions.filters.http.rbac.v3.RBAC")
TCP_RBAC = ("envoy.filters.network.rbac", "extensions.filters.network.rbac.v3.RBAC")
JWT = ("envoy.filters.http.jwt_authn", "extensions.filters.http.jwt_authn.v3.JwtAuthentication")
AUTHZ = ("envoy.filters.http.ext_authz", "extensions.filters.http.ext_authz.v3.ExtAuthz")
LOCAL = ("envoy.filters.http.local_ratelimit", "extensions.filters.http.local_ratelimit.v3.LocalRateLimit")
ANY: Shape = {"any": True}
ISSUER, JWKS = "https://login.example.com", "outbound|443||login.example.com"


def rule(name: str, *, permissions: Shape = ANY, principals: Shape = ANY) -> Shape:
    """A policy with one rule, as istiod names it."""
    both = {
        "permissions": [{"and_rules": {"rules": [permissions]}}],
        "principals": [{"and_ids": {"ids": [principals]}}],
    }
    return {f"ns[shop]-policy[{name}]-rule[0]": both}


def rbac(action: str, policies: Shape, kind: tuple[str, str] = RBAC, **fields: Any) -> Shape:
    """A filter of policies. ALLOW is not written, as Envoy's dump leaves out what is its default."""
    return typed(*kind, rules={"policies": policies} | ({"action": action} if action != "ALLOW" else {}), **fields)


def calls(lab: Lab, *filters: Shape, more: tuple[Shape, ...] = (), **asked: Any) -> None:
    """Call payments, whose sidecar has these filters."""
    lab.ask(at=lab.called([taking(None, filters)], lab.app(), more=more), **asked)


@failure("authz-deny-policy-matched", "authorization", "the details name the policy")
def rbac_deny_403(lab: Lab) -> None:
    """A DENY policy matches the path."""
    path = {"url_path": {"path": {"exact": "/pay"}}}
    calls(lab, rbac("DENY", rule("no-pay", permissions=path)))


@failure("authz-allow-implicit-deny", "authorization", "no rule fits the method")
def rbac_allow_none_403(lab: Lab) -> None:
    """An ALLOW policy, for another method."""
    method = {"header": {"name": ":method", "string_match": {"exact": "GET"}}}
    calls(lab, rbac("ALLOW", rule("allow-get", permissions=method)), method="POST")


@failure("authz-allow-implicit-deny", "authorization", "an ALLOW filter without rules")
def rbac_allow_nothing_403(lab: Lab) -> None:
    """A policy that allows nothing."""
    calls(lab, rbac("ALLOW", {}))


@failure("authz-identity-needs-mtls", "authorization", "the rule wants a caller, and the connection was plaintext")
def rbac_principal_plaintext_403(lab: Lab) -> None:
    """A policy for one service account, and a caller without a certificate."""
    web = {"authenticated": {"principal_name": {"exact": "spiffe://cluster.local/ns/shop/sa/web"}}}
    calls(lab, rbac("ALLOW", rule("allow-web", principals=web)))


@failure("authz-deny-policy-matched", "authorization", "the connection's own details name the policy")
def rbac_tcp(lab: Lab) -> None:
    """A DENY policy on a port that is no HTTP."""
    denied = rbac("DENY", rule("no-port"), TCP_RBAC, stat_prefix="tcp.")
    chain = {"filters": [denied, tcp(INBOUND)], "filter_chain_match": {"transport_protocol": "raw_buffer"}}
    lab.say(b"ping\n", at=lab.called([chain], lab.app()))


@failure("authz-deny-policy-matched", "authorization", "the far end's log names the policy that the caller's cannot")
def rbac_at_the_far_end(lab: Lab) -> None:
    """The caller's sidecar sees 403 via_upstream alone."""
    server = lab.called([taking(None, [rbac("DENY", rule("no-pay"))])], lab.app())
    lab.caller([cluster(server)])
    lab.ask()


def tokens(lab: Lab, **over: Any) -> Shape:
    """The filter of a RequestAuthentication, which lets requests without a token through."""
    provider = {"issuer": ISSUER, "local_jwks": {"inline_string": lab.authority.jwks}, "forward": True} | over
    provider = {key: value for key, value in provider.items() if value is not None}
    asked = {"requires_any": {"requirements": [{"provider_name": "origins-0"}, {"allow_missing": {}}]}}
    own = provider | {"payload_in_metadata": "payload"}
    return typed(*JWT, providers={"origins-0": own}, rules=[{"match": {"prefix": "/"}, "requires": asked}])


def with_token(lab: Lab, filter_: Shape, claims: Mapping[str, Any], *, lives: int = 3600, **more: Any) -> None:
    """Call payments with a token."""
    token = lab.authority.token({"sub": "a", **claims}, lives=lives)
    calls(lab, filter_, headers=f"authorization: Bearer {token}\r\n", **more)


@failure("jwt-missing-token-403", "authorization", "each rule wants a token by its issuer")
def jwt_missing_403(lab: Lab) -> None:
    """A policy for callers with a token, and a request without one."""
    path = [{"key": "payload"}, {"key": "iss"}]
    held = {"metadata": {"filter": JWT[0], "path": path, "value": {"string_match": {"exact": ISSUER}}}}
    calls(lab, tokens(lab), rbac("ALLOW", rule("need-token", principals=held)))


@failure("jwt-token-expired-or-signature", "authentication", "Jwt_is_expired")
def jwt_expired(lab: Lab) -> None:
    """A token that has run out."""
    with_token(lab, tokens(lab), {"iss": ISSUER}, lives=-3600)


@failure("jwt-issuer-mismatch", "authentication", "Jwt_issuer_is_not_configured")
def jwt_wrong_issuer(lab: Lab) -> None:
    """A token of somebody else."""
    with_token(lab, tokens(lab), {"iss": "https://other.example"})


@failure("jwt-issuer-mismatch", "authentication", "Audiences_in_Jwt_are_not_allowed")
def jwt_wrong_audience(lab: Lab) -> None:
    """A token for somebody else."""
    with_token(lab, tokens(lab, audiences=["payments"]), {"iss": ISSUER, "aud": "orders"})


@failure("jwt-token-expired-or-signature", "authentication", "Jwt_verification_fails")
def jwt_bad_signature(lab: Lab) -> None:
    """A token that was signed with another key."""
    token = lab.authority.token({"iss": ISSUER})[:-12] + "AAAAAAAAAAAA"
    calls(lab, tokens(lab), headers=f"authorization: Bearer {token}\r\n")


@failure("jwt-jwks-fetch-failed", "authentication", "Jwks_remote_fetch_is_failed")
def jwt_jwks_unreachable(lab: Lab) -> None:
    """The issuer's keys cannot be fetched."""
    remote = {
        "http_uri": {"uri": f"{ISSUER}/keys", "cluster": JWKS, "timeout": "1s"},
        "cache_duration": {"seconds": 300},
    }
    there = cluster(lab.place(443), name=JWKS)
    remote["cache_duration"] = "300s"
    with_token(lab, tokens(lab, local_jwks=None, remote_jwks=remote), {"iss": ISSUER}, more=(there,))


@failure(
    "envoyfilter-in-the-way",
    "authentication",
    "the filter itself demands a token, which no object of Istio makes it do",
)
def jwt_missing_401(lab: Lab) -> None:
    """A filter that somebody put in, which takes no request without a token."""
    demands = {"match": {"prefix": "/"}, "requires": {"provider_name": "origins-0"}}
    provider = {"issuer": ISSUER, "local_jwks": {"inline_string": lab.authority.jwks}}
    calls(lab, typed(*JWT, providers={"origins-0": provider}, rules=[demands]))


def authorizer(lab: Lab, place: Place, **asked: Any) -> None:
    """Call payments, whose sidecar asks the authorizer at a place."""
    name = "outbound|9000||authz.shop.svc.cluster.local"
    uri = {"uri": "http://authz.shop.svc.cluster.local:9000", "cluster": name, "timeout": "0.3s"}
    asking = typed(*AUTHZ, http_service={"server_uri": uri}, transport_api_version="V3")
    calls(lab, asking, more=(cluster(place, name=name),), **asked)


@failure("authz-custom-provider-denied", "authorization", "ext_authz_denied: the authorizer was asked, and said no")
def uaex_denied(lab: Lab) -> None:
    """The authorizer denies."""
    authorizer(lab, lab.app(answers(403), port=9000))


@failure("authz-custom-provider-missing", "authorization", "ext_authz_error: asked, and no answer")
def uaex_error(lab: Lab) -> None:
    """The authorizer is down."""
    authorizer(lab, lab.place(9000))


@failure("authz-custom-provider-missing", "authorization", "the same: it answered too late")
def uaex_timeout(lab: Lab) -> None:
    """The authorizer takes too long."""
    authorizer(lab, lab.app("hangs", port=9000))


@failure("envoyfilter-in-the-way", "listener", "local_rate_limited, and no object of Istio has such a limit")
def rl_local_429(lab: Lab) -> None:
    """One request a minute."""
    all_of_them = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    bucket = {"max_tokens": 1, "tokens_per_fill": 1, "fill_interval": "60s"}
    limit = typed(*LOCAL, stat_prefix="limit", token_bucket=bucket, filter_enabled=all_of_them,
                  filter_enforced=all_of_them)  # fmt: skip
    calls(lab, limit, times=4)
