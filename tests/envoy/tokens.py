"""RequestAuthentications as Envoy's jwt_authn filter.

Source: `convertToEnvoyJwtConfig` in istio/istio pilot/pkg/security/authn/policy_applier.go.
"""

from __future__ import annotations

from tests.envoy.envoy_shapes import Shape, typed
from tests.envoy.views import View
from troubleshooter.model import Raw, as_list, as_map

PAYLOAD = "payload"
"""Where the filter leaves a token's claims for the policies after it."""


def of_requests(view: View) -> list[Shape]:
    """The filter of a proxy, none where no policy applies. Every issuer signs with the test's own key."""
    held = view.mesh.request_authentications.held.selecting(view.pod)
    rules = [as_map(rule) for policy in held for rule in as_list(policy.spec.get("jwtRules"))]
    if not rules:
        return []
    providers = {f"origins-{n}": _provider(view, rule) for n, rule in enumerate(rules)}
    return [
        typed(
            "envoy.filters.http.jwt_authn",
            "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            providers=providers,
            rules=[{"match": {"prefix": "/"}, "requires": _asked(list(providers))}],
            bypass_cors_preflight=True,
        )
    ]


def _provider(view: View, rule: Raw) -> Shape:
    made: Shape = {
        "issuer": rule.get("issuer"),
        "audiences": as_list(rule.get("audiences")),
        "local_jwks": {"inline_string": view.authority.jwks},
        "forward": rule.get("forwardOriginalToken") is True,
        "clear_route_cache": True,
        "payload_in_metadata": PAYLOAD,
        "normalize_payload_in_metadata": {
            "space_delimited_claims": ["scope", "permission", *as_list(rule.get("spaceDelimitedClaims"))]
        },
    }
    headers = [{"name": h["name"], "value_prefix": h.get("prefix", "")} for h in as_list(rule.get("fromHeaders"))]
    return made | {
        "from_headers": headers,
        "from_params": as_list(rule.get("fromParams")),
        "from_cookies": as_list(rule.get("fromCookies")),
    }


def _asked(names: list[str]) -> Shape:
    """A good token of some issuer, or none at all."""
    each = [{"requires_any": {"requirements": [{"provider_name": n}, {"allow_missing": {}}]}} for n in names]
    if len(names) == 1:
        return each[0]
    one = [{"provider_name": n} for n in names]
    return {"requires_any": {"requirements": [*one, {"requires_all": {"requirements": each}}]}}
