"""Facts about a policy at ztunnel that asks what only HTTP shows.

Must not know how ztunnel logs.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.layer_seven import Peer, left_out, widened
from troubleshooter.mesh.policy.network_policies import Way
from troubleshooter.model import Object


def about_denial_by_name(case: CaseBuilder, policy: Object) -> None:
    """The policy that ztunnel's log names, if it denies more there than it says."""
    field = widened(policy) if policy.spec.get("action") == "DENY" else ""
    _tell(case, policy, field, "widened")


def about_missing_permission(case: CaseBuilder, mesh: Mesh, way: Way) -> None:
    """Of the policies that allow, the first with a rule for this caller and port that ztunnel leaves out."""
    caller, target = way.caller, way.target
    if caller is None or target is None:
        return
    account = f"{mesh.settings.trust_domain}/ns/{caller.namespace}/sa/{caller.service_account}"
    peer = Peer(principal=account, namespace=caller.namespace, port=way.port)
    held = mesh.authorization_policies.held.selecting(target)
    allowing = (p for p in held if (p.spec.get("action") or "ALLOW") == "ALLOW")
    policy, field = next(((p, field) for p in allowing if (field := left_out(p, peer))), (None, ""))
    _tell(case, policy, field, "left-out")


def _tell(case: CaseBuilder, policy: Object | None, field: str, word: str) -> None:
    if policy is not None and field:
        case.role("authorization_policy", policy.at())
        case.fact("authorization_policy.at_ztunnel", word, policy.at(field))
        case.detail("authorization_policy.unseen_field", field)
