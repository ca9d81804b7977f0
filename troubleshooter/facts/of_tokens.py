"""Facts about a request's token: what a proxy makes of it, and which rule was probably meant to take it.

Must not know policies that decide afterwards. Signatures, keys and dates are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.evidence import AccessLogEntry, details_key
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.policy.jwt import NO_KEY, SHAPE, UNSUPPORTED
from troubleshooter.mesh.policy.tokens import Credentials, Token
from troubleshooter.model import Branch, HopKind, Object, Raw, Resource, Source, Stage, as_list, as_map
from troubleshooter.model.paths import get
from troubleshooter.walk import Hop, Trail

LOGGED: Mapping[str, Token] = {
    "Jwt_is_expired": Token.EXPIRED,
    "Jwt_not_yet_valid": Token.NOT_YET_VALID,
    SHAPE: Token.MALFORMED,
    UNSUPPORTED: Token.UNSUPPORTED,
    NO_KEY: Token.KEY_UNKNOWN,
    "Jwt_verification_fails": Token.BAD_SIGNATURE,
    "Jwks_remote_fetch_is_failed": Token.NO_KEYS,
}
"""What a log says of a token, by what Envoy writes in the braces of jwt_authn_access_denied. Source: envoyproxy/envoy
source/common/jwt/status.cc."""


def about_token(case: CaseBuilder, hop: Hop) -> None:
    """What the proxy of the last hop makes of the request's token."""
    found = hop.credentials
    if found is None:
        return
    refused = found.token in {Token.ISSUER_UNKNOWN, Token.AUDIENCE_WRONG}
    place, guess = (_meant(found), _similar(found)) if refused else (found.place, None)
    place = guess or place
    first = found.policies[0] if found.policies else None
    holder = next((p for p in found.policies if place and p.key == place.key), first)
    case.role("request_authentication", holder.at() if holder else None)
    case.fact("request_authentication.token", found.token, place)
    if not refused or place is None or holder is None:
        return
    if hop.kind is HopKind.GATEWAY and hop.party.workload is not None:
        case.role("target", hop.party.workload.object.at())
    case.fact("request_authentication.issuer_guess", "one" if guess else "none", place)
    case.detail("request_authentication.field", place.field)
    case.detail("request_authentication.issuer", found.issuer)
    case.detail("request_authentication.issuers", ", ".join(dict.fromkeys(_issuer(r) for _, r in _rules(found))))
    if found.token is Token.AUDIENCE_WRONG:
        _audiences(case, found, holder, place)


def token_seen(case: CaseBuilder, entry: AccessLogEntry, source: Source, *places: Resource) -> None:
    """What a log line says of the token, which may not be part of the request as it is asked."""
    key = details_key(entry.details)
    word = LOGGED.get(key.reason) if key.base == "jwt_authn_access_denied" else None
    if word is not None:
        case.seen("request_authentication.token", word, source, *places)


def about_logged_token(case: CaseBuilder, branch: Branch, trail: Trail, seen: tuple[AccessLogEntry, Source]) -> None:
    """What a log line says of the token, at the proxy whose log it is. Must come before what was decided, which it
    outranks."""
    died = branch.failed
    if died is None or died.stage is not Stage.AUTHENTICATION or died.hop >= len(trail.hops):
        return
    found = trail.hops[died.hop].credentials
    policies = found.policies if found is not None else ()
    if found is None or found.says:
        return
    case.role("request_authentication", policies[0].at() if policies else None)
    token_seen(case, *seen, *(p.at("spec.jwtRules") for p in policies))


def _audiences(case: CaseBuilder, found: Credentials, holder: Object, place: Resource) -> None:
    """What audiences the rule takes and what the token has."""
    claims = found.claims or {}
    had = claims.get("aud")
    audiences = [str(a) for a in (had if isinstance(had, list) else [had]) if a]
    case.fact("request_authentication.audience", "some" if audiences else "none", place)
    case.detail("request_authentication.audiences", ", ".join(str(a) for a in as_list(get(holder.raw, place.field))))
    case.detail("request_authentication.token_audiences", ", ".join(audiences))
    case.detail("request_authentication.token_audience", audiences[0] if audiences else None)


def _rules(found: Credentials) -> list[tuple[Resource, Raw]]:
    """Every rule that applies, with its place."""
    return [
        (policy.at(f"spec.jwtRules[{n}].issuer"), as_map(rule))
        for policy in found.policies
        for n, rule in enumerate(as_list(policy.spec.get("jwtRules")))
    ]


def _issuer(rule: Raw) -> str:
    return str(rule.get("issuer") or "")


def _meant(found: Credentials) -> Resource | None:
    """Where the rule that refuses stands: where there is only one, its issuer; else the list of rules."""
    if found.token is not Token.ISSUER_UNKNOWN or found.place is None or len(_rules(found)) == 1:
        return found.place
    policy = next(p for p in found.policies if p.key == found.place.key)
    return policy.at("spec.jwtRules")


def _similar(found: Credentials) -> Resource | None:
    """The issuer of the only rule that differs from the token's in nothing but case, scheme or a slash at the end."""
    if found.token is not Token.ISSUER_UNKNOWN or not found.issuer:
        return None
    near = [place for place, rule in _rules(found) if _bare(_issuer(rule)) == _bare(found.issuer)]
    return near[0] if len(near) == 1 else None


def _bare(issuer: str) -> str:
    return issuer.lower().removeprefix("https://").removeprefix("http://").rstrip("/")
