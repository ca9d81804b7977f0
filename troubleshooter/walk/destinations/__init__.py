"""The cluster and endpoint stages, the same for a sidecar and a gateway: does it exist, and who answers?

Must not know how the route was chosen.
"""
