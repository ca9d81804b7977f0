"""Whom objects touch that the walk does not follow: EnvoyFilters, extensions, the Gateway API.

Must not know what they would change.
"""
