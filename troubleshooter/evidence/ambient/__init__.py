"""What ambient mode's own proxies say: the log of ztunnel, and the workloads, services, policies and certificates that
it has.

Must not know what a failure means, or which cause it has.
"""

from troubleshooter.evidence.ambient import ztunnel_dump, ztunnel_tables

KINDS = (*ztunnel_dump.KINDS, *ztunnel_tables.KINDS)
