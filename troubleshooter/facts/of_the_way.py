"""Facts about what lies between the two ends of a branch: networks, pods of other Kubernetes clusters, endpoints that
are withheld, names that a gateway relays, ztunnels.

Decides: nothing of its own; each is told by its own module. Must not know causes.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_far_pods import about_far_pods
from troubleshooter.facts.of_lost_ztunnels import about_ztunnels_on_the_way
from troubleshooter.facts.of_networks import about_networks
from troubleshooter.facts.of_relays import about_relay_name
from troubleshooter.facts.of_withheld import about_withheld
from troubleshooter.mesh import Mesh
from troubleshooter.model import Request
from troubleshooter.walk import Trail


def about_the_way(case: CaseBuilder, mesh: Mesh, request: Request, trail: Trail) -> None:
    """All of these."""
    about_networks(case, mesh, trail)
    about_far_pods(case, mesh, trail)
    about_withheld(case, mesh, trail)
    about_relay_name(case, mesh, request, trail)
    about_ztunnels_on_the_way(case, mesh, trail)
