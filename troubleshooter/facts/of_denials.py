"""Facts about the rule of a DENY policy that caught a request, and what would leave that request out of it.

Must not know ALLOW policies, the connection, or what follows. Source of the fields:
https://istio.io/latest/docs/reference/config/security/authorization-policy/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.nearest_rule import HAD, scope_of
from troubleshooter.facts.of_authorizers import about_authorizer
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.policies import Decision, Judgement, action
from troubleshooter.mesh.policy.policy_rules import HTTP_ONLY, KEYS, OPERATION, SOURCE, negative, rule_matches
from troubleshooter.mesh.policy.policy_values import value_of
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.model import HopKind, Object, Raw, Request, Resource, as_list, as_map
from troubleshooter.walk import Hop
from troubleshooter.walk.target.subjects import as_proxies_see

RULE = re.compile(r"spec\.rules\[(\d+)\]")
SPARED_CALLERS = frozenset({"notPrincipals", "notNamespaces", "notServiceAccounts"})
SPARED_TOKENS = frozenset({"notRequestPrincipals"})


def about_denying_rule(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> tuple[Resource, ...]:
    """Which rule denies the request at the last hop, and how it could be narrowed; the fields by which it took it."""
    judgement, subject = hop.judgement, hop.subject
    if judgement is None or subject is None or judgement.decision is not Decision.DENIED:
        return ()
    policy = judgement.decided_by[0]
    denies = action(policy) == "DENY"
    case.fact("authorization_policy.action", "deny" if denies else "custom", policy.at("spec.action"))
    case.fact("authorization_policy.hop", "gateway" if hop.kind is HopKind.GATEWAY else "target")
    case.fact("authorization_policy.reads", "http" if subject.http else "tcp")
    about_authorizer(case, mesh, hop, judgement)
    found = RULE.fullmatch(judgement.place.field) if judgement.place else None
    if not denies or found is None:
        return ()
    case.fact("authorization_policy.scope", scope_of(policy, mesh.settings.root_namespace), policy.at("spec"))
    case.fact("request.rewritten", "yes" if subject.path != as_proxies_see(mesh, request) else "no")
    case.detail("authorization_policy.rule_name", judgement.rule)
    case.detail("authorization_policy.rule_field", found[0])
    number = int(found[1])
    _remedies(case, policy, number, subject)
    rule = as_map(as_list(policy.spec.get("rules"))[number])
    _spared(case, policy, number, rule)
    return _caught(case, policy, number, rule, subject)


def _remedies(case: CaseBuilder, policy: Object, number: int, subject: Subject) -> None:
    """Where the rule could leave out the caller, and where the path; not where it names just this one, and would be
    left with nothing to deny."""
    for what, part, name in (("caller", "from", "principals"), ("path", "to", "paths")):
        value = value_of(name, subject)
        if not value or (name in HTTP_ONLY and not subject.http):
            continue
        field, written = narrowed(policy, number, Part(part, name, value), subject)
        place = policy.at(field)
        case.fact(f"authorization_policy.only_{what}", "no" if written else "yes", place)
        if written:
            case.detail(f"authorization_policy.{what}_field", field)
            case.detail(f"authorization_policy.{what}_value", written)


def spares_callers(judgement: Judgement | None) -> bool:
    """Whether the DENY rule that matched leaves some callers out, by who they are."""
    found = RULE.fullmatch(judgement.place.field) if judgement and judgement.place else None
    if judgement is None or found is None or action(judgement.decided_by[0]) != "DENY":
        return False
    rule = as_map(as_list(judgement.decided_by[0].spec.get("rules"))[int(found[1])])
    return bool(_exclusions(rule) & SPARED_CALLERS)


def _exclusions(rule: Raw) -> set[str]:
    """The fields by which a rule leaves requests out, those of its conditions under the fields' names."""
    blocks = [as_map(as_map(b).get("source")) for b in as_list(rule.get("from"))]
    found = {name for block in blocks for name in block if name.startswith("not") and as_list(block[name])}
    for condition in map(as_map, as_list(rule.get("when"))):
        key = str(condition.get("key") or "")
        if as_list(condition.get("notValues")):
            found.add(
                "notRequestPrincipals" if key.startswith("request.auth.") else negative(KEYS.get(key) or "condition")
            )
    return found


def _spared(case: CaseBuilder, policy: Object, number: int, rule: Raw) -> None:
    """Whom the rule leaves out: certain callers, or those with certain tokens."""
    fields = _exclusions(rule)
    callers, tokens = bool(fields & SPARED_CALLERS), bool(fields & SPARED_TOKENS)
    word = "both" if callers and tokens else "callers" if callers else "tokens" if tokens else "nobody"
    case.fact("authorization_policy.spares", word, policy.at(f"spec.rules[{number}]"))


