"""What the control plane says: which proxies are in step, what istiod knows and uses, its log and the agents' logs.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.evidence.istiod import logs, registry_pages, sync_pages, sync_table, versions
from troubleshooter.evidence.kinds import Kind

KINDS: tuple[Kind, ...] = (*sync_table.KINDS, *sync_pages.KINDS, *registry_pages.KINDS, *versions.KINDS, *logs.KINDS)
"""The texts that are known, particular ones first."""
