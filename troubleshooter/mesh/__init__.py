"""Raw objects → the Istio view: hosts, visibility, routes, destinations, endpoints, mTLS, policies, gateways,
injection.

Each area is a package that knows only those below it; `.importlinter` holds their order, from `basis` up to `policy`
and `multicluster`, and `mesh` puts them together. Every module decides one thing and indexes once. Must not know
requests beyond their fields, walks, facts or knowledge.
"""

from troubleshooter.mesh.mesh import Mesh

__all__ = ["Mesh"]
