"""Facts that a failed line alone tells of the far end of a connection: what of the TLS handshake failed, and whether an
east-west gateway stood for the endpoint.

Must not know meshes.
"""

from __future__ import annotations

from troubleshooter.evidence import AccessLogEntry, Side
from troubleshooter.evidence.access.named_stage import EAST_WEST_PORT
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.reasons import handshake_of
from troubleshooter.model import Source


def about_far_end(case: CaseBuilder, entry: AccessLogEntry, source: Source) -> None:
    """What the line says of the other end."""
    failed = handshake_of(entry)
    if failed is not None:
        caller = [case.roles["caller"]] if failed == "version" and "caller" in case.roles else []
        case.seen("failure.tls", failed, source, *caller)
    if entry.side is not Side.INBOUND and through_east_west(entry):
        case.seen("failure.endpoint", "remote", source)


def through_east_west(entry: AccessLogEntry) -> bool:
    """Whether the address that was tried is one of an east-west gateway, by its port."""
    return entry.upstream_host.endswith(f":{EAST_WEST_PORT}")
