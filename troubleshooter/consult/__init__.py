"""The consultation: `next_step() → Look | Ask | Conclude`, `tell(...)`, and the diagnosis at its end.

A whole consultation is a plain test. Must not know terminals, files, clusters or how a result is shown.
"""

from troubleshooter.consult.consultation import Consultation
from troubleshooter.consult.from_log import Failure, arguments_of, failure_of, failures, log_groups
from troubleshooter.consult.steps import Ask, Conclude, Look, NextStep
from troubleshooter.consult.supposing import Supposed
from troubleshooter.consult.told import UNKNOWN, LogLine
from troubleshooter.consult.tree import Branch, Junction, Place, Tree, tree_of

__all__ = [
    "UNKNOWN",
    "Ask",
    "Branch",
    "Conclude",
    "Consultation",
    "Failure",
    "Junction",
    "LogLine",
    "Look",
    "NextStep",
    "Place",
    "Supposed",
    "Tree",
    "arguments_of",
    "failure_of",
    "failures",
    "log_groups",
    "tree_of",
]
