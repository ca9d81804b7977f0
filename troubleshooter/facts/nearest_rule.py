"""The rule of an ALLOW policy that came nearest to allowing a request, and in words what kept it from that.

Must not know the request's way, or what would help. Sources of the fields:
https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/reference/config/security/conditions/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshooter.mesh.policy.policies import Judgement
from troubleshooter.mesh.policy.policy_rules import KEYS
from troubleshooter.mesh.policy.policy_values import value_of
from troubleshooter.mesh.policy.subject import Miss, Subject
from troubleshooter.model import Object, as_list, as_map

PLACE = re.compile(r"spec\.rules\[(\d+)\]\.(?:(from|to)\[(\d+)\]|when)")
"""The rule, and the source or operation in it, to which a field belongs."""

KINDS: Mapping[str, str] = {
    "principals": "principals",
    "namespaces": "namespaces",
    "serviceAccounts": "service-accounts",
    "methods": "methods",
    "paths": "paths",
    "hosts": "hosts",
    "ports": "ports",
    "requestPrincipals": "token",
}
SCHEME = "spiffe://"
"""With this an identity begins in a certificate, and never in a rule."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
"""Source: https://www.rfc-editor.org/rfc/rfc9110#name-method-definitions and RFC 5789 (PATCH)."""

OF_HTTP = frozenset({"methods", "paths", "hosts", "token"})
OF_CALLER = frozenset({"principals", "namespaces", "service-accounts"})

WANTED: Mapping[str, str] = {
    "principals": "a caller with the identity {}",
    "namespaces": "a caller from namespace {}",
    "serviceAccounts": "a caller with the service account {}",
    "requestPrincipals": "a token of {}",
    "methods": "the method {}",
    "paths": "the path {}",
    "hosts": "the host {}",
    "ports": "port {}",
    "ipBlocks": "a connection from the address {}",
    "remoteIpBlocks": "a client with the address {}",
}
ANY: Mapping[str, str] = {
    "principals": "a caller with an identity",
    "namespaces": "a caller with an identity",
    "requestPrincipals": "a token",
}
"""What is wanted where any value will do."""

HAD: Mapping[str, tuple[str, str]] = {
    "principals": ("the identity {}", "no identity"),
    "namespaces": ("a caller from namespace {}", "no identity"),
    "serviceAccounts": ("the service account {}", "no identity"),
    "requestPrincipals": ("a token of {}", "no token with issuer and subject"),
    "methods": ("the method {}", "no method that can be seen"),
    "paths": ("the path {}", "no path that can be seen"),
    "hosts": ("the host {}", "no host that can be seen"),
    "ports": ("port {}", ""),
    "ipBlocks": ("a connection from {}", "its address"),
    "remoteIpBlocks": ("a client with the address {}", "its address"),
}
"""What a request has for a field, and what is said where it has nothing."""


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """The rule that came nearest to allowing a request, and the fields that kept it from that."""

    policy: Object
    rule: int
    misses: tuple[Miss, ...]

    @property
    def field(self) -> str:
        """The field that is at fault, or the rule where there are several."""
        return self.misses[0].place.field if len(self.misses) == 1 else f"spec.rules[{self.rule}]"

    @property
    def raw(self) -> Mapping[str, Any]:
        return as_map(as_list(self.policy.spec.get("rules"))[self.rule])


def nearest(judgement: Judgement, root: str) -> Nearest | None:
    """The rule with the fewest fields to mend; of equals the one that is made for fewer workloads. Of several sources
    (or operations) in a rule only the nearest counts."""
    rules: dict[tuple[object, int], list[Miss]] = {}
    for miss in judgement.misses:
        rules.setdefault((miss.place.key, _of_rule(miss)[0]), []).append(miss)
    found = [
        Nearest(policy=next(p for p in judgement.decided_by if p.key == key), rule=rule, misses=_fewest(held))
        for (key, rule), held in rules.items()
    ]
    width = ("workload", "namespace", "mesh")
    return min(found, key=lambda n: (len(n.misses), width.index(scope_of(n.policy, root))), default=None)


def _of_rule(miss: Miss) -> tuple[int, str, int]:
    """The rule, the part (`from`, `to`, or "" for a condition) and the block in it to which a field belongs."""
    found = PLACE.match(miss.place.field)
    assert found is not None  # noqa: S101 - every miss is in a rule
    return int(found[1]), found[2] or "", int(found[3] or 0)


def _fewest(held: Iterable[Miss]) -> tuple[Miss, ...]:
    """The misses of the nearest source, those of the nearest operation, and those of every condition."""
    parts: dict[str, dict[int, list[Miss]]] = {}
    for miss in held:
        _, part, block = _of_rule(miss)
        parts.setdefault(part, {}).setdefault(block, []).append(miss)
    return tuple(m for blocks in parts.values() for m in min(blocks.values(), key=len))


def scope_of(policy: Object, root: str) -> str:
    """For what a policy is made."""
    if as_map(policy.spec.get("selector")).get("matchLabels"):
        return "workload"
    return "mesh" if policy.namespace == root else "namespace"


def asks(miss: Miss) -> str:
    """What sort of thing a field or condition asks for."""
    name = KEYS.get(miss.attribute, miss.attribute)
    return "token" if name.startswith("request.auth.") else KINDS.get(name, "other")


def kind(miss: Miss, port: int, subject: Subject) -> str:
    """The word for one difference; `port` is the Service's, which the client dialled."""
    asked = asks(miss)
    if not subject.http and (asked in OF_HTTP or miss.attribute.startswith("request.")):
        return "http-fields"
    if asked == "principals" and f"{SCHEME}{subject.principal}" in miss.wanted:
        return "spiffe-scheme"
    if miss.attribute.startswith("not") or (miss.attribute in KEYS and not miss.wanted):
        return "excluded"
    if asked == "ports" and str(port) in miss.wanted and port != subject.port:
        return "service-port"
    return asked


def of_http(methods: Iterable[str]) -> bool:
    """Whether each of these is a method of HTTP, or a beginning or an end of one with a star."""
    return all(any(_fits(method.upper(), known) for known in METHODS) for method in methods)


def _fits(written: str, known: str) -> bool:
    if written.endswith("*"):
        return known.startswith(written[:-1])
    return known.endswith(written[1:]) if written.startswith("*") else written == known


def wanted(miss: Miss) -> str:
    """What a rule wants that the request has not."""
    name, values = KEYS.get(miss.attribute, miss.attribute), " or ".join(miss.wanted)
    if not values:
        return f"{miss.attribute} to be something else"
    if name.startswith("not"):
        return f"something else than {WANTED[_positive(name)].format(values)}"
    if values == "*" and name in ANY:
        return ANY[name]
    return WANTED[name].format(values) if name in WANTED else f"{name} to be {values}"


def had(miss: Miss, subject: Subject) -> str:
    """What the request has instead."""
    name = _positive(KEYS.get(miss.attribute, miss.attribute))
    unseen = name in {"methods", "paths", "hosts", "requestPrincipals"} and not subject.http
    value = "" if unseen else value_of(name, subject)
    text, nothing = HAD.get(name, ("{}", "something else"))
    return text.format(value) if value else nothing


def _positive(name: str) -> str:
    """`paths` of `notPaths`."""
    return name[3].lower() + name[4:] if name.startswith("not") else name
