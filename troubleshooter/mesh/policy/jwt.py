"""A JSON Web Token: where a rule looks for it in a request, what can be read off it, and what Envoy says of it.

Decides one token against one rule. A signature cannot be checked here. Must not know policies.
Sources: envoyproxy/envoy source/extensions/filters/http/jwt_authn/extractor.cc and authenticator.cc;
google/jwt_verify_lib src/jwt.cc and src/status.cc; https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.matching import pairs
from troubleshooter.model import Raw, Request, as_list, as_map

TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
"""What a token is made of; of what follows a prefix the first such piece counts."""
SKEW = 60
"""By how many seconds clocks may differ before a date counts."""
BY_DEFAULT = ({"name": "Authorization", "prefix": "Bearer "},), ("access_token",)
"""The header and the parameter of a rule that names no place."""
SHAPE = "Jwt_is_not_in_the_form_of_Header.Payload.Signature_with_two_dots_and_3_sections"
ALGORITHMS = frozenset(
    {f"{family}{bits}" for family in ("ES", "HS", "RS", "PS") for bits in (256, 384, 512)} | {"EdDSA"}
)
"""The ways of signing that Envoy knows. Source: envoyproxy/envoy source/common/jwt/jwt.cc."""
UNSUPPORTED = "Jwt_header_[alg]_is_not_supported"
NO_KEY = "Jwks_doesn't_have_key_to_match_kid_or_alg_from_Jwt"
NOT_BASE64, NOT_JSON = "Jwt_{}_is_an_invalid_Base64url_encoded", "Jwt_{}_is_an_invalid_JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwt:
    """A token as it was sent: its claims, None where they cannot be read; `flaw` is what Envoy says then; `header` the
    name of the header that it was in, "" for another place. `key` is the name of the key that it says it was signed
    with, `algorithm` the way; "" where it does not say."""

    claims: Raw | None = None
    key: str = ""
    algorithm: str = ""
    flaw: str = ""
    header: str = ""

    @property
    def issuer(self) -> str:
        return str((self.claims or {}).get("iss") or "")


def tokens(rule: Raw, request: Request) -> Iterator[Jwt]:
    """Every token of a request in the places where a rule looks: in the headers, parameters and cookies that it names;
    where it names none, in the Authorization header and the parameter `access_token`."""
    headers = [as_map(h) for h in as_list(rule.get("fromHeaders"))]
    params = [str(p) for p in as_list(rule.get("fromParams"))]
    cookies = [str(c) for c in as_list(rule.get("fromCookies"))]
    if not (headers or params or cookies):
        headers, params = [dict(h) for h in BY_DEFAULT[0]], list(BY_DEFAULT[1])
    for header in headers:
        name = str(header.get("name") or "").lower()
        text = _after(request.headers.get(name), str(header.get("prefix") or ""))
        if text is not None:
            yield _read(text, name)
    query = pairs(request.path.partition("?")[2], "&")
    crumbs = pairs(request.headers.get("cookie", "").replace("; ", ";"), ";")
    held = (*(unquote(query[p]) for p in params if p in query), *(crumbs[c] for c in cookies if c in crumbs))
    yield from (_read(text, "") for text in held)


def _after(value: str | None, prefix: str) -> str | None:
    """What of a header's value is the token: what follows the prefix, wherever that is. None where it is missing."""
    if value is None or not prefix:
        return value
    _, found, rest = value.partition(prefix)
    piece = TOKEN.search(rest)
    return None if not found else piece[0] if piece else rest


def _read(text: str, header: str) -> Jwt:
    parts = text.split(".")
    if len(parts) != 3:
        return Jwt(flaw=SHAPE, header=header)
    head: Raw = {}
    claims: Raw = {}
    for name, part in (("header", parts[0]), ("payload", parts[1])):
        try:
            raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return Jwt(flaw=NOT_BASE64.format(name), header=header)
        try:
            head, claims = claims, json.loads(raw)
        except (ValueError, RecursionError):
            return Jwt(flaw=NOT_JSON.format(name), header=header)
        if not isinstance(claims, dict):
            return Jwt(flaw=NOT_JSON.format(name), header=header)
    algorithm = head.get("alg")
    if isinstance(algorithm, str) and algorithm not in ALGORITHMS:
        return Jwt(flaw=UNSUPPORTED, header=header)
    return Jwt(claims=claims, header=header, key=_word(head.get("kid")), algorithm=_word(algorithm))


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def has_key(rule: Raw, token: Jwt) -> bool:
    """Whether the keys that stand in a rule may have signed a token: one of them has its name and its way of signing,
    where both sides say them. Keys that are fetched, or cannot be read, are not known and may. Source:
    envoyproxy/envoy source/common/jwt/verify.cc."""
    try:
        keys = [as_map(k) for k in as_list(as_map(json.loads(str(rule.get("jwks") or "{}"))).get("keys"))]
    except (ValueError, RecursionError):
        return True
    return not keys or any(_may(k, "kid", token.key) and _may(k, "alg", token.algorithm) for k in keys)


def _may(key: Raw, name: str, said: str) -> bool:
    """Whether a key agrees with what a token says of it, where both say anything."""
    return not said or not key.get(name) or key[name] == said


def takes_audience(rule: Raw, claims: Raw) -> bool:
    """Whether a rule takes the audience of a token: one of several is enough, and a rule without any takes all."""
    wanted = {_bare(str(a)) for a in as_list(rule.get("audiences"))}
    had = claims.get("aud")
    return not wanted or bool(wanted & {_bare(str(a)) for a in (had if isinstance(had, list) else [had])})


def _bare(audience: str) -> str:
    """An audience as it is compared: without scheme and a slash at its end. Source: jwt_verify_lib
    src/check_audience.cc."""
    return audience.removeprefix("http://").removeprefix("https://").removesuffix("/")


def out_of_date(claims: Raw, now: int | None) -> str:
    """What Envoy says of a token before or after its time; "" where it is good, or the time is not known."""
    if now is None:
        return ""
    start, end = claims.get("nbf"), claims.get("exp")
    if is_number(start) and now + SKEW < start:
        return "Jwt_not_yet_valid"
    return "Jwt_is_expired" if is_number(end) and now > end + SKEW else ""


def with_words(rule: Raw, claims: Raw) -> Raw:
    """The claims as policies see them: those that are lists of words, written as one text, taken apart."""
    names = {"scope", "permission", *map(str, as_list(rule.get("spaceDelimitedClaims")))}
    return {key: value.split() if key in names and isinstance(value, str) else value for key, value in claims.items()}
