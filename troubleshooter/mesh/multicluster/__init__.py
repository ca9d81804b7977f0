"""Several Kubernetes clusters as one mesh: what istiod of each sees, networks and their gateways, trust.

Must not know routes or requests.
"""
