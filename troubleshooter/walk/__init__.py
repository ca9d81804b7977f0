"""The request walk over a mesh: hop by hop, stage by stage, to a verdict with the object that decided it.

Decides what the proxies would do with one request. Knows `mesh` and `model`; it must not know log lines or dumps
(`evidence`), facts, rules or causes.
"""
