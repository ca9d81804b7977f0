"""The route stage of a sidecar, and what any proxy makes of the route that takes a request.

Must not know whether destinations exist.
"""
