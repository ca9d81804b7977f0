"""Facts about an AuthorizationPolicy that would allow a request, if it were for the workload that refuses it.

Decides which policy was meant, and why it is for something else. Looked for only where no ALLOW policy in force allows
the request. Must not know what else would help.
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/ops/common-problems/security-issues/#make-sure-the-policy-is-applied-to-the-correct-target.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.near_selectors import idle, meant
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.attachment import target_refs
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.policy.policies import Decision, action, on_trial
from troubleshooter.mesh.policy.policy_lookup import selector_of
from troubleshooter.mesh.policy.policy_rules import rule_matches
from troubleshooter.mesh.policy.policy_values import value_of
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import HopKind, Object, as_list, as_map
from troubleshooter.walk import Hop

SELECTOR = "spec.selector.matchLabels"


class Missed(NamedTuple):
    """A policy that is for something else, why, and the field that makes it so."""

    policy: Object
    why: str
    field: str


def about_missed_policy(case: CaseBuilder, mesh: Mesh, hop: Hop, sender: Hop) -> None:
    """The policy that was to allow this request, if there is one."""
    judgement, subject, workload = hop.judgement, hop.subject, hop.party.workload
    if judgement is None or subject is None or workload is None or hop.kind is not HopKind.TARGET:
        return
    if judgement.decision is not Decision.IMPLICIT_DENY:
        return
    found = next(_missed(mesh, workload, subject, sender.party.workload), None)
    if found is None:
        return
    policy = found.policy
    case.role("exception", policy.at(found.field))
    case.fact("exception.no_effect_because", found.why, policy.at(found.field))
    case.detail("exception.field", found.field)
    case.detail("exception.spec", dict(policy.spec))
    case.detail("exception.refs_field", "spec.targetRef" if "targetRef" in policy.spec else "spec.targetRefs")
    taken = {p.name for p in mesh.authorization_policies.held.inside(workload.namespace)}
    case.detail("exception.new_name", unused(policy.name, taken))


def unused(name: str, taken: set[str]) -> str:
    """A name that is not taken: this one, or with a number."""
    tries = (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3)))
    return next(t for t in tries if t not in taken)


def _missed(mesh: Mesh, target: Workload, subject: Subject, caller: Workload | None) -> Iterator[Missed]:
    held = mesh.authorization_policies.held
    allowing = [p for p in held.all if _allows(p, subject, target.namespace)]
    for policy in (p for p in allowing if p.namespace == target.namespace):
        if target_refs(policy):
            if _names_service(mesh, policy, target):
                yield Missed(policy, "target-refs", "spec.targetRefs" if "targetRefs" in policy.spec else "spec")
        elif idle(mesh, policy) and meant(mesh, policy) is target:
            yield Missed(policy, "selector", SELECTOR)
        elif caller is not None and _is_for(policy, caller) and _names(policy, subject):
            yield Missed(policy, "caller", SELECTOR)
    for policy in (p for p in allowing if p.namespace not in (target.namespace, held.root_namespace)):
        wanted = {} if target_refs(policy) else selector_of(policy)
        if wanted and selects(wanted, target.labels) and idle(mesh, policy):
            yield Missed(policy, "other-namespace", "metadata.namespace")


def _allows(policy: Object, subject: Subject, namespace: str) -> bool:
    """Whether a policy would allow a request if it stood in that namespace and were for the workload."""
    if action(policy) != "ALLOW" or on_trial(policy):
        return False
    rules = (as_map(r) for r in as_list(policy.spec.get("rules")))
    return any(rule_matches(r, subject, namespace=namespace) is True for r in rules)


def _is_for(policy: Object, workload: Workload) -> bool:
    """Whether a policy selects a workload of its own namespace by labels."""
    wanted = selector_of(policy)
    return bool(wanted) and policy.namespace == workload.namespace and selects(wanted, workload.labels)


def _names(policy: Object, subject: Subject) -> bool:
    """Whether a policy names this very caller: a workload has no need to allow itself."""
    sources = (as_map(as_map(b).get("source")) for r in as_list(policy.spec.get("rules")) for b in _from(r))
    return bool(subject.principal) and any(
        value_of(name, subject) in as_list(source.get(name))
        for source in sources
        for name in ("principals", "serviceAccounts")
    )


def _from(rule: object) -> list[object]:
    return as_list(as_map(rule).get("from"))


def _names_service(mesh: Mesh, policy: Object, target: Workload) -> bool:
    """Whether a policy names a Service that leads to the workload: only waypoints look at that, no sidecar does."""
    named = {ref.get("name") for ref in target_refs(policy) if ref.get("kind") == "Service"}
    return any(service.object.name in named for service in mesh.registry.selecting(target))
