"""istiod and what it is told: the mesh config, its own environment, the namespaces it reads, the DNS suffix.

Must not know workloads, services or routes.
"""
