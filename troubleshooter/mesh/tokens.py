"""RequestAuthentication: which tokens a workload knows, and what it makes of a request's.

Decides from issuer and audience as the token says them. A signature cannot be checked here, so a token that names a
known issuer is taken as good, and said to be assumed.
Sources: https://istio.io/latest/docs/reference/config/security/request_authentication/; `convertToEnvoyJwtConfig` in
istio/istio pilot/pkg/security/authn/policy_applier.go.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.index import Index
from troubleshooter.mesh.matching import pairs
from troubleshooter.mesh.policy_lookup import PolicyLookup
from troubleshooter.mesh.settings import Settings
from troubleshooter.mesh.workloads import Pod
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
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`principal` is `issuer/subject` of a token taken as good; `claims` are those of a token that can be read;
    `policies` are all RequestAuthentications that apply."""

    token: Token
    policies: tuple[Object, ...] = ()
    place: Resource | None = None
    principal: str = ""
    claims: Raw | None = None
    issuer: str = ""


class RequestAuthentications:
    """Every RequestAuthentication."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.held = PolicyLookup(index, settings, KIND)

    def judge(self, pod: Pod, request: Request) -> Credentials:
        """What the proxy of `pod` makes of a request's token."""
        policies = self.held.selecting(pod)  # their rules add up
        rules = [(p, n, as_map(r)) for p in policies for n, r in enumerate(as_list(p.spec.get("jwtRules")))]
        if not rules or _preflight(request):
            return Credentials(token=Token.NOT_ASKED, policies=tuple(policies))
        held = tuple(policies)
        sent = next(((rule, token) for rule in rules if (token := _token(rule[2], request))), None)
        if sent is None:
            return Credentials(token=Token.MISSING, policies=held, place=rules[0][0].at("spec.jwtRules"))
        (policy, number, _), token = sent
        claims = _claims(token)
        if claims is None:
            return Credentials(token=Token.MALFORMED, policies=held, place=policy.at("spec.jwtRules"))
        issuer = str(claims.get("iss") or "")
        known = next((r for r in rules if str(r[2].get("issuer") or "") == issuer), None)
        if known is None:
            place = policy.at(f"spec.jwtRules[{number}].issuer")
            return Credentials(token=Token.ISSUER_UNKNOWN, policies=held, place=place, claims=claims, issuer=issuer)
        policy, number, rule = known
        if not _audience(rule, claims):
            place = policy.at(f"spec.jwtRules[{number}].audiences")
            return Credentials(token=Token.AUDIENCE_WRONG, policies=held, place=place, claims=claims, issuer=issuer)
        name = claims.get("sub")
        principal = f"{issuer}/{name}" if isinstance(name, str) and name else ""
        place = policy.at(f"spec.jwtRules[{number}]")
        return Credentials(
            token=Token.ASSUMED_GOOD, policies=held, place=place, principal=principal, claims=claims, issuer=issuer
        )


def _preflight(request: Request) -> bool:
    """A CORS preflight carries no token and is not asked for one."""
    headers = request.headers
    return request.method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def _token(rule: Raw, request: Request) -> str:
    """The token where a rule looks for it: in the headers, parameters and cookies that it names; where it names none,
    in the Authorization header and the parameter `access_token`."""
    headers = [as_map(h) for h in as_list(rule.get("fromHeaders"))]
    params = [str(p) for p in as_list(rule.get("fromParams"))]
    cookies = [str(c) for c in as_list(rule.get("fromCookies"))]
    if not (headers or params or cookies):
        headers, params = [{"name": "Authorization", "prefix": "Bearer "}], ["access_token"]
    query = pairs(request.path.partition("?")[2], "&")
    crumbs = pairs(request.headers.get("cookie", "").replace("; ", ";"), ";")
    found = [
        *(_after(request.headers.get(str(h.get("name") or "").lower(), ""), h.get("prefix")) for h in headers),
        *(query.get(name, "") for name in params),
        *(crumbs.get(name, "") for name in cookies),
    ]
    return next((token for token in found if token), "")


def _after(value: str, prefix: object) -> str:
    """What follows a prefix, "" if it is not there."""
    start = str(prefix or "")
    return value[len(start) :].strip() if value.lower().startswith(start.lower()) else ""


def _claims(token: str) -> Raw | None:
    """The payload of a JWT, unverified; None if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _audience(rule: Raw, claims: Raw) -> bool:
    wanted = {str(a) for a in as_list(rule.get("audiences"))}
    had = claims.get("aud")
    return not wanted or bool(wanted & {str(a) for a in (had if isinstance(had, list) else [had])})
