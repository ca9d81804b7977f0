"""What broke a connection, as words of facts: read off a log line, or off the body of a proxy's own answer; and why the
API server makes no pod, off its own.

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
from troubleshooter.mesh.workload.creation import Refusal, refusal_of

REASONS = {
    TransportFailure.CONNECTION_REFUSED: "connection-refused",
    TransportFailure.CONNECTION_TIMEOUT: "connection-timeout",
    TransportFailure.CONNECTION_RESET: "connection-reset",
    TransportFailure.NONE: "none",
    TransportFailure.OTHER: "other",
}
HANDSHAKES = {
    TransportFailure.TLS_UNKNOWN_CA: "unknown-root",
    TransportFailure.TLS_CERTIFICATE_EXPIRED: "expired",
    TransportFailure.TLS_CERTIFICATE_TOO_EARLY: "not-yet-valid",
    TransportFailure.TLS_CERTIFICATE_VERIFY_FAILED: "not-accepted",
    TransportFailure.TLS_WRONG_VERSION: "no-tls",
    TransportFailure.TLS_PROTOCOL_VERSION: "version",
    TransportFailure.TLS_ALERT: "alert",
    TransportFailure.SECRET_NOT_SUPPLIED: "no-secret",
}
RESETS = {"connection_termination": "termination", "connection_timeout": "connection-timeout"}


PLAIN = frozenset(Refusal) - {Refusal.NONE, Refusal.QUOTA, Refusal.OTHER}
"""What the API server says of no other trouble: the rest of a text may be about anything."""


def told_by_answer(text: str) -> tuple[tuple[str, str], ...]:
    """The facts, each with its word, that the body of a proxy's answer tells, where one stands in `text`; or what the
    API server says of pods that it does not make."""
    details = details_in(text)
    if not details:
        refused = refusal_of(text)
        return (("workload.create_failure", refused),) if refused in PLAIN else ()
    entry = AccessLogEntry(start_time="", details=details)
    failed = handshake_of(entry)
    return (("failure.reason", reason_of(entry)), *([("failure.tls", failed)] if failed else ()))


def reason_of(entry: AccessLogEntry) -> str:
    """The word of `failure.reason` for a line; `none` where no connection broke."""
    told = _transport_failure(entry)
    if told is TransportFailure.NONE:
        return RESETS.get(details_key(entry.details).reason, "none")
    return REASONS.get(told, "tls")


def handshake_of(entry: AccessLogEntry) -> str | None:
    """The word of `failure.tls` for a line; None where no TLS handshake failed, or the line does not say of what."""
    return HANDSHAKES.get(_transport_failure(entry))


def _transport_failure(entry: AccessLogEntry) -> TransportFailure:
    return classify_transport_failure(details_key(entry.details).transport_failure or entry.transport_failure)
