"""Rules of AuthorizationPolicies: whether one matches a request, and what kept it from matching.

Decides one rule against one request. A field whose value is not known (a client's address) makes a rule *not known*,
never false. Must not know which policies apply, or what follows from a match.
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/reference/config/security/conditions/; istio/istio pilot/pkg/security/authz/model/model.go,
generator.go, and pilot/pkg/security/authz/matcher/header.go, template.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from troubleshooter.mesh.policy.policy_values import MATCHERS, text_matches, value_of, within
from troubleshooter.mesh.policy.subject import Miss, Subject, Tri
from troubleshooter.model import Object, Raw, as_list, as_map


def rule_matches(rule: Raw, subject: Subject, *, denies: bool = False, namespace: str = "") -> Tri:
    """One rule of a policy in `namespace`: some `from`, some `to` and every `when` must match; absent ones match
    anything. A rule with a condition that Istio does not know is left out.

    On a TCP connection an ALLOW rule that has any HTTP field is left out, and a DENY (or CUSTOM) rule is judged without
    those fields.
    Source: https://istio.io/latest/docs/concepts/security/#using-istio-authorization-on-plain-tcp-protocols.
    """
    conditions = [as_map(c) for c in as_list(rule.get("when"))]
    if not all(_is_known(str(c.get("key") or "")) for c in conditions):
        return False
    if not subject.http and not denies and _asks_http(rule):
        return False
    return _every(
        [
            _some([_block(b, SOURCE, subject, namespace) for b in _blocks(rule, "from", "source")]),
            _some([_block(b, OPERATION, subject, namespace) for b in _blocks(rule, "to", "operation")]),
            _every([_condition(c, subject, namespace) for c in conditions]),
        ]
    )


def _blocks(rule: Raw, part: str, inner: str) -> list[Raw]:
    return [as_map(as_map(b).get(inner)) for b in as_list(rule.get(part))]


def _some(verdicts: Sequence[Tri]) -> Tri:
    if not verdicts or True in verdicts:
        return True
    return None if None in verdicts else False


def _every(verdicts: Sequence[Tri]) -> Tri:
    if False in verdicts:
        return False
    return None if None in verdicts else True


SOURCE = ("principals", "requestPrincipals", "namespaces", "serviceAccounts", "ipBlocks", "remoteIpBlocks")
OPERATION = ("hosts", "ports", "methods", "paths")
HTTP_ONLY = frozenset({"requestPrincipals", "hosts", "methods", "paths"})
KEYS = {
    "source.ip": "ipBlocks",
    "remote.ip": "remoteIpBlocks",
    "source.namespace": "namespaces",
    "source.principal": "principals",
    "source.serviceAccount": "serviceAccounts",
    "request.auth.principal": "requestPrincipals",
    "destination.port": "ports",
}
"""Conditions that ask what a source or operation field asks."""
OF_CONNECTIONS = ("destination.ip", "connection.sni")
NEVER_KNOWN = "experimental.envoy.filters."
"""Conditions on what no object tells."""
OF_A_TOKEN = "request.auth."
REQUEST_KEYS = ("request.auth.claims[", "request.headers[", "request.experimental.inline.headers[")
OF_TOKENS = {"request.auth.audiences": "aud", "request.auth.presenter": "azp"}
"""Conditions on one claim each."""

OF_THE_LINE: Mapping[str, Callable[[Subject], str]] = {
    ":authority": lambda subject: subject.host,
    "host": lambda subject: subject.host,
    ":method": lambda subject: subject.method,
    ":path": lambda subject: subject.path,
}
"""Headers that stand for parts of the request's first line."""


def negative(name: str) -> str:
    """The field that excludes what another one asks for: `notPaths` for `paths`."""
    return f"not{name[0].upper()}{name[1:]}"


def _is_known(key: str) -> bool:
    return key in {*KEYS, *OF_CONNECTIONS, *OF_TOKENS} or key.startswith((NEVER_KNOWN, *REQUEST_KEYS))


def _asks_http(rule: Raw) -> bool:
    """Whether any alternative of a rule has an HTTP field."""
    blocks = [*_blocks(rule, "from", "source"), *_blocks(rule, "to", "operation")]
    fields = any(as_list(b.get(n)) for b in blocks for name in HTTP_ONLY for n in (name, negative(name)))
    return fields or any(str(as_map(c).get("key") or "").startswith("request.") for c in as_list(rule.get("when")))


def _block(block: Raw, names: Sequence[str], subject: Subject, namespace: str) -> Tri:
    """A source or operation: every field that is there must match, every `not…` field must not. An empty field is none;
    on a TCP connection HTTP fields are not looked at."""
    verdicts: list[Tri] = []
    for name in names:
        if name in HTTP_ONLY and not subject.http:
            continue
        wanted, unwanted = as_list(block.get(name)), as_list(block.get(negative(name)))
        verdicts.append(not wanted or _attribute(name, wanted, subject, namespace))
        verdicts.append(not unwanted or _not(_attribute(name, unwanted, subject, namespace)))
    return _every(verdicts)


