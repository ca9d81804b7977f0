"""The transport stage: do the two ends of a connection agree on what is spoken, and do they trust each other?

Must not know routes or policies.
"""
