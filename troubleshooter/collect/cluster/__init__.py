"""A live cluster: what its API server says, as objects and texts.

Must not know what any of it means. Reads only, but for `applying`, which nobody calls unasked.
"""
