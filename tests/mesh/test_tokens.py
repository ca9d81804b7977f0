"""What a proxy makes of a request's token."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.meshes import SPACES, app, mesh, thing
from troubleshooter.mesh.policy.tokens import Credentials
from troubleshooter.walk import parse_request

ISSUER = "https://id.example.com"


def token(**claims: Any) -> str:
    """An unsigned JWT."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.sig"


GOOD = token(iss=ISSUER, sub="ann", aud=["shop", "bank"])


def rules(spec: str, name: str = "jwt", *, namespace: str = "shop") -> str:
    """A RequestAuthentication."""
    return thing("RequestAuthentication", name, spec, namespace=namespace)


ONE = rules(f"jwtRules: [{{issuer: '{ISSUER}'}}]")


def judged(*texts: str, path: str = "/", method: str = "GET", **headers: str) -> Credentials:
    """What the proxy of web makes of a request; `_` in names of headers stands for `-`."""
    held = mesh(SPACES, app("web"), *texts)
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    request = parse_request(f"http://web.shop:8080{path}", method=method, headers=sent)
    return held.request_authentications.judge(workload.pods[0], request)


def bearer(text: str) -> dict[str, str]:
    """The Authorization header with a token."""
    return {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, "missing"),
        (bearer(GOOD), "assumed-good"),
        ({"authorization": f"bearer {GOOD}"}, "missing"),
        ({"authorization": f"Basic {GOOD}"}, "missing"),
        (bearer(token(iss="https://other", sub="x")), "issuer-unknown"),
        (bearer(token(sub="x")), "issuer-unknown"),
        (bearer("nonsense"), "malformed"),
        (bearer("a.b.c"), "malformed"),
        (bearer("e30.%%%.sig"), "malformed"),
        (bearer("e30.WzFd.sig"), "malformed"),
    ],
)
def test_bearer_tokens(sent: dict[str, str], expected: str) -> None:
    """A token of a known issuer is taken as good; one of an unknown issuer or none at all is refused."""
    assert expected == judged(ONE, **sent).token


def test_who_it_is() -> None:
    """Issuer and subject make the principal."""
    found = judged(ONE, **bearer(GOOD))

    assert (f"{ISSUER}/ann", "ann", ISSUER) == (found.principal, (found.claims or {}).get("sub"), found.issuer)
    assert "spec.jwtRules[0]" == getattr(found.place, "field", "")


def test_token_of_nobody() -> None:
    """A token without a subject makes no principal."""
    assert ("assumed-good", "") == ((found := judged(ONE, **bearer(token(iss=ISSUER)))).token, found.principal)


@pytest.mark.parametrize(
    ("audiences", "sent", "expected"),
    [
        ("[shop]", GOOD, "assumed-good"),
        ("[other]", GOOD, "audience-wrong"),
        ("[other]", token(iss=ISSUER, aud="other"), "assumed-good"),
        ("[other]", token(iss=ISSUER), "audience-wrong"),
        ("[]", GOOD, "assumed-good"),
        ("x", GOOD, "assumed-good"),
    ],
)
def test_audiences(audiences: str, sent: str, expected: str) -> None:
    """Some audience of the rule has to be among the token's."""
    assert (
        expected == judged(rules(f"jwtRules: [{{issuer: '{ISSUER}', audiences: {audiences}}}]"), **bearer(sent)).token
    )


@pytest.mark.parametrize(
    ("where", "sent", "path"),
    [
        ("fromHeaders: [{name: X-Token}]", {"x_token": GOOD}, "/"),
        ("fromHeaders: [{name: X-Token, prefix: 'Bearer '}]", {"x_token": f"Bearer {GOOD}"}, "/"),
        ("fromParams: [t]", {}, f"/?t={GOOD}"),
        ("fromCookies: [t]", {"cookie": f"a=b; t={GOOD}"}, "/"),
        ("", {}, f"/?access_token={GOOD}"),
    ],
)
def test_places_of_tokens(where: str, sent: dict[str, str], path: str) -> None:
    """Where a rule looks for it; where it names no place, in the usual ones."""
    rule = ", ".join(filter(None, [f"issuer: '{ISSUER}'", where]))

    assert "assumed-good" == judged(rules(f"jwtRules: [{{{rule}}}]"), path=path, **sent).token


