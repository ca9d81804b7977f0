"""What broke a connection, as the word of one fact: read off a log line, or off the body of a proxy's own answer.

Must not know which request it was, or why it broke.
"""

from __future__ import annotations

from troubleshooter.evidence import (
    AccessLogEntry,
    TransportFailure,
    classify_transport_failure,
    details_in,
    details_key,
)

REASONS = {
    TransportFailure.CONNECTION_REFUSED: "connection-refused",
    TransportFailure.CONNECTION_TIMEOUT: "connection-timeout",
    TransportFailure.CONNECTION_RESET: "connection-reset",
    TransportFailure.NONE: "none",
    TransportFailure.OTHER: "other",
}
RESETS = {"connection_termination": "termination", "connection_timeout": "connection-timeout"}


def told_by_answer(text: str) -> tuple[tuple[str, str], ...]:
    """The facts, each with its word, that the body of a proxy's answer tells, where one stands in `text`."""
    details = details_in(text)
    return (("failure.reason", reason_of(AccessLogEntry(start_time="", details=details))),) if details else ()


def reason_of(entry: AccessLogEntry) -> str:
    """The word of `failure.reason` for a line; `none` where no connection broke."""
    key = details_key(entry.details)
    told = classify_transport_failure(key.transport_failure or entry.transport_failure)
    if told is TransportFailure.NONE:
        return RESETS.get(key.reason, "none")
    return REASONS.get(told, "tls")
