"""Facts about routes by what a token says (`@request.auth.claims`), at a gateway where nobody checks tokens.

Must not know which route took the request, or what a token holds.
Source: https://istio.io/latest/docs/tasks/security/authentication/jwt-route/.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.routing.matching import CLAIMS
from troubleshooter.mesh.routing.routes import Near
from troubleshooter.walk import Hop


def about_claims(case: CaseBuilder, mesh: Mesh, hop: Hop, near: Near) -> None:
    """Whether a RequestAuthentication is for the gateway, where the nearest route wants a claim and misses it."""
    missed = [m for m in near.mismatches if CLAIMS in m.path]
    pod = hop.party.pod
    if not missed or pod is None or hop.server is None:
        return
    held = mesh.request_authentications.held
    if held.naming(pod) is not None:
        return
    policies = held.selecting(pod)
    place = near.route.at(f"match[{near.match}].{missed[0].path}")
    case.fact("route.claims", "checked" if policies else "unchecked", place, *(p.at() for p in policies))
