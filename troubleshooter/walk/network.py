"""What the network between two pods makes of a connection, as far as NetworkPolicies say.

Must not know proxies: they have no part in it.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.network_policies import Way, doubted_by
from troubleshooter.model import Request, Stage, StageVerdict
from troubleshooter.walk.decisions import Trail


def cross(mesh: Mesh, _request: Request, trail: Trail) -> Trail:
    """endpoint, once more: unknown where a NetworkPolicy holds and no rule surely lets the connection through."""
    endpoint, party, last = trail.hop.endpoint, trail.hop.party, trail.steps[-1]
    if endpoint is None or last.stage is not Stage.ENDPOINT or last.verdict is not StageVerdict.PASS:
        return trail
    policy = doubted_by(mesh.index, Way(caller=party.pod, target=endpoint.pod, port=endpoint.port))
    if policy is None:
        return trail
    before = replace(trail, steps=trail.steps[:-1])
    said = f"{policy} is not modelled yet"
    return before.unknown(Stage.ENDPOINT, said, resource=policy.at("spec"), result=last.result)
