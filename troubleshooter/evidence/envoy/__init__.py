"""What an Envoy says of itself on its admin pages: its configuration, its endpoints, its counters, its certificates.

Must not know what follows from it.
"""

from __future__ import annotations

from troubleshooter.evidence.envoy import config_dump, counters, hosts, pages, secret_tables
from troubleshooter.evidence.kinds import Kind

KINDS: tuple[Kind, ...] = (*config_dump.KINDS, *hosts.KINDS, *pages.KINDS, *secret_tables.KINDS, *counters.KINDS)
"""The pages that are known, particular ones first."""
