"""Facts about the root certificates of two clusters between which a connection runs.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Sends
from troubleshooter.walk import Hop
from troubleshooter.walk.ends.trusting import distrust, ends, trust


def about_trust_domains(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Which end does not know the other's trust domain, where the handshake fails for it."""
    if hop.offer is None or hop.offer.sends is not Sends.MTLS:
        return
    found = distrust(mesh, hop)
    if found is None or not found.by_name:
        return
    near, far = ends(hop)
    case.role("mesh", found.place)
    case.fact("connection.trust_domain", "unknown-to-client" if found.by_client else "unknown-to-server", found.place)
    case.detail("caller.cluster_name", near)
    case.detail("target.cluster_name", far)
    case.detail("caller.trust_domain", mesh.trust_domains.of(near)[0])
    case.detail("target.trust_domain", mesh.trust_domains.of(far)[0])


def about_roots(case: CaseBuilder, mesh: Mesh, hop: Hop) -> None:
    """Whether both ends trust each other; nothing is said where only one of both directions is known to be well."""
    if hop.offer is None or hop.offer.sends is not Sends.MTLS:
        return
    near, far = ends(hop)
    bundles = (mesh.roots.of(far), mesh.roots.of(near))
    found = trust(mesh, hop)
    places = [bundle.place for bundle in bundles if bundle is not None]
    if False in found:
        case.fact("connection.roots", "different", *places)
        case.detail("caller.cluster_name", near)
        case.detail("target.cluster_name", far)
    elif None not in found:
        case.fact("connection.roots", "common", *places)
