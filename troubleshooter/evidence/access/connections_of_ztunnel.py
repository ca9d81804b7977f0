"""A connection that ztunnel logged, as an entry like those of Envoy.

Decides: which field of the one is which of the other, so that both are grouped, joined and diagnosed alike. The name of
the cluster is made as istiod makes one, of the service and the port behind the tunnel: ztunnel has none. What it has no
field for (flags, status, details) stays empty; the error stands as what ended the connection.
"""

from __future__ import annotations

from troubleshooter.evidence.access.entry import AccessLogEntry
from troubleshooter.evidence.ambient.ztunnel_log import Direction, ZtunnelEntry

UNNAMED = "connection failed"
"""What stands for the error of a connection that was refused without one."""


def entry_of_ztunnel(found: ZtunnelEntry) -> AccessLogEntry:
    """The same connection."""
    reached = found.hbone_destination or found.destination
    port = reached.rpartition(":")[2]
    side = "inbound" if found.direction is Direction.INBOUND else "outbound"
    return AccessLogEntry(
        start_time=found.time,
        connection_termination_details=found.error or (UNNAMED if found.failed else ""),
        bytes_received=found.bytes_received,
        bytes_sent=found.bytes_sent,
        duration_ms=found.duration_ms,
        upstream_host=reached,
        upstream_cluster=f"{side}|{port}||{found.service}" if found.service and port.isdigit() else "",
        downstream_local=reached,
        downstream_remote=found.source,
        file=found.file,
        line=found.line,
        text=found.text,
    )
