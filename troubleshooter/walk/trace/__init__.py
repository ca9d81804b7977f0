"""The trace: at each stage the objects among which it chose, and why each of the others lost.

Decides nothing about a request: it reads what the walk decided and says in words what spoke against the rest. Must not
change a verdict. `traced(mesh, walked)` is all that others need.
"""

from troubleshooter.walk.trace.tracing import traced

__all__ = ["traced"]
