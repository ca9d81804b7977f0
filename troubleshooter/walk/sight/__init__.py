"""How far a walk can be believed where objects may exist that nobody was allowed, or able, to list.

Must not know what any stage decides.
"""
