"""What is printed about a pod: its events, its description, the sockets and the redirection in its network.

Must not know what follows from any of it.
"""

from troubleshooter.evidence.pods import described, events, pod_tables, redirection, setup_log, sockets

KINDS = (
    *described.KINDS,
    *events.KINDS,
    *pod_tables.KINDS,
    *setup_log.KINDS,
    *redirection.KINDS,
    *sockets.KINDS,
)
"""What such texts are; a description has tables in it, and so comes first; the log of istio-init may
end with its rules."""
