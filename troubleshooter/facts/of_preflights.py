"""Facts about preflight requests: what a browser sends ahead of a request to another origin, and policies that deny it.

A preflight is the browser's own: it has the method OPTIONS and no credentials, whatever the page sends. Decides whether
policies deny the preflight alone. Must not know what follows.
Sources: https://fetch.spec.whatwg.org/#cors-preflight-fetch; `buildHTTPConnectionManager` in istio/istio
pilot/pkg/networking/core/listener_builder.go (policies come before the CORS filter).
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_denials import RULE, Part, narrowed
from troubleshooter.facts.of_missed_policies import unused
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.policies import Decision, action
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.model import Request
from troubleshooter.walk import Hop

ORIGIN, METHOD = "origin", "access-control-request-method"
DENIALS = frozenset({Decision.DENIED, Decision.IMPLICIT_DENY})


def about_preflight(case: CaseBuilder, mesh: Mesh, request: Request, hop: Hop) -> None:
    """Of a request that policies deny: whether it is a preflight, and what they make of the request that follows it.
    OPTIONS of which not all headers are known may be one."""
    judgement, subject, pod = hop.judgement, hop.subject, hop.party.pod
    if judgement is None or subject is None or pod is None or judgement.decision not in DENIALS or not subject.http:
        return
    if request.method != "OPTIONS":
        case.fact("request.preflight", "no")
        return
    if ORIGIN in request.headers and METHOD in request.headers:
        case.fact("request.preflight", "yes")
    follows = mesh.authorization_policies.without_authorizers(pod, _following(request, subject))
    word = "denied" if follows.decision in DENIALS or action(judgement.decided_by[0]) == "CUSTOM" else "may-pass"
    case.fact("authorization_policy.after_preflight", word, *(p.at("spec") for p in judgement.decided_by))
    if hop.party.workload is not None:
        taken = {p.name for p in mesh.authorization_policies.held.inside(hop.party.namespace)}
        case.detail(
            "authorization_policy.preflight_name", unused(f"allow-preflight-to-{hop.party.workload.name}", taken)
        )
    _about_denying(case, hop, subject)


def _following(request: Request, subject: Subject) -> Subject:
    """The request that a preflight is for, with whatever token; its method, if the preflight says it."""
    wanted = request.headers.get(METHOD, "")
    unknown = {"requestPrincipals"} if wanted else {"requestPrincipals", "methods"}
    return replace(subject, method=wanted or subject.method, unknown=subject.unknown | unknown)


def _about_denying(case: CaseBuilder, hop: Hop, subject: Subject) -> None:
    """Where the DENY rule that matched could leave OPTIONS out; nowhere where it is for nothing else."""
    judgement = hop.judgement
    place = judgement.place if judgement else None
    found = RULE.fullmatch(place.field) if place else None
    if judgement is None or found is None or action(judgement.decided_by[0]) != "DENY":
        return
    policy = judgement.decided_by[0]
    field, written = narrowed(policy, int(found[1]), Part("to", "methods", subject.method), subject)
    case.fact("authorization_policy.only_preflight", "no" if written else "yes", policy.at(field))
    if written:
        case.detail("authorization_policy.preflight_field", field)
        case.detail("authorization_policy.preflight_value", written)