def test_usual_place_where_another_is_named() -> None:
    """A rule that names a place looks nowhere else."""
    assert "missing" == judged(rules(f"jwtRules: [{{issuer: '{ISSUER}', fromParams: [t]}}]"), **bearer(GOOD)).token
    prefixed = rules(f"jwtRules: [{{issuer: '{ISSUER}', fromHeaders: [{{name: X-Token, prefix: 'Bearer '}}]}}]")

    assert "missing" == judged(prefixed, x_token=GOOD).token


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rules("selector: {matchLabels: {app: web}}\njwtRules: [{issuer: a}]"), "missing"),
        (rules("selector: {matchLabels: {app: api}}\njwtRules: [{issuer: a}]"), "not-asked"),
        (rules("jwtRules: [{issuer: a}]", namespace="istio-system"), "missing"),
        (rules("jwtRules: [{issuer: a}]", namespace="other"), "not-asked"),
        (rules("jwtRules: []"), "not-asked"),
        (rules("jwtRules: {issuer: a}"), "not-asked"),
        (rules("targetRefs: [{kind: Gateway, name: a}]\njwtRules: [{issuer: a}]"), "not-asked"),
        (rules("jwtRules: [7]"), "missing"),
    ],
)
def test_to_whom_it_applies(text: str, expected: str) -> None:
    """Of the pod's namespace or the root namespace, by its selector."""
    assert expected == judged(text).token


def test_rules_add_up() -> None:
    """Every issuer of every policy is known."""
    both = (rules("jwtRules: [{issuer: a}]", "one"), rules(f"jwtRules: [{{issuer: b}}, {{issuer: '{ISSUER}'}}]", "two"))
    found = judged(*both, **bearer(GOOD))

    assert ("assumed-good", ["one", "two"]) == (found.token, [p.name for p in found.policies])
    assert "spec.jwtRules[1]" == getattr(found.place, "field", "")


def test_preflight() -> None:
    """A CORS preflight is not asked for a token."""
    asked = {"origin": "https://a", "access_control_request_method": "GET"}

    assert ["not-asked", "missing"] == [judged(ONE, method=m, **asked).token for m in ("OPTIONS", "GET")]


def signed(head: dict[str, str]) -> dict[str, str]:
    """The Authorization header with a token whose first piece says how it was signed."""
    first = base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
    return bearer(f"{first}.{GOOD.partition('.')[2]}")


HELD = rules(
    f"""jwtRules: [{{issuer: '{ISSUER}', jwks: '{{"keys": [{{"kid": "old", "alg": "RS256"}}, {{"kid": "x"}}]}}'}}]"""
)


@pytest.mark.parametrize(
    ("policy", "head", "expected"),
    [
        (ONE, {"alg": "none"}, "unsupported"),
        (ONE, {"alg": "RS256", "kid": "new"}, "assumed-good"),
        (HELD, {"alg": "RS256", "kid": "new"}, "key-unknown"),
        (HELD, {"alg": "RS256", "kid": "old"}, "assumed-good"),
        (HELD, {"alg": "ES256", "kid": "old"}, "key-unknown"),
        (HELD, {"alg": "ES256", "kid": "x"}, "assumed-good"),
        (HELD, {"alg": "ES256"}, "assumed-good"),
        (rules(f"jwtRules: [{{issuer: '{ISSUER}', jwks: 'nonsense'}}]"), {"kid": "new"}, "assumed-good"),
    ],
)
def test_keys_and_ways_of_signing(policy: str, head: dict[str, str], expected: str) -> None:
    """A way of signing that Envoy does not know is refused; so is a key that is not among those that the rule holds."""
    assert expected == judged(policy, **signed(head)).token
