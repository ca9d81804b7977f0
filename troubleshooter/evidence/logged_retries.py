"""The requests of a log that arrived, but at a later try or after a delay that was made: evidence beside other texts.

Decides: where they are found. Must not know how many are many.
"""

from __future__ import annotations

from troubleshooter.evidence.access.delays import Delayed
from troubleshooter.evidence.access.failure_groups import LogSummary
from troubleshooter.evidence.access.late_answers import LateAnswers
from troubleshooter.evidence.access.log_page import ACCESS_LOG
from troubleshooter.evidence.recognition import Evidence, Reading


def retries_logged(summary: LogSummary) -> Evidence:
    """What a log says of them; nothing where no request was late or delayed, or, of tries, its format does not have
    their number."""
    late = tuple(
        Reading(value=one, kind=ACCESS_LOG, name=one.example.file, pod=one.example.pod) for one in summary.late
    )
    delayed = tuple(
        Reading(value=one, kind=ACCESS_LOG, name=one.example.file, pod=one.example.pod) for one in summary.delayed
    )
    return Evidence(readings={kind: found for kind, found in ((LateAnswers, late), (Delayed, delayed)) if found})
