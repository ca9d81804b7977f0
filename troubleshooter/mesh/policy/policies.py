"""AuthorizationPolicies: what a workload's proxy decides about one request.

Decides: which policies apply, and CUSTOM before DENY before ALLOW. Must not know how the request came here, or how a
rule is matched (`policy_rules` does).
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/concepts/security/#authorization-policies; istio/istio
pilot/pkg/security/authz/builder/builder.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.basis.index import Index, oldest_first
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.policy.authorizers import Authorizer, Authorizers, State, provider_of
from troubleshooter.mesh.policy.policy_lookup import PolicyLookup
from troubleshooter.mesh.policy.policy_rules import misses, rule_matches
from troubleshooter.mesh.policy.subject import Miss, Subject, Tri
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, Resource, as_list, as_map

KIND = "AuthorizationPolicy"
BAD_CUSTOM = "istio-ext-authz-{}-deny-due-to-bad-CUSTOM-action"
"""The name of the rule that denies what a rule of a CUSTOM policy takes whose authorizer the mesh does not have. Before
1.20 such a policy denied everything; since 1.30 the name has the provider's in it.

Source: `getBadCustomDenyRules` in istio/istio pilot/pkg/security/authz/builder/builder.go;
https://github.com/istio/istio/pull/46968.
"""
TRUE = frozenset({"1", "t", "true"})
"""What the dry-run annotation is switched on by."""


class Decision(StrEnum):
    """What became of a request at a proxy's policies."""

    NO_POLICY = "no-policy"
    ALLOWED = "allowed"
    DENIED = "deny-matched"
    IMPLICIT_DENY = "no-allow-matched"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`decided_by` are the policies that decided (all ALLOW policies for an implicit deny), `place` the rule that
    matched, `misses` what kept each rule of the ALLOW policies from matching, the nearest first; `asks` is the CUSTOM
    policy whose authorizer is asked before all this (its answer cannot be known here), `silent` the authorizer that a
    request is denied for because it cannot be asked."""

    decision: Decision
    decided_by: tuple[Object, ...] = ()
    place: Resource | None = None
    rule: str = ""
    misses: tuple[Miss, ...] = ()
    asks: Object | None = None
    silent: Authorizer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A rule that matches, or (`sure` False) may match."""

    policy: Object
    number: int
    sure: bool

    @property
    def place(self) -> Resource:
        return self.policy.at(f"spec.rules[{self.number}]")

    @property
    def name(self) -> str:
        """The name that istiod gives a rule; a proxy tries them by name."""
        return f"ns[{self.policy.namespace}]-policy[{self.policy.name}]-rule[{self.number}]"


class AuthorizationPolicies:
    """Every AuthorizationPolicy, by namespace."""

    def __init__(self, index: Index, settings: Settings, authorizers: Authorizers) -> None:
        self.authorizers = authorizers
        self.held = PolicyLookup(index, settings, KIND)

    def applying(self, pod: Pod) -> list[Object]:
        """All that apply to a pod; dry-run ones decide nothing."""
        return oldest_first(p for p in self.held.selecting(pod) if not on_trial(p))

    def judge(self, pod: Pod, subject: Subject) -> Judgement:
        """The decision of a pod's proxy: CUSTOM, then DENY, then ALLOW; without an ALLOW policy everything passes."""
        held = self.applying(pod)
        custom = _of(held, "CUSTOM")
        asked = self._asked(custom, subject)
        refused = self._refused(custom, subject, asked)
        if refused is not None:
            return refused
        decided = _deny_and_allow(held, subject)
        return replace(decided, asks=asked.policy) if asked else decided

    def without_authorizers(self, pod: Pod, subject: Subject) -> Judgement:
        """The decision of DENY and ALLOW alone, where no authorizer is asked or none of those asked denies."""
        return _deny_and_allow(self.applying(pod), subject)

    def _refused(self, custom: list[Object], subject: Subject, asked: _Match | None) -> Judgement | None:
        """The decision where what a CUSTOM policy takes is denied without a word from its authorizer: there is none, or
        there are several for one workload (releases before 1.30 ask none of them then), or it cannot be asked."""
        several = len({provider_of(p) for p in custom}) > 1
        bad = _first((p for p in custom if several or self.authorizers.of(p).bad), subject)
        if bad is not None:
            place, name = bad.policy.at("spec.provider.name"), BAD_CUSTOM.format(bad.name)
            return Judgement(decision=_denied(bad), decided_by=(bad.policy,), place=place, rule=name)
        silent = self.authorizers.of(asked.policy) if asked else None
        if asked is None or silent is None or silent.state is not State.SILENT or silent.fail_open:
            return None
        place = asked.policy.at("spec.provider.name")
        return Judgement(decision=_denied(asked), decided_by=(asked.policy,), place=place, silent=silent)

    def _asked(self, custom: list[Object], subject: Subject) -> _Match | None:
        """The rule for which an authorizer is asked. One that speaks HTTP is not asked about a TCP connection."""
        return _first((p for p in custom if subject.http or self.authorizers.of(p).protocol != "http"), subject)


