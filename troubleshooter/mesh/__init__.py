"""Raw objects → the Istio view: hosts, visibility, routes, destinations, endpoints, mTLS, policies, gateways,
injection.

Every module decides one thing and indexes once. Must not know requests beyond their fields, walks, facts or knowledge.
"""

from troubleshooter.mesh.mesh import Mesh

__all__ = ["Mesh"]
