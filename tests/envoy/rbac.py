"""AuthorizationPolicies as Envoy's RBAC filters: one for DENY, then one for ALLOW.

Takes from the mesh which policies apply to a pod, never whether a rule matches.
Source: istio/istio pilot/pkg/security/authz/builder/builder.go and pilot/pkg/security/authz/model/model.go,
generator.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.envoy.envoy_shapes import Shape, typed
from tests.envoy.rbac_fields import CONDITIONS, OPERATION, SOURCE, Field, condition
from tests.envoy.views import View
from troubleshooter.mesh.policy.policies import action
from troubleshooter.model import Object, Raw, as_list, as_map

HTTP = ("envoy.filters.http.rbac", "extensions.filters.http.rbac.v3.RBAC")
TCP = ("envoy.filters.network.rbac", "extensions.filters.network.rbac.v3.RBAC")


def of_requests(view: View) -> list[Shape]:
    """The filters for HTTP."""
    return [typed(*HTTP, rules=rules) for rules in _rules(view, http=True)]


def of_connections(view: View) -> list[Shape]:
    """The filters for connections that are not read as HTTP."""
    return [typed(*TCP, rules=rules, stat_prefix="tcp.") for rules in _rules(view, http=False)]


def _rules(view: View, *, http: bool) -> Iterable[Shape]:
    applying = view.mesh.authorization_policies.applying(view.pod)
    for word in ("DENY", "ALLOW"):
        held = [policy for policy in applying if action(policy) == word]
        if held:
            made = {name: rule for policy in held for name, rule in _of_policy(view, policy, http=http)}
            yield {"action": word, "policies": made}


def _of_policy(view: View, policy: Object, *, http: bool) -> Iterable[tuple[str, Shape]]:
    for n, rule in enumerate(map(as_map, as_list(policy.spec.get("rules")))):
        # On a connection an ALLOW rule with HTTP fields is left out; from a DENY rule the fields are.
        if not _known(rule):
            continue
        if http or action(policy) == "DENY" or not _asks_http(rule):
            yield f"ns[{policy.namespace}]-policy[{policy.name}]-rule[{n}]", _of_rule(view, rule, http=http)


def _known(rule: Raw) -> bool:
    """Whether istiod knows all conditions of a rule; a rule with one that it does not know is left out."""
    keys = (str(as_map(c).get("key")).partition("[")[0] for c in as_list(rule.get("when")))
    return all(key in CONDITIONS for key in keys)


def _of_rule(view: View, rule: Raw, *, http: bool) -> Shape:
    own = [(c, CONDITIONS.get(str(c.get("key")).partition("[")[0])) for c in map(as_map, as_list(rule.get("when")))]
    asked = [(c, kind) for c, kind in own if kind is not None and (http or not kind.http)]
    permissions = [condition(view, c, kind) for c, kind in asked if not kind.of_peer]
    principals = [condition(view, c, kind) for c, kind in asked if kind.of_peer]
    to, come = _blocks(rule, "to", "operation"), _blocks(rule, "from", "source")
    return {
        "permissions": [_and([*_fields(view, b, OPERATION, http), *permissions], "rules") for b in to or [{}]],
        "principals": [_and([*_fields(view, b, SOURCE, http), *principals], "ids") for b in come or [{}]],
    }


def _blocks(rule: Raw, part: str, inner: str) -> list[Raw]:
    return [as_map(as_map(b).get(inner)) for b in as_list(rule.get(part))]


def _asks_http(rule: Raw) -> bool:
    blocks = [(b, OPERATION) for b in _blocks(rule, "to", "operation")]
    blocks += [(b, SOURCE) for b in _blocks(rule, "from", "source")]
    named = any(
        b.get(n) for b, table in blocks for name, kind in table.items() if kind.http for n in (name, not_(name))
    )
    return named or any(str(as_map(c).get("key")).startswith("request.") for c in as_list(rule.get("when")))


def not_(name: str) -> str:
    """The field that excludes: `notPaths` for `paths`."""
    return f"not{name[0].upper()}{name[1:]}"


def _fields(view: View, block: Raw, table: dict[str, Field], http: bool) -> Iterable[Shape]:  # noqa: FBT001 - see above
    """Every field of a source or operation, with those that exclude."""
    for name, kind in table.items():
        if kind.http and not http:
            continue
        one, few = ("ids", "not_id") if kind.of_peer else ("rules", "not_rule")
        wanted, unwanted = as_list(block.get(name)), as_list(block.get(not_(name)))
        if wanted:
            yield _or([kind.value(view, str(w)) for w in wanted], one)
        if unwanted:
            yield {few: _or([kind.value(view, str(w)) for w in unwanted], one)}


def _or(held: list[Shape], word: str) -> Shape:
    return {f"or_{word}": {word: held}}


def _and(held: list[Shape], word: str) -> Shape:
    return {f"and_{word}": {word: held or [{"any": True}]}}
