"""VirtualServices and DestinationRules: which decide for a host, which route takes a request, which subset is meant.

Must not know who sends a request, or whether an endpoint is there.
"""
