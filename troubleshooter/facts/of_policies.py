"""Facts about what a proxy makes of a request's token and of its policies, and what would let the request pass.

Must not know the connection, or what follows.
"""

from __future__ import annotations

from typing import Any

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.nearest_rule import (
    OF_CALLER,
    SCHEME,
    Nearest,
    asks,
    had,
    kind,
    nearest,
    of_http,
    scope_of,
    wanted,
)
from troubleshooter.facts.observe import Observation
from troubleshooter.facts.of_denials import about_denying_rule
from troubleshooter.facts.of_identities import about_identity
from troubleshooter.facts.of_keys import about_keys
from troubleshooter.facts.of_missed_policies import about_missed_policy, unused
from troubleshooter.facts.of_preflights import about_preflight
from troubleshooter.facts.of_services import selection_labels
from troubleshooter.facts.of_tokens import about_token
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.policy.policy_rules import KEYS
from troubleshooter.mesh.policy.policy_values import value_of
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.model import Branch, HopKind, Request, Stage, as_list, as_map
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.target.subjects import as_proxies_see

NOTHING_ALLOWED = "rbac_access_denied_matched_policy[none]"
"""What Envoy logs where there are ALLOW policies and no rule of them matched."""


def judging_hop(branch: Branch, trail: Trail) -> Hop:
    """The hop whose policies are in question: where a log line says that they refused, else the last."""
    died = branch.failed
    refused = died is not None and died.stage is Stage.AUTHORIZATION and died.hop < len(trail.hops)
    return trail.hops[died.hop] if died is not None and refused else trail.hop


def about_credentials(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop, sender: Hop) -> None:
    """What the last proxy that judged made of the request's token and of its policies. `sender` is the hop whose
    connection it got the request by."""
    about_token(case, hop)
    if hop.credentials is not None:
        about_keys(case, mesh, hop.credentials)
    judgement, subject = hop.judgement, hop.subject
    if judgement is None or subject is None or judgement.decision is Decision.UNKNOWN:
        return
    if hop.kind is HopKind.GATEWAY and hop.party.workload is not None:
        case.role("target", hop.party.workload.object.at())
        case.fact("caller.identity", "known" if subject.principal else "none")
    about_identity(case, mesh, hop, sender)
    about_preflight(case, mesh, request, hop)
    if judgement.decision is Decision.IMPLICIT_DENY:
        _implicit_deny(case, mesh, request, hop)
        _remedies(case, mesh, hop, sender)
        about_missed_policy(case, mesh, hop, sender)
        return
    places = [p.at() for p in judgement.decided_by]
    if judgement.decided_by:
        case.role("authorization_policy", judgement.decided_by[0].at())
    caught = about_denying_rule(case, mesh, request, hop)
    case.fact("authorization_policy.decision", judgement.decision, *caught, judgement.place, *places)
    case.detail("authorization_policy.names", ", ".join(str(p) for p in judgement.decided_by))
    case.detail("caller.principal", subject.principal)


def about_denial(case: CaseBuilder, mesh: Mesh, hop: Hop, observation: Observation) -> None:
    """What a log line shows where it depends on the caller, who is not known, whether a policy allows the request."""
    judgement, subject, entry = hop.judgement, hop.subject, observation.entry
    said = NOTHING_ALLOWED in (entry.details, entry.connection_termination_details)
    if judgement is None or subject is None or judgement.decision is not Decision.UNKNOWN or not said:
        return
    policy, root = judgement.decided_by[0], mesh.settings.root_namespace
    place = judgement.place or policy.at("spec.rules")
    case.role("authorization_policy", policy.at())
    case.seen("authorization_policy.decision", Decision.IMPLICIT_DENY, observation.source, place)
    case.fact("authorization_policy.miss", "not-known", place)
    case.detail("authorization_policy.names", ", ".join(str(p) for p in judgement.decided_by))
    case.fact("authorization_policy.scope", scope_of(policy, root), policy.at("spec"))
    case.fact("authorization_policy.reads", "http" if subject.http else "tcp")
    case.fact("authorization_policy.hop", "gateway" if hop.kind is HopKind.GATEWAY else "target")


