"""What is printed about pods and other objects: tables, events, descriptions, the sockets and the redirection in a
pod's network.

Must not know what follows from any of it.
"""

from troubleshooter.evidence.pods import (
    described,
    described_routes,
    events,
    object_tables,
    pod_tables,
    redirection,
    setup_log,
    sockets,
)

KINDS = (
    *described_routes.KINDS,
    *described.KINDS,
    *events.KINDS,
    *pod_tables.KINDS,
    *object_tables.KINDS,
    *setup_log.KINDS,
    *redirection.KINDS,
    *sockets.KINDS,
)
"""What such texts are; a description has tables in it, and so comes first; the log of istio-init may
end with its rules."""
