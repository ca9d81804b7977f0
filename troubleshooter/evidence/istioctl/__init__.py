"""What istioctl concludes by itself: its analysis of configuration.

Must not know what our own causes are.
"""

from troubleshooter.evidence.istioctl import analysis

KINDS = (*analysis.KINDS,)