def _implicit_deny(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Why no ALLOW policy allows the request."""
    judgement, subject = hop.judgement, hop.subject
    assert judgement is not None and subject is not None  # noqa: S101, PT018 - the caller looked
    policies = judgement.decided_by
    near = nearest(judgement, mesh.settings.root_namespace)
    policy = near.policy if near else policies[0]
    field = near.field if near else "spec.rules" if "rules" in policy.spec else "spec"
    case.role("authorization_policy", policy.at())
    case.fact("authorization_policy.decision", judgement.decision, policy.at(field), *(p.at() for p in policies))
    case.detail("authorization_policy.names", ", ".join(str(p) for p in policies))
    case.fact("authorization_policy.scope", scope_of(policy, mesh.settings.root_namespace), policy.at("spec"))
    case.fact("authorization_policy.reads", "http" if subject.http else "tcp")
    case.fact("request.rewritten", "yes" if subject.path != as_proxies_see(mesh, request) else "no")
    case.fact("authorization_policy.hop", "gateway" if hop.kind is HopKind.GATEWAY else "target")
    if near is None:
        case.fact("authorization_policy.miss", "no-rules", policy.at(field))
    else:
        _misses(case, request, near, subject)


def _misses(case: CaseBuilder, request: Request, near: Nearest, subject: Subject) -> None:
    """In what the nearest rule and the request differ."""
    kinds = {kind(m, request.port, subject) for m in near.misses}
    case.fact(
        "authorization_policy.miss", kinds.pop() if len(kinds) == 1 else "several", *(m.place for m in near.misses)
    )
    methods = next((m for m in near.misses if m.attribute == "methods"), None)
    if methods is not None:
        case.fact("authorization_policy.methods", "of-http" if of_http(methods.wanted) else "unknown", methods.place)
    asked = [asks(m) for m in near.misses]
    case.fact("authorization_policy.asks_token", "yes" if "token" in asked else "no", near.policy.at(near.field))
    case.fact("authorization_policy.asks_caller", "yes" if OF_CALLER & set(asked) else "no", near.policy.at(near.field))
    named = [b for b in as_list(near.raw.get("from")) if as_map(as_map(b).get("source"))]
    case.fact(
        "authorization_policy.callers", "named" if named else "anybody", near.policy.at(f"spec.rules[{near.rule}]")
    )
    case.detail("authorization_policy.wanted", " and ".join(dict.fromkeys(wanted(m) for m in near.misses)))
    case.detail("authorization_policy.had", " and ".join(dict.fromkeys(had(m, subject) for m in near.misses)))
    if len(near.misses) == 1:
        only = near.misses[0]
        in_condition = only.place.field.endswith("]")
        case.detail("authorization_policy.list_field", only.place.field + (".values" if in_condition else ""))
        case.detail("authorization_policy.addition", value_of(KEYS.get(only.attribute, only.attribute), subject))
        slips = (str(request.port), f"{SCHEME}{subject.principal}")
        numbers = [n for n, text in enumerate(only.wanted) if text in slips]
        item = f"{case.details['authorization_policy.list_field']}[{numbers[0]}]" if numbers else None
        case.detail("authorization_policy.item_field", item)


def _remedies(case: CaseBuilder, mesh: Mesh, hop: Hop, sender: Hop) -> None:
    """What a rule for just this request would be, and for a caller that has no identity yet the one it would get."""
    subject = hop.subject
    assert subject is not None  # noqa: S101 - the caller looked
    principal = subject.principal
    if not principal and sender is not hop and sender.party.workload is not None and not sender.party.proxied:
        account = sender.party.workload.representative.service_account
        principal = f"{mesh.settings.trust_domain}/ns/{sender.party.namespace}/sa/{account}"
    case.detail("caller.principal", principal)
    asked: dict[str, list[str]] = {"ports": [str(subject.port)]}
    if subject.http:
        asked = {"methods": [subject.method], "paths": [subject.path.partition("?")[0]]}
        asked |= {"hosts": [subject.host]} if hop.kind is HopKind.GATEWAY else {}
    rule: dict[str, Any] = {"to": [{"operation": asked}]}
    if principal:
        rule = {"from": [{"source": {"principals": [principal]}}], **rule}
    case.detail("authorization_policy.rule", rule)
    if hop.party.workload is not None:
        labels = dict(selection_labels(hop.party.workload.labels))
        case.detail("target.labels", labels)
        taken = {p.name for p in mesh.authorization_policies.held.inside(hop.party.namespace)}
        name = sender.party.workload.name if sender is not hop and sender.party.workload else "request"
        case.detail("authorization_policy.new_name", unused(f"allow-{name}-to-{hop.party.workload.name}", taken))