def _matching(rule: Raw, part: str, subject: Subject, namespace: str) -> list[int]:
    """The positions of the sources (or operations) of a rule that match by themselves."""
    parts = enumerate(as_list(rule.get(part)))
    return [n for n, b in parts if rule_matches({part: [b]}, subject, denies=True, namespace=namespace)]


def _caught(case: CaseBuilder, policy: Object, number: int, rule: Raw, subject: Subject) -> tuple[Resource, ...]:
    """By which fields the rule took the request: those of the first source and of the first operation that match, and
    its conditions."""
    found: dict[Resource, str] = {}
    for part, inner, names in (("from", "source", SOURCE), ("to", "operation", OPERATION)):
        for n in _matching(rule, part, subject, policy.namespace)[:1]:
            block = as_map(as_map(as_list(rule.get(part))[n]).get(inner))
            for name in (x for known in names for x in (known, negative(known)) if as_list(block.get(x))):
                if name in SEEN_ON_TCP or subject.http:
                    place = policy.at(f"spec.rules[{number}].{part}[{n}].{inner}.{name}")
                    found[place] = _had(name, subject)
    for n, condition in enumerate(map(as_map, as_list(rule.get("when")))):
        key = str(condition.get("key") or "")
        if subject.http or not key.startswith("request."):
            place = policy.at(f"spec.rules[{number}].when[{n}]")
            found[place] = _had(KEYS[key], subject) if key in KEYS else f"what it says of {key}"
    case.fact("authorization_policy.caught_by", "fields" if found else "everything", *found)
    case.detail("authorization_policy.had", " and ".join(dict.fromkeys(found.values())))
    return tuple(found)


SEEN_ON_TCP = frozenset(
    {"principals", "namespaces", "serviceAccounts", "ports", "ipBlocks", "remoteIpBlocks"}
    | {"notPrincipals", "notNamespaces", "notServiceAccounts", "notPorts", "notIpBlocks", "notRemoteIpBlocks"}
)


def _had(name: str, subject: Subject) -> str:
    """What the request has for a field of the rule."""
    positive = name[3].lower() + name[4:] if name.startswith("not") else name
    text, nothing = HAD.get(positive, ("{}", "its address"))
    value = value_of(positive, subject)
    return text.format(value) if value else nothing


class Part(NamedTuple):
    """What a rule could leave out: the part in which it would stand, the field that asks for it, and its value."""

    part: str
    name: str
    value: str

    @property
    def inner(self) -> str:
        return "source" if self.part == "from" else "operation"


def narrowed(policy: Object, number: int, out: Part, subject: Subject) -> tuple[str, list[Any]]:
    """The field by which a rule could leave something out, and what would stand there: in the only source (or
    operation) that matches, or in all of them. Nothing stands there where the field names just this."""
    part = out.part
    rule = as_map(as_list(policy.spec.get("rules"))[number])
    blocks = as_list(rule.get(part))
    hit = _matching(rule, part, subject, policy.namespace)
    base = f"spec.rules[{number}].{part}"
    if not blocks:
        return base, [{out.inner: {negative(out.name): [out.value]}}]
    if len(hit) != 1:
        return base, [_longer(b, out) if n in hit else b for n, b in enumerate(blocks)]
    block = as_map(as_map(blocks[hit[0]]).get(out.inner))
    out = _for(block, out, subject)
    listed, name, value = as_list(block.get(out.name)), out.name, out.value
    field = f"{base}[{hit[0]}].{out.inner}"
    if value in listed:
        return f"{field}.{name}", [v for v in listed if v != value]
    return f"{field}.{negative(name)}", [*as_list(block.get(negative(name))), value]


def _for(block: Raw, out: Part, subject: Subject) -> Part:
    """The same in a source that goes by service accounts: it may not name identities besides.

    Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source.
    """
    if out.name != "principals" or not {"serviceAccounts", "notServiceAccounts"} & set(block):
        return out
    return out._replace(name="serviceAccounts", value=value_of("serviceAccounts", subject))


def _longer(block: Any, out: Part) -> Mapping[str, Any]:
    """A source or operation that leaves one more out."""
    held = as_map(as_map(block).get(out.inner))
    name = negative(out.name)
    return {**as_map(block), out.inner: {**held, name: [*as_list(held.get(name)), out.value]}}
