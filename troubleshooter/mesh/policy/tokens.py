"""RequestAuthentication: which tokens a workload knows, and what it makes of a request's.

Decides from issuer, audience and dates as the token says them, and from the time at which the mesh is looked at. A
signature cannot be checked here, so a token that names a known issuer is taken as good, and said to be assumed.
Sources: https://istio.io/latest/docs/reference/config/security/request_authentication/; `convertToEnvoyJwtConfig` in
istio/istio pilot/pkg/security/authn/policy_applier.go; envoyproxy/envoy
source/extensions/filters/http/jwt_authn/verifier.cc (which of several errors is told).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.basis.index import Index
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.policy.jwt import (
    NO_KEY,
    UNSUPPORTED,
    Jwt,
    has_key,
    out_of_date,
    takes_audience,
    tokens,
    with_words,
)
from troubleshooter.mesh.policy.policy_lookup import PolicyLookup
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Raw, Request, Resource, as_list, as_map

KIND = "RequestAuthentication"


class Token(StrEnum):
    """What became of the token of a request."""

    NOT_ASKED = "not-asked"
    """No RequestAuthentication applies."""
    MISSING = "missing"
    """None was sent: the request goes on without an identity."""
    ASSUMED_GOOD = "assumed-good"
    ISSUER_UNKNOWN = "issuer-unknown"
    AUDIENCE_WRONG = "audience-wrong"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    """It is signed in a way that Envoy does not know, or not at all."""
    KEY_UNKNOWN = "key-unknown"
    """The rule holds keys, and none of the name that the token gives."""
    BAD_SIGNATURE = "bad-signature"
    """Only a log tells this, and the next."""
    NO_KEYS = "no-keys"
    """The issuer's keys could not be fetched."""


UNKNOWN_ISSUER, WRONG_AUDIENCE = "Jwt_issuer_is_not_configured", "Audiences_in_Jwt_are_not_allowed"
DATED = {"Jwt_is_expired": Token.EXPIRED, "Jwt_not_yet_valid": Token.NOT_YET_VALID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`principal` is `issuer/subject` of a token taken as good; `claims` are those of a token that can be read;
    `policies` are all RequestAuthentications that apply; `says` is what Envoy says of a token that is refused; `kept`
    are the headers with tokens that the proxy does not hand on."""

    token: Token
    policies: tuple[Object, ...] = ()
    place: Resource | None = None
    principal: str = ""
    claims: Raw | None = None
    issuer: str = ""
    says: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One rule of a policy, and its number there."""

    policy: Object
    number: int
    raw: Raw

    def at(self, field: str = "") -> Resource:
        return self.policy.at(f"spec.jwtRules[{self.number}]{field}")


class RequestAuthentications:
    """Every RequestAuthentication. `now` is when the mesh was looked at, in seconds since 1970, None if not known."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.held = PolicyLookup(index, settings, KIND)
        self._now = index.inventory.observed

    def judge(self, pod: Pod, request: Request) -> Credentials:
        """What the proxy of `pod` makes of a request's tokens. The rules of all policies add up: one that takes a token
        is enough; else none may refuse one."""
        policies = tuple(self.held.selecting(pod))
        rules = [_Rule(policy=p, number=n, raw=as_map(r)) for p in policies for n, r in _numbered(p)]
        if not rules or _preflight(request):
            return Credentials(token=Token.NOT_ASKED, policies=policies)
        found = [(rule, self._by_rule(policies, rule, request)) for rule in rules]
        sent = [credentials for _, credentials in found if credentials.token is not Token.MISSING]
        good = next((c for c in sent if c.token is Token.ASSUMED_GOOD), None)
        # Envoy tells an unknown issuer only where no rule has anything worse to say.
        worse = [c for c in sent if c.token is not Token.ISSUER_UNKNOWN]
        if good is None and not sent:
            return Credentials(token=Token.MISSING, policies=policies, place=policies[0].at("spec.jwtRules"))
        return good or (worse or sent)[-1 if worse else 0]

    def _by_rule(self, policies: tuple[Object, ...], rule: _Rule, request: Request) -> Credentials:
        """What one rule makes of a request: all tokens that it finds must be good."""
        seen = list(tokens(rule.raw, request))
        if not seen:
            return Credentials(token=Token.MISSING, policies=policies)
        judged = [self._one(policies, rule, token) for token in seen]
        return next((c for c in judged if c.token is not Token.ASSUMED_GOOD), judged[0])

    def _one(self, policies: tuple[Object, ...], rule: _Rule, sent: Jwt) -> Credentials:
        if sent.claims is None:
            place = rule.policy.at("spec.jwtRules")
            word = Token.UNSUPPORTED if sent.flaw == UNSUPPORTED else Token.MALFORMED
            return Credentials(token=word, policies=policies, place=place, says=sent.flaw)
        verdict, says, place = self._verdict(rule, sent, sent.claims)
        good = verdict is Token.ASSUMED_GOOD
        name = sent.claims.get("sub")
        return Credentials(
            token=verdict,
            policies=policies,
            place=place,
            principal=f"{sent.issuer}/{name}" if good and isinstance(name, str) and name else "",
            claims=with_words(rule.raw, sent.claims),
            issuer=sent.issuer,
            says=says,
            kept=(sent.header,) if good and sent.header and rule.raw.get("forwardOriginalToken") is not True else (),
        )

    def _verdict(self, rule: _Rule, sent: Jwt, claims: Raw) -> tuple[Token, str, Resource]:
        if str(rule.raw.get("issuer") or "") != sent.issuer:
            return Token.ISSUER_UNKNOWN, UNKNOWN_ISSUER, rule.at(".issuer")
        dated = out_of_date(claims, self._now)
        if dated:
            return DATED[dated], dated, rule.at()
        if not takes_audience(rule.raw, claims):
            return Token.AUDIENCE_WRONG, WRONG_AUDIENCE, rule.at(".audiences")
        if not has_key(rule.raw, sent):
            return Token.KEY_UNKNOWN, NO_KEY, rule.at(".jwks")
        return Token.ASSUMED_GOOD, "", rule.at()


def _numbered(policy: Object) -> list[tuple[int, object]]:
    return list(enumerate(as_list(policy.spec.get("jwtRules"))))


def _preflight(request: Request) -> bool:
    """A CORS preflight carries no token and is not asked for one."""
    headers = request.headers
    return request.method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers
