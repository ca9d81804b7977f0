"""AuthorizationPolicies: what a workload's proxy decides about one request.

Decides: which policies apply, whether a rule matches, CUSTOM before DENY before ALLOW. Must not know how the request came
here. A field whose value cannot be known (a client's address) makes a rule *unknown*, never false.
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/concepts/security/#authorization-policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from troubleshooter.mesh.index import SECURITY, Index, oldest_first, selects
from troubleshooter.mesh.settings import Settings
from troubleshooter.mesh.workloads import Pod
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

KIND = "AuthorizationPolicy"
Tri = bool | None
"""True, False, or None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A request as a server's proxy sees it. `principal` is the peer's identity (`cluster.local/ns/shop/sa/web`), "" on
    plaintext; None values are not known. `http` is False on a TCP connection, where only peer, port and SNI are seen."""

    principal: str = ""
    namespace: str = ""
    request_principal: str = ""
    claims: Raw = field(default_factory=dict)
    host: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    http: bool = True


class Decision(StrEnum):
    NO_POLICY = "no-policy"
    ALLOWED = "allowed"
    DENIED = "deny-matched"
    IMPLICIT_DENY = "no-allow-matched"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a rule did not match: the field of the rule, what it wants and what the request has."""

    place: Resource
    attribute: str
    wanted: tuple[str, ...]
    had: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`decided_by` are the policies that decided (all ALLOW policies for an implicit deny), `place` the rule that
    matched, `misses` what kept each rule of the ALLOW policies from matching, the nearest first; `asks` is the CUSTOM
    policy whose authorizer is asked before all this (its answer cannot be known here)."""

    decision: Decision
    decided_by: tuple[Object, ...] = ()
    place: Resource | None = None
    rule: str = ""
    misses: tuple[Miss, ...] = ()
    asks: Object | None = None


class AuthorizationPolicies:
    """Every AuthorizationPolicy."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._settings = settings
        self.all = oldest_first(index.all(SECURITY, KIND))

    def applying(self, pod: Pod) -> list[Object]:
        """All that apply to a pod: of its namespace and of the root namespace, without a selector or with a matching
        one; dry-run ones decide nothing."""
        spaces = {pod.namespace, self._settings.root_namespace}
        return [p for p in self.all if p.namespace in spaces and _applies(p, pod.labels)]

    def judge(self, pod: Pod, subject: Subject) -> Judgement:
        """The decision of a pod's proxy: CUSTOM, then DENY, then ALLOW; without an ALLOW policy everything passes."""
        held = self.applying(pod)
        custom = _matching(_of(held, "CUSTOM"), subject)
        decided = self._deny_and_allow(held, subject)
        return replace(decided, asks=custom[0]) if custom else decided

    @staticmethod
    def _deny_and_allow(held: list[Object], subject: Subject) -> Judgement:
        denied = _matching(_of(held, "DENY"), subject)
        if denied and denied[2] is True:
            return _denied(denied[0], denied[1])
        allow = _of(held, "ALLOW")
        allowed = _matching(allow, subject)
        if allow and allowed is None:
            misses = _misses(allow, subject)
            return Judgement(decision=Decision.IMPLICIT_DENY, decided_by=tuple(allow), misses=misses)
        maybe = [x for x in (denied, allowed) if x and x[2] is None]
        if maybe:
            return Judgement(decision=Decision.UNKNOWN, decided_by=(maybe[0][0],), place=maybe[0][1])
        if allowed is None:
            return Judgement(decision=Decision.ALLOWED if held else Decision.NO_POLICY, decided_by=tuple(held))
        return Judgement(decision=Decision.ALLOWED, decided_by=(allowed[0],), place=allowed[1])


def _denied(policy: Object, place: Resource) -> Judgement:
    number = place.field.partition("[")[2].partition("]")[0] or "0"
    name = f"ns[{policy.namespace}]-policy[{policy.name}]-rule[{number}]"
    return Judgement(decision=Decision.DENIED, decided_by=(policy,), place=place, rule=name)


def _applies(policy: Object, labels: Mapping[str, str]) -> bool:
    if "targetRef" in policy.spec or "targetRefs" in policy.spec:
        return False
    if policy.annotations.get("istio.io/dry-run") == "true":
        return False
    return selects(as_words(as_map(policy.spec.get("selector")).get("matchLabels")), labels)


def action(policy: Object) -> str:
    """ALLOW unless it says otherwise."""
    return str(policy.spec.get("action") or "ALLOW").upper()


def _of(policies: Iterable[Object], wanted: str) -> list[Object]:
    return [p for p in policies if action(p) == wanted]


def _matching(policies: Iterable[Object], subject: Subject) -> tuple[Object, Resource, Tri] | None:
    """The first rule that matches; else the first that may match; else None."""
    maybe: tuple[Object, Resource, Tri] | None = None
    for policy in policies:
        for n, item in enumerate(as_list(policy.spec.get("rules"))):
            place = policy.at(f"spec.rules[{n}]")
            verdict = rule_matches(as_map(item), subject, denies=action(policy) == "DENY")
            if verdict is True:
                return (policy, place, True)
            if verdict is None and maybe is None:
                maybe = (policy, place, None)
    return maybe


def rule_matches(rule: Raw, subject: Subject, *, denies: bool = False) -> Tri:
    """One rule: some `from`, some `to` and every `when` must match; absent ones match anything.

    On a TCP connection a rule with HTTP fields never matches in an ALLOW policy, and matches without them in a DENY one.
    Source: https://istio.io/latest/docs/concepts/security/#using-istio-authorization-on-plain-tcp-protocols.
    """
    parts = [
        _some([_attributes(as_map(as_map(f).get("source")), SOURCE, subject, denies) for f in as_list(rule.get("from"))]),
        _some([_attributes(as_map(as_map(t).get("operation")), OPERATION, subject, denies) for t in as_list(rule.get("to"))]),
        _every([_condition(as_map(c), subject, denies) for c in as_list(rule.get("when"))]),
    ]  # fmt: skip
    return _every(parts)


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
UNKNOWABLE = frozenset({"ipBlocks", "remoteIpBlocks"})


def _attributes(block: Raw, names: Sequence[str], subject: Subject, denies: bool) -> Tri:
    """A source or operation: every field that is there must match, every `not…` field must not."""
    verdicts: list[Tri] = []
    for name in names:
        negative = f"not{name[0].upper()}{name[1:]}"
        if name in block:
            verdicts.append(_attribute(name, as_list(block[name]), subject, denies))
        if negative in block:
            found = _attribute(name, as_list(block[negative]), subject, denies)
            verdicts.append(None if found is None else not found)
    return _every(verdicts)


def _attribute(name: str, wanted: Sequence[object], subject: Subject, denies: bool) -> Tri:
    if name in UNKNOWABLE:
        return None
    if name in HTTP_ONLY and not subject.http:
        return denies
    return any(_text_matches(str(w), value_of(name, subject), name) for w in wanted)


def value_of(name: str, subject: Subject) -> str:
    """What a request has for a source or operation field, "" if nothing."""
    values = {
        "principals": subject.principal,
        "requestPrincipals": subject.request_principal,
        "namespaces": subject.namespace,
        "serviceAccounts": _account(subject.principal),
        "hosts": subject.host,
        "ports": str(subject.port),
        "methods": subject.method,
        "paths": subject.path.split("?", 1)[0],
    }
    return values.get(name, "")


def _account(principal: str) -> str:
    """`namespace/account` of a SPIFFE identity without its scheme."""
    parts = principal.split("/")
    return f"{parts[-3]}/{parts[-1]}" if len(parts) >= 5 else ""


def _text_matches(wanted: str, had: str, name: str = "") -> bool:
    """Exact, `prefix*`, `*suffix`, or `*` for presence; hosts without regard to case, paths also by template."""
    if name == "hosts":
        wanted, had = wanted.lower(), had.lower()
    if not had:
        return False
    if wanted == "*":
        return True
    if name == "paths" and "{" in wanted:
        return _template_matches(wanted.split("/"), had.split("/"))
    if wanted.endswith("*"):
        return had.startswith(wanted[:-1])
    return had.endswith(wanted[1:]) if wanted.startswith("*") else had == wanted


def _template_matches(wanted: Sequence[str], had: Sequence[str]) -> bool:
    """A path template: `{*}` takes one segment, `{**}` any number."""
    if not wanted:
        return not had
    if wanted[0] == "{**}":
        return any(_template_matches(wanted[1:], had[n:]) for n in range(len(had) + 1))
    if not had or (wanted[0] != "{*}" and wanted[0] != had[0]) or (wanted[0] == "{*}" and not had[0]):
        return False
    return _template_matches(wanted[1:], had[1:])


def _condition(condition: Raw, subject: Subject, denies: bool) -> Tri:
    """A `when`: values must contain, notValues must not contain what the key stands for."""
    known, values = _values_of(str(condition.get("key") or ""), subject)
    if not known:
        return None
    if not values and not subject.http:
        return denies
    wanted, unwanted = as_list(condition.get("values")), as_list(condition.get("notValues"))
    hit = not wanted or any(_text_matches(str(w), v) for w in wanted for v in values)
    return hit and not any(_text_matches(str(w), v) for w in unwanted for v in values)


def _values_of(key: str, subject: Subject) -> tuple[bool, list[str]]:
    """Whether the value of a condition key can be known, and it."""
    if key.startswith("request.headers["):
        value = subject.headers.get(_inside(key).lower())
        return True, [value] if value is not None else []
    if key.startswith("request.auth.claims["):
        return True, _claim(subject.claims, key)
    simple = {
        "source.namespace": subject.namespace,
        "source.principal": subject.principal,
        "request.auth.principal": subject.request_principal,
        "destination.port": str(subject.port),
    }
    return key in simple, [simple[key]] if simple.get(key) else []


def _claim(claims: Raw, key: str) -> list[str]:
    value: object = claims
    for part in key.removeprefix("request.auth.claims").strip("[]").split("]["):
        value = as_map(value).get(part)
    if isinstance(value, list):
        return [str(v) for v in value]
    return [] if value is None else str(value).split(" ")


def _inside(key: str) -> str:
    return key.partition("[")[2].rstrip("]")


def _misses(policies: Iterable[Object], subject: Subject) -> tuple[Miss, ...]:
    """For every rule of ALLOW policies the fields that kept it from matching; rules with the fewest first."""
    per_rule = [
        _rule_misses(policy, n, as_map(rule), subject)
        for policy in policies
        for n, rule in enumerate(as_list(policy.spec.get("rules")))
    ]
    return tuple(miss for misses in sorted(per_rule, key=len) for miss in misses)


def _rule_misses(policy: Object, number: int, rule: Raw, subject: Subject) -> list[Miss]:
    found = []
    for part, inner, names in (("from", "source", SOURCE), ("to", "operation", OPERATION)):
        blocks = [as_map(as_map(b).get(inner)) for b in as_list(rule.get(part))]
        if _some([_attributes(b, names, subject, False) for b in blocks]) is False:
            for n, block in enumerate(blocks):
                base = f"spec.rules[{number}].{part}[{n}].{inner}"
                found += _block_misses(policy, base, block, names, subject)
    for n, item in enumerate(as_list(rule.get("when"))):
        condition = as_map(item)
        if _condition(condition, subject, False) is False:
            place = policy.at(f"spec.rules[{number}].when[{n}]")
            wanted = tuple(str(v) for v in as_list(condition.get("values")))
            found.append(Miss(place=place, attribute=str(condition.get("key")), wanted=wanted, had=""))
    return found


def _block_misses(policy: Object, base: str, block: Raw, names: Sequence[str], subject: Subject) -> list[Miss]:
    return [
        Miss(
            place=policy.at(f"{base}.{name}"),
            attribute=name,
            wanted=tuple(str(w) for w in as_list(block[name])),
            had=value_of(name, subject),
        )
        for name in names
        if name in block and _attribute(name, as_list(block[name]), subject, False) is False
    ]
