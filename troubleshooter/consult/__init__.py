"""The consultation: what to look at, what to ask, when to conclude. It returns what it needs and never fetches it.

Decides the next step and the one root cause. Knows the whole core below it; it must not know where answers come from or
how anything is shown.
"""
