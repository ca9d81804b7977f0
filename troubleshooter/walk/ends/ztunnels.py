"""A connection to pods of ambient mode on whose nodes no ztunnel runs.

The rules in the network of such a pod lead what comes in to ports that nobody opens, so it is refused. Must not know
what both ends speak.
Source: https://istio.io/latest/docs/ambient/architecture/traffic-redirection/.
"""

from __future__ import annotations

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Connection
from troubleshooter.walk.basis.decisions import Trail, dropped, http
from troubleshooter.walk.basis.failures import REFUSED
from troubleshooter.walk.ends.quarrels import Quarrel


def nobody_takes(mesh: Mesh, trail: Trail) -> Quarrel | None:
    """Why the connection is refused, if that is so of all pods to which it could have been sent."""
    hop = trail.hop
    held = hop.placement.endpoints if hop.placement else (hop.endpoint,)
    lost = [mesh.ztunnels.lost(e.pod) if e and e.pod else None for e in held]
    first = lost[0] if lost and all(lost) else None
    if first is None or hop.endpoint is None:
        return None
    outcome = dropped(Connection.REFUSED)
    if hop.party.proxied:
        outcome = http(503, "UF", details=REFUSED) if hop.family == "http" else dropped(Connection.RESET, "UF")
    said = f"no ztunnel runs on node {first.node}, to which the connections of {hop.endpoint.workload} are led"
    return Quarrel(said=said, outcome=outcome, place=first.place)