def _not(verdict: Tri) -> Tri:
    return None if verdict is None else not verdict


def _attribute(name: str, wanted: Sequence[object], subject: Subject, namespace: str) -> Tri:
    """Whether some value of a field matches."""
    if name in ("ipBlocks", "remoteIpBlocks"):
        return within(wanted, subject.peers if name == "ipBlocks" else subject.clients)
    if name in subject.unknown:
        return True if "*" in wanted else None
    had = value_of(name, subject)
    return bool(had) and any(MATCHERS[name](str(w), had, subject, namespace) for w in wanted)


def _condition(condition: Raw, subject: Subject, namespace: str) -> Tri:
    """A `when`: some of its values must match what the key stands for, and none of its notValues."""
    key = str(condition.get("key") or "")
    wanted, unwanted = as_list(condition.get("values")), as_list(condition.get("notValues"))
    if key.startswith("request.") and not subject.http:
        return True
    match = _matcher(key, subject, namespace)
    return _every([not wanted or match(wanted), not unwanted or _not(match(unwanted))])


def _matcher(key: str, subject: Subject, namespace: str) -> Callable[[Sequence[object]], Tri]:
    """How to match the values of a condition key."""
    if key in KEYS:
        return lambda wanted: _attribute(KEYS[key], wanted, subject, namespace)
    if key == "destination.ip":
        return lambda wanted: within(wanted, subject.addresses)
    if key == "connection.sni":
        sni = subject.sni
        return lambda wanted: None if sni is None else any(text_matches(str(w), sni) for w in wanted)
    if key.startswith(NEVER_KNOWN) or (key.startswith(OF_A_TOKEN) and "requestPrincipals" in subject.unknown):
        return lambda _wanted: None
    values = _request_values(key, subject)
    return lambda wanted: any(text_matches(str(w), v) for w in wanted for v in values)


def _request_values(key: str, subject: Subject) -> list[str]:
    """What a request has for a condition on its headers or its token."""
    names = re.findall(r"\[([^\]]*)\]", key)
    if "headers[" in key:
        name = names[0].lower() if names else ""
        value = OF_THE_LINE[name](subject) if name in OF_THE_LINE else subject.headers.get(name)
        return [] if value is None else [value]
    return _claim(subject.claims, [OF_TOKENS[key]] if key in OF_TOKENS else names)


def _claim(claims: Raw, path: Iterable[str]) -> list[str]:
    """The values of a claim: a text, or each text of a list."""
    value: object = claims
    for part in path:
        value = as_map(value).get(part)
    if isinstance(value, str):
        return [value]
    return [v for v in as_list(value) if isinstance(v, str)]


def misses(policy: Object, number: int, rule: Raw, subject: Subject) -> list[Miss]:
    """The fields that kept a rule of an ALLOW policy from matching."""
    found = []
    http = subject.http or not _asks_http(rule)
    for part, inner, names in (("from", "source", SOURCE), ("to", "operation", OPERATION)):
        blocks = _blocks(rule, part, inner)
        verdict = _some([_block(b, names, subject, policy.namespace) for b in blocks])
        for n, block in enumerate(blocks):
            if verdict is False or not http:
                base = f"spec.rules[{number}].{part}[{n}].{inner}"
                found += [m for name in names for m in _field_misses(policy, base, block, name, subject)]
    for n, condition in enumerate(map(as_map, as_list(rule.get("when")))):
        key = str(condition.get("key") or "")
        unseen = key.startswith("request.") and not subject.http
        if unseen or not _is_known(key) or _condition(condition, subject, policy.namespace) is False:
            place = policy.at(f"spec.rules[{number}].when[{n}]")
            wanted = tuple(str(v) for v in as_list(condition.get("values")))
            found.append(Miss(place=place, attribute=key, wanted=wanted, had=""))
    return found


def _field_misses(policy: Object, base: str, block: Raw, name: str, subject: Subject) -> Iterable[Miss]:
    unseen = name in HTTP_ONLY and not subject.http
    for field_name, hindered in ((name, False), (negative(name), True)):
        wanted = as_list(block.get(field_name))
        matched = _attribute(name, wanted, subject, policy.namespace) if wanted else None
        if wanted and (unseen or matched is hindered):
            yield Miss(
                place=policy.at(f"{base}.{field_name}"),
                attribute=field_name,
                wanted=tuple(str(w) for w in wanted),
                had="" if unseen else value_of(name, subject),
            )
