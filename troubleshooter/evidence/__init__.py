"""What text from a running mesh says, as values: access logs, Envoy dumps, counters, certificates, command output.

Decides what was written, not what it means. Knows `mesh` and `model`; it must not know the walk, facts, rules or
causes, and opens no file: the text comes in.
"""

from troubleshooter.evidence.access.bodies import details_in
from troubleshooter.evidence.access.delays import Delayed
from troubleshooter.evidence.access.details import DetailsKey, TransportFailure, classify_transport_failure, details_key
from troubleshooter.evidence.access.entry import (
    KNOWN_FLAGS,
    AccessLogEntry,
    ClusterName,
    Side,
    SkippedLine,
    SkipReason,
    parse_cluster,
)
from troubleshooter.evidence.access.failure_groups import FailureGroup, LogSummary, group_failures, summarise
from troubleshooter.evidence.access.formats import Format
from troubleshooter.evidence.access.late_answers import LateAnswers
from troubleshooter.evidence.access.lines import ParsedLine, parse_line, parse_lines
from troubleshooter.evidence.access.log_page import LogPage
from troubleshooter.evidence.access.named_stage import NamedStage, Words, stage_named_by
from troubleshooter.evidence.access.recurrence import ONCE, Recurrence
from troubleshooter.evidence.access.times import moment
from troubleshooter.evidence.kinds import Kind, Unreadable
from troubleshooter.evidence.logged_retries import retries_logged
from troubleshooter.evidence.page import Page
from troubleshooter.evidence.recognition import Evidence, Reading, kind_of, take

__all__ = [
    "KNOWN_FLAGS",
    "ONCE",
    "AccessLogEntry",
    "ClusterName",
    "Delayed",
    "DetailsKey",
    "Evidence",
    "FailureGroup",
    "Format",
    "Kind",
    "LateAnswers",
    "LogPage",
    "LogSummary",
    "NamedStage",
    "Page",
    "ParsedLine",
    "Reading",
    "Recurrence",
    "Side",
    "SkipReason",
    "SkippedLine",
    "TransportFailure",
    "Unreadable",
    "Words",
    "classify_transport_failure",
    "details_in",
    "details_key",
    "group_failures",
    "kind_of",
    "moment",
    "parse_cluster",
    "parse_line",
    "parse_lines",
    "retries_logged",
    "stage_named_by",
    "summarise",
    "take",
]
