"""The request walk over a mesh: hop by hop, stage by stage, to a verdict.

Holds what a request is, who sends it, and what each stage decides: a package for each part of the way, which knows
only those below it (`.importlinter` holds their order). Must not know logs or dumps (`evidence`), causes or
rules. `walk(mesh, request)` is all that others need.
"""

from troubleshooter.walk.basis.decisions import Cluster, Hop, Party, Routing, Trail
from troubleshooter.walk.request.requests import RequestError, parse_request
from troubleshooter.walk.walker import Walked, walk

__all__ = ["Cluster", "Hop", "Party", "RequestError", "Routing", "Trail", "Walked", "parse_request", "walk"]
