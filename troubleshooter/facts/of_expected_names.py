"""Facts about the names that a DestinationRule wants in the certificate of the far end (subjectAltNames).

Must not know causes.
Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings-subject_alt_names.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.model import Stage
from troubleshooter.walk import Hop, Trail
from troubleshooter.walk.ends.server_names import identity, misses_name


def about_expected_names(case: CaseBuilder, mesh: Mesh, trail: Trail, hop: Hop) -> None:
    """That a connection fails because the far end's certificate holds none of the names that the rule asks for."""
    sent, pod = hop.offer, hop.endpoint.pod if hop.endpoint else None
    died = trail.failed and trail.hop is hop and trail.steps[-1].stage is Stage.TRANSPORT
    if not died or sent is None or sent.place is None or pod is None or not misses_name(mesh, trail, sent):
        return
    if (spot := trail.steps[-1].resource) is None or not spot.field.endswith(".subjectAltNames"):
        return
    case.fact("destination_rule.names", "missed", spot, pod.owner.at("spec.serviceAccountName"))
    case.detail("destination_rule.names_field", spot.field)
    case.detail("destination_rule.names", ", ".join(sent.names))
    case.detail("target.identity", identity(mesh, pod))
