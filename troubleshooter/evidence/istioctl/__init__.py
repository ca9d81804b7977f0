"""What istioctl concludes by itself: its analysis of configuration, its comparison of a proxy with istiod.

Must not know what our own causes are.
"""

from troubleshooter.evidence.istioctl import analysis, comparison, proxy_tables

KINDS = (*analysis.KINDS, *comparison.KINDS, *proxy_tables.KINDS)
