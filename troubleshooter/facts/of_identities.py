"""Facts about whom the far end sees: what its policies would decide if they saw the caller itself.

An identity in the mesh comes with mutual TLS alone, and names the end of the connection: not a caller who speaks
plaintext, nor one behind a gateway. Must not know what would help.
Source: https://istio.io/latest/docs/concepts/security/#dependency-on-mutual-tls.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Sends
from troubleshooter.mesh.policy.policies import Decision
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.model import HopKind
from troubleshooter.walk import Hop, Party, Trail

REFUSED = frozenset({Decision.DENIED, Decision.IMPLICIT_DENY})
PASSED = frozenset({Decision.ALLOWED, Decision.NO_POLICY})


def about_identity(case: CaseBuilder, mesh: Mesh, hop: Hop, sender: Hop) -> None:
    """What the policies that refuse a plaintext request would decide if it came with the caller's own identity."""
    judgement, subject = hop.judgement, hop.subject
    if judgement is None or subject is None or judgement.decision not in REFUSED or sender is hop:
        return
    if sender.offer is None or sender.offer.sends is not Sends.PLAINTEXT or subject.principal:
        return
    seen = as_seen(mesh, subject, sender.party)
    decision = decided(mesh, hop, seen) if seen else None
    if seen is None or decision not in REFUSED | PASSED:
        return
    word = "allowed" if decision in PASSED else "denied"
    case.fact("authorization_policy.with_identity", word, judgement.place, *(p.at() for p in judgement.decided_by))
    if word == "allowed":
        case.detail("caller.principal", seen.principal)


def about_origin(case: CaseBuilder, trail: Trail) -> None:
    """Who made the request in the first place, where a gateway stands between."""
    first = trail.hops[0]
    if not any(hop.kind is HopKind.GATEWAY for hop in trail.hops):
        return
    inside = first.kind is HopKind.SENDER and first.party.workload is not None
    case.fact("request.origin", "workload" if inside else "outside", first.party.resource if inside else None)
    case.detail("request.origin_name", str(first.party.resource) if inside else None)


def as_seen(mesh: Mesh, subject: Subject, party: Party) -> Subject | None:
    """The request as it would be seen with the identity of this party; None where it has none that is known."""
    if party.workload is None or party.pod is None or party.assumed:
        return None
    principal = f"{mesh.settings.trust_domain}/ns/{party.namespace}/sa/{party.pod.service_account}"
    return replace(subject, principal=principal, namespace=party.namespace, unknown=frozenset())


def decided(mesh: Mesh, hop: Hop, subject: Subject) -> Decision | None:
    """What the policies at a hop decide about such a request; None where no proxy is there to ask."""
    pod = hop.party.pod
    return mesh.authorization_policies.judge(pod, subject).decision if pod else None
