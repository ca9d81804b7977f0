"""Facts about the keys by which a proxy checks tokens: where they come from.

Decides that from the rule for the token's issuer. Must not know whether they can be fetched: no object tells it.
Source: https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.policy.tokens import Credentials
from troubleshooter.model import Raw, Resource, as_list, as_map


def about_keys(case: CaseBuilder, mesh: Mesh, found: Credentials) -> None:
    """Where the keys come from for the token's issuer; nothing where no one rule is known to be meant."""
    meant = _rule(found)
    if meant is None:
        return
    rule, place = meant
    uri = str(rule.get("jwksUri") or "")
    case.fact("request_authentication.keys", _origin(mesh, rule, uri), place)
    case.detail("request_authentication.keys_uri", uri)


def _rule(found: Credentials) -> tuple[Raw, Resource] | None:
    """The rule for the token's issuer, or the only rule there is."""
    rules = [
        (as_map(rule), policy.at(f"spec.jwtRules[{number}]"))
        for policy in found.policies
        for number, rule in enumerate(as_list(policy.spec.get("jwtRules")))
    ]
    meant = [r for r in rules if found.issuer and r[0].get("issuer") == found.issuer] or rules
    return meant[0] if len(meant) == 1 else None


def _origin(mesh: Mesh, rule: Raw, uri: str) -> str:
    if rule.get("jwks"):
        return "held"
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        host = ""
    if not host:
        return "discovered"
    known = mesh.registry.get(hosts.dialled(host, "", mesh.registry.hosts))
    return "service" if known is not None and known.object.kind == "Service" else "outside"
