"""Facts about the external authorizer of a CUSTOM policy that denies by itself, since nobody can be asked.

Must not know DENY and ALLOW policies. Source of the provider's fields:
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider.
"""

from __future__ import annotations

import difflib

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.authorizers import KINDS, provider_of
from troubleshooter.mesh.policy.policies import Judgement, action
from troubleshooter.model import as_list, as_map
from troubleshooter.walk import Hop

NEAR = 0.6
"""How much alike two names must be for one to be a slip of the other."""


def about_authorizer(case: CaseBuilder, mesh: Mesh, hop: Hop, judgement: Judgement) -> None:
    """Why nobody can be asked, and which authorizer was probably meant."""
    policy, pod = judgement.decided_by[0], hop.party.pod
    if action(policy) != "CUSTOM" or pod is None:
        return
    found = mesh.authorization_policies.authorizers.of(policy)
    beside = [p for p in mesh.authorization_policies.applying(pod) if action(p) == "CUSTOM"]
    several = len({provider_of(p) for p in beside}) > 1
    place = policy.at("spec.provider.name")
    config = mesh.settings.at("extensionProviders")
    case.fact("authorization_policy.authorizer", "several" if several else found.state, place, config)
    known = _defined(mesh)
    near = difflib.get_close_matches(found.name, known, n=2, cutoff=NEAR)
    case.fact("authorization_policy.provider_guess", "one" if len(near) == 1 else "none", place, config)
    case.detail("authorization_policy.provider", found.name)
    case.detail("authorization_policy.providers", ", ".join(known) or "none")
    case.detail("authorization_policy.provider_meant", near[0] if len(near) == 1 else None)
    case.detail("authorization_policy.authorizer_host", found.host or None)
    case.detail("authorization_policy.authorizer_status", str(found.status))
    others = [str(p) for p in beside if provider_of(p) != found.name]
    case.detail("authorization_policy.beside", ", ".join(others) or None)
    case.detail("authorization_policy.rule_name", judgement.rule or None)


def _defined(mesh: Mesh) -> list[str]:
    """The names of the authorizers that the mesh config has."""
    held = (as_map(p) for p in as_list(mesh.settings.values.get("extensionProviders")))
    return sorted(str(p.get("name")) for p in held if p.get("name") and set(KINDS) & set(p))
