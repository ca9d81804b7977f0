"""The consultation: `next_step() → Look | Ask | Conclude`, `tell(...)`, and the diagnosis at its end.

A whole consultation is a plain test. Must not know terminals, files, clusters or how a result is shown.
"""

from troubleshooter.consult.consultation import UNKNOWN, Ask, Conclude, Consultation, Look, NextStep
from troubleshooter.consult.from_log import Failure, arguments_of, failure_of, failures, log_groups
from troubleshooter.consult.told import LogLine

__all__ = [
    "UNKNOWN",
    "Ask",
    "Conclude",
    "Consultation",
    "Failure",
    "LogLine",
    "Look",
    "NextStep",
    "arguments_of",
    "failure_of",
    "failures",
    "log_groups",
]
