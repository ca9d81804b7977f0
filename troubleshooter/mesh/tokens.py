"""RequestAuthentication: which tokens a workload knows, and what it makes of a request's.

Decides from issuer and audience as the token says them. A signature cannot be checked here, so a token that names a known
issuer is taken as good, and said to be assumed.
Source: https://istio.io/latest/docs/reference/config/security/request_authentication/.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.index import SECURITY, Index, oldest_first, selects
from troubleshooter.mesh.settings import Settings
from troubleshooter.mesh.workloads import Pod
from troubleshooter.model import Object, Raw, Request, Resource, as_list, as_map, as_words

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
    """`principal` is `issuer/subject` of a token taken as good; `claims` are its claims; `policies` are all
    RequestAuthentications that apply."""

    token: Token
    policies: tuple[Object, ...] = ()
    place: Resource | None = None
    principal: str = ""
    claims: Raw | None = None
    issuer: str = ""


class RequestAuthentications:
    """Every RequestAuthentication."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._index, self._settings = index, settings
        self.all = oldest_first(index.all(SECURITY, KIND))

    def applying(self, pod: Pod) -> list[Object]:
        """All that apply to a pod: of its namespace and of the root namespace, without a selector or with a matching
        one. Their rules add up."""
        spaces = {pod.namespace, self._settings.root_namespace}
        return [p for p in self.all if p.namespace in spaces and _applies(p, pod.labels)]

    def judge(self, pod: Pod, request: Request) -> Credentials:
        """What the proxy of `pod` makes of a request's token."""
        policies = self.applying(pod)
        rules = [(p, n, as_map(r)) for p in policies for n, r in enumerate(as_list(p.spec.get("jwtRules")))]
        if not rules:
            return Credentials(token=Token.NOT_ASKED, policies=tuple(policies))
        held = tuple(policies)
        token = _bearer(request.headers)
        if not token:
            return Credentials(token=Token.MISSING, policies=held, place=rules[0][0].at("spec.jwtRules"))
        claims = _claims(token)
        if claims is None:
            return Credentials(token=Token.MALFORMED, policies=held, place=rules[0][0].at("spec.jwtRules"))
        issuer = str(claims.get("iss") or "")
        known = [(p, n, r) for p, n, r in rules if str(r.get("issuer") or "") == issuer]
        if not known:
            place = rules[0][0].at("spec.jwtRules[0].issuer")
            return Credentials(token=Token.ISSUER_UNKNOWN, policies=held, place=place, issuer=issuer)
        policy, n, rule = known[0]
        if not _audience(rule, claims):
            place = policy.at(f"spec.jwtRules[{n}].audiences")
            return Credentials(token=Token.AUDIENCE_WRONG, policies=held, place=place, issuer=issuer)
        principal = f"{issuer}/{claims.get('sub', '')}"
        place = policy.at(f"spec.jwtRules[{n}]")
        return Credentials(
            token=Token.ASSUMED_GOOD, policies=held, place=place, principal=principal, claims=claims, issuer=issuer
        )


def _applies(policy: Object, labels: Mapping[str, str]) -> bool:
    if "targetRef" in policy.spec or "targetRefs" in policy.spec:
        return False
    return selects(as_words(as_map(policy.spec.get("selector")).get("matchLabels")), labels)


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


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
