"""The consultation: `next_step() → Look | Ask | Conclude`, `tell(...)`, and the diagnosis at its end.

A whole consultation is a plain test. Must not know terminals, files, clusters or how a result is shown.
"""

from troubleshooter.consult.consultation import UNKNOWN, Ask, Conclude, Consultation, Look, NextStep

__all__ = ["UNKNOWN", "Ask", "Conclude", "Consultation", "Look", "NextStep"]