def _denied(match: _Match) -> Decision:
    return Decision.DENIED if match.sure else Decision.UNKNOWN


def _deny_and_allow(held: list[Object], subject: Subject) -> Judgement:
    denied = _first(_of(held, "DENY"), subject)
    if denied and denied.sure:
        return Judgement(decision=Decision.DENIED, decided_by=(denied.policy,), place=denied.place, rule=denied.name)
    allow = _of(held, "ALLOW")
    allowed = _first(allow, subject)
    if allow and allowed is None:
        return Judgement(decision=Decision.IMPLICIT_DENY, decided_by=tuple(allow), misses=_misses(allow, subject))
    maybe = [m for m in (denied, allowed) if m and not m.sure]
    if maybe:
        return Judgement(decision=Decision.UNKNOWN, decided_by=(maybe[0].policy,), place=maybe[0].place)
    if allowed is None:
        return Judgement(decision=Decision.ALLOWED if held else Decision.NO_POLICY, decided_by=tuple(held))
    return Judgement(decision=Decision.ALLOWED, decided_by=(allowed.policy,), place=allowed.place)


def on_trial(policy: Object) -> bool:
    """Whether what it decides is only logged (dry-run)."""
    return policy.annotations.get("istio.io/dry-run", "").lower() in TRUE


def action(policy: Object) -> str:
    """ALLOW unless it says otherwise."""
    return str(policy.spec.get("action") or "ALLOW").upper()


def _of(policies: Iterable[Object], wanted: str) -> list[Object]:
    return [p for p in policies if action(p) == wanted]


def _first(policies: Iterable[Object], subject: Subject) -> _Match | None:
    """The rule that matches and comes first by its name; else one that may match; else None."""
    found = [
        _Match(policy=policy, number=n, sure=verdict is True)
        for policy in policies
        for n, verdict in _verdicts(policy, subject)
        if verdict is not False
    ]
    return min(found, key=lambda m: (not m.sure, m.name), default=None)


def _verdicts(policy: Object, subject: Subject) -> Iterable[tuple[int, Tri]]:
    """(position, verdict) of each rule of a policy; one that is no map is left out."""
    denies = action(policy) != "ALLOW"
    for n, rule in enumerate(as_list(policy.spec.get("rules"))):
        if isinstance(rule, Mapping):
            yield n, rule_matches(rule, subject, denies=denies, namespace=policy.namespace)


def _misses(policies: Iterable[Object], subject: Subject) -> tuple[Miss, ...]:
    """For every rule of ALLOW policies the fields that kept it from matching; rules with the fewest first."""
    per_rule = [
        misses(policy, n, as_map(rule), subject)
        for policy in policies
        for n, rule in enumerate(as_list(policy.spec.get("rules")))
    ]
    return tuple(miss for held in sorted(per_rule, key=len) for miss in held)
