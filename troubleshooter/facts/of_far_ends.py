"""Facts that a failed line alone tells of the far end of a connection: what of the TLS handshake failed, and whether an
east-west gateway stood for the endpoint.

Must not know meshes.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, Side, TransportFailure, classify_transport_failure, details_key
from troubleshooter.evidence.access.named_stage import EAST_WEST_PORT
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.model import Source

HANDSHAKES = {
    TransportFailure.TLS_UNKNOWN_CA: "unknown-root",
    TransportFailure.TLS_CERTIFICATE_EXPIRED: "expired",
    TransportFailure.TLS_CERTIFICATE_TOO_EARLY: "not-yet-valid",
    TransportFailure.TLS_CERTIFICATE_VERIFY_FAILED: "not-accepted",
    TransportFailure.TLS_WRONG_VERSION: "no-tls",
    TransportFailure.TLS_ALERT: "alert",
    TransportFailure.SECRET_NOT_SUPPLIED: "no-secret",
}


def about_far_end(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """What the line says of the other end."""
    key = details_key(entry.details)
    told = classify_transport_failure(key.transport_failure or entry.transport_failure)
    if told in HANDSHAKES:
        case.seen("failure.tls", HANDSHAKES[told], source)
    if entry.side is not Side.INBOUND and through_east_west(entry):
        case.seen("failure.endpoint", "remote", source)


def through_east_west(entry: AccessLogEntry) -> bool:
    """Whether the address that was tried is one of an east-west gateway, by its port."""
    return entry.upstream_host.endswith(f":{EAST_WEST_PORT}")
