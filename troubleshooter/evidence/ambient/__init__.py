"""What ambient mode's own proxies say: the log of ztunnel, and what it knows of workloads.

Must not know what a failure means, or which cause it has.
"""

from troubleshooter.evidence.ambient import workload_dump, workload_table

KINDS = (*workload_table.KINDS, *workload_dump.KINDS)
