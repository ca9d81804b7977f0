"""What text from a running mesh says, as values: access logs, Envoy dumps, counters, certificates, command output.

Decides what was written, not what it means. Knows `mesh` and `model`; it must not know the walk, facts, rules or
causes, and opens no file: the text comes in.
"""

from troubleshooter.evidence.access_lines import ParsedLine, parse_line, parse_lines
from troubleshooter.evidence.access_log import (
    KNOWN_FLAGS,
    AccessLogEntry,
    ClusterName,
    Side,
    SkippedLine,
    SkipReason,
    parse_cluster,
)
from troubleshooter.evidence.details import DetailsKey, TransportFailure, classify_transport_failure, details_key
from troubleshooter.evidence.failure_groups import FailureGroup, LogSummary, group_failures, summarise
from troubleshooter.evidence.named_stage import NamedStage, Words, stage_named_by

__all__ = [
    "KNOWN_FLAGS",
    "AccessLogEntry",
    "ClusterName",
    "DetailsKey",
    "FailureGroup",
    "LogSummary",
    "NamedStage",
    "ParsedLine",
    "Side",
    "SkipReason",
    "SkippedLine",
    "TransportFailure",
    "Words",
    "classify_transport_failure",
    "details_key",
    "group_failures",
    "parse_cluster",
    "parse_line",
    "parse_lines",
    "stage_named_by",
    "summarise",
]
