"""A gateway's hop: the way in, its servers and filter chains, and the routes that are bound to it.

Must not know whether destinations exist.
"""
